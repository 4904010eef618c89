"""One stack a folder: two of them would write to the same files."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coursier.embedded.preflight import CannotStart


@contextmanager
def only_one_stack(folder: Path) -> Iterator[None]:
    """Hold the folder. Raises CannotStart when another stack does; a killed one holds nothing any more."""
    with (folder / "stack.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"Coursier already runs from {folder}: stop it first, or name another folder in COURSIER_VAR_DIR."
            ) from None
        yield
