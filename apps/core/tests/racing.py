"""Several threads that do the same at once, each on its own connection to the database."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

R = TypeVar("R")


def race(runners: int, run: Callable[[int], R]) -> list[R]:
    """Start `run(0)` .. `run(runners - 1)` together. Returns their results; the first exception is raised."""
    start = threading.Barrier(runners, timeout=60)

    def runner(number: int) -> R:
        try:
            connection.ensure_connection()
            start.wait()
            return run(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(runners) as pool:
        return [future.result() for future in [pool.submit(runner, number) for number in range(runners)]]
