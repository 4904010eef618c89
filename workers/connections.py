"""A worker keeps its connection to the database from task to task, as a web server does from request to request.

By itself Celery closes it before and after each (`CELERY_DB_REUSE_MAX` in `coursier.celery` keeps it from that): a new
one costs PostgreSQL a process, and all statements that it had prepared. What broke is replaced before the next task.
"""

from typing import Any

from celery.signals import task_prerun
from django.db import close_old_connections


@task_prerun.connect  # type: ignore[untyped-decorator] # Celery carries no types
def replace_broken_connections(**_signal: Any) -> None:
    """Close those that do not work any more, or are open for longer than they should be."""
    close_old_connections()
