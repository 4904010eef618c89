"""A real browser, and the site that it looks at, served as in production: gunicorn with threads."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from coursier.embedded.ports import free_port, wait_for_port
from coursier.embedded.stack import PROJECT
from tests.missing import missing

AXE = PROJECT / "node_modules/axe-core/axe.min.js"
CHROMIUM_FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def find_chromium() -> str:
    """Where the browser is. Without one the test is skipped, but not in CI."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        missing("no chromium here: apt-get install chromium")
    return str(found)


def axe_core() -> str:
    """The script that judges whether everybody can use a page. Without it the test is skipped, but not in CI."""
    if not AXE.exists():
        missing("axe-core is not installed: make setup-dev, with Node.js")
    return AXE.read_text()


@contextmanager
def served(*, role: str, database_url: str, **variables: str) -> Iterator[str]:
    """A role on a free port. Returns its address."""
    from django.conf import settings

    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "COURSIER_ROLE": role,
        "COURSIER_SECRET_KEY": settings.SECRET_KEY,
        "COURSIER_LOG_LEVEL": "WARNING",
        **variables,
    }
    bind = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8", "--graceful-timeout", "1"]
    command = [sys.executable, "-m", "gunicorn", "coursier.wsgi", *bind, "--log-level", "warning"]
    with subprocess.Popen(command, cwd=PROJECT, env=environment) as server:
        try:
            wait_for_port(port, seconds=20)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
