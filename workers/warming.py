"""A worker gets the engine ready before it takes its first task: compiled code is loaded, or made on a first start.

In the parent process, before it forks: its children have it at once, and no task's time limit covers a compilation.
"""

import logging
import time
from typing import Any

from celery.signals import celeryd_after_setup

from apps.dispatch.engine import warm

logger = logging.getLogger(__name__)


@celeryd_after_setup.connect  # type: ignore[untyped-decorator] # Celery carries no types
def warm_engine(**_signal: Any) -> None:
    """Load the engine's compiled code."""
    began = time.perf_counter()
    warm()
    logger.info("The engine is ready after %.1f s.", time.perf_counter() - began)
