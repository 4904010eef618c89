"""A PostgreSQL of one's own, for tests and measurements: a cluster that does not outlive the process that made it."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from coursier.embedded.ports import LOOPBACK
from coursier.embedded.preflight import CannotStart
from coursier.embedded.servers import Server, Surroundings, start_server

SUPERUSER = "coursier"
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests: a cluster that is thrown away needs to survive nothing."""


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A running cluster."""

    server: Server

    @property
    def url(self) -> str:
        """Of its database `coursier`, as `DATABASE_URL` takes it."""
        return f"{self._host}/coursier"

    @property
    def _host(self) -> str:
        return f"postgresql://{SUPERUSER}@{LOOPBACK}:{self.server.port}"

    def make_database(self) -> None:
        """Make the database, once the server answers."""
        with _connected(f"{self._host}/postgres") as connection:
            connection.execute("CREATE DATABASE coursier")

    def vacuum(self) -> None:
        """Do now what it does by itself sooner or later, so that it is not in the middle of a measurement."""
        with _connected(self.url) as connection:
            connection.execute("VACUUM ANALYZE")


def postgresql_programs() -> tuple[str, str]:
    """Paths of `initdb` and `postgres`, the newest version that is installed. Raises CannotStart."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for folder in [*map(str, folders), None]:  # None: wherever PATH leads
        initdb, postgres = shutil.which("initdb", path=folder), shutil.which("postgres", path=folder)
        if initdb and postgres:
            return initdb, postgres
    raise CannotStart("PostgreSQL is not installed here (Debian: apt-get install postgresql)")


def start_postgresql(folder: Path, *, options: Mapping[str, str]) -> PostgreSQL:
    """Make a cluster in a new folder, with settings on top of PostgreSQL's own, and start it. Raises CannotStart.

    Whoever runs it must be able to reach the folder: as root it runs as another user.
    """
    initdb, postgres = postgresql_programs()
    folder.mkdir(mode=0o700)
    as_another = _words_to_become_another(folder)
    command = [initdb, "-D", str(folder), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run([*as_another, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: S603
    settings = {**options, "unix_socket_directories": ""}
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    surroundings = Surroundings(as_another=as_another)
    server = start_server(lambda port: [postgres, "-D", str(folder), "-p", str(port), *words], surroundings)
    cluster = PostgreSQL(server)
    cluster.make_database()
    return cluster


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
    raise CannotStart("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")


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
