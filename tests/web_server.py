"""A web server as in the image, with processes of its own, on the database and the Redis of the tests."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from django.conf import settings

from coursier.embedded.ports import free_port

UP_WITHIN_S, DOWN_WITHIN_S = 60, 30


@contextmanager
def web_server(database_url: str, **variables: str) -> Iterator[str]:
    """gunicorn with gunicorn.conf.py, serving `tests.dying_web`. Returns its address.

    `variables` of the environment say the role, how many processes and threads, and whatever else differs.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+") as log:
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "REDIS_URL": settings.REDIS_URL,
            "COURSIER_BIND": f"127.0.0.1:{port}",
            "COURSIER_LOG_LEVEL": "ERROR",
            "COURSIER_VAR_DIR": folder,
            **variables,
        }
        command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "tests.dying_web:application"]
        with subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT) as server:
            try:
                _wait_until_up(address, server, Path(folder) / "log")
                yield address
            finally:
                server.terminate()
                server.wait(DOWN_WITHIN_S)


def _wait_until_up(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + UP_WITHIN_S
    while True:
        with suppress(httpx.TransportError):
            if httpx.get(f"{address}/healthz/live", trust_env=False).is_success:
                return
        assert time.monotonic() < deadline, log.read_text()
        assert server.poll() is None, log.read_text()
        time.sleep(0.2)
