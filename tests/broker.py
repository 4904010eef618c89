"""A broker for tests that need none: it runs tasks at once, or loses every message."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from coursier.celery import app


@contextmanager
def delivering_at_once() -> Iterator[list[str]]:
    """Run every task where it is sent; yields the names in the order of sending. Never nests a task in itself."""
    sent: list[str] = []
    running: set[str] = set()

    def deliver(name: str, *, kwargs: dict[str, Any] | None = None, **_options: Any) -> None:
        sent.append(name)
        if name not in running:
            running.add(name)
            try:
                app.tasks[name](**(kwargs or {}))
            finally:
                running.discard(name)

    app.loader.import_default_modules()
    with patch.object(app, "send_task", deliver):
        yield sent


@contextmanager
def losing_everything() -> Iterator[list[str]]:
    """Lose every message, as Redis did when a worker was killed; yields the names of what was lost."""
    lost: list[str] = []
    with patch.object(app, "send_task", lambda name, **_options: lost.append(name)):
        yield lost
