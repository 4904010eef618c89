"""The web server's application, in processes that die when a test says so: after the commit, before the answer."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from apps.core.short_memory import forget_everything
from coursier.wsgi import application as platform
from tests.mongodb_shim import mend_aggregate

DIES = "HTTP_X_DIE_BEFORE_THE_ANSWER"
if os.environ.get("COURSIER_TEST_DATABASE") == "mongodb":
    mend_aggregate()  # of the stand-in: without it a look-up over joins fails


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """As the platform's, unless a request asks for its process to die: its work is done, and nobody hears of it.

    It outlives the tests, whose tables are emptied faster than its memory of a second.
    """
    forget_everything()
    answer: Iterable[bytes] = platform(environ, start_response)
    if DIES in environ:
        os._exit(9)
    return answer
