"""What happens between two requests. Imports are late: this file is read before Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(params=["as it is", "every message is lost"])
def passing(request, transactional_db, hand_clock) -> Iterator[Callable[..., None]]:
    """Lets time pass: the messages do their work, or the sweep and the readers of the log find it without them."""
    from apps.billing.services import settle_what_was_missed
    from apps.core.redis import connection
    from tests.broker import delivering_at_once, losing_everything
    from workers.maintenance import sweep

    is_lossy = request.param == "every message is lost"

    def a_moment_passes(**duration: float) -> None:
        hand_clock.advance(**duration or {"seconds": 20})
        for key in connection().scan_iter("plan:*"):
            connection().delete(key)  # the marks end by the wall's clock, which stands still here
        sweep()
        if is_lossy:
            settle_what_was_missed(settled_after_ms=0)  # in service it waits a minute of the wall

    with losing_everything() if is_lossy else delivering_at_once():
        yield a_moment_passes
