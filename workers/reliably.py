"""How every task is declared: acknowledged late, bounded in time, tried again a few times when a store was away."""

from collections.abc import Callable
from typing import Any, TypeVar

from apps.core.errors import Unavailable
from coursier.celery import app

Task = TypeVar("Task", bound=Callable[..., Any])


def reliable_task(name: str) -> Callable[[Task], Task]:
    """Register a task under a fixed name, `queue.verb_noun`: the name picks the queue."""
    decorate: Callable[[Task], Task] = app.task(
        name=name,
        acks_late=True,
        reject_on_worker_lost=True,
        soft_time_limit=20,
        time_limit=25,
        autoretry_for=(Unavailable,),
        max_retries=3,
        retry_backoff=1,
        retry_backoff_max=8,
        ignore_result=True,
    )
    return decorate
