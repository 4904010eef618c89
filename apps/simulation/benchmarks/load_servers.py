"""What the load benchmark asks: a database, a Redis, the product's web server and the probe's, all of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import httpx

from apps.simulation.benchmarks.errors import BenchFailed
from apps.simulation.benchmarks.load_requests import Ground
from coursier.embedded.ports import LOOPBACK
from coursier.embedded.postgresql import PostgreSQL, start_postgresql
from coursier.embedded.preflight import redis_server
from coursier.embedded.programs import redis_program, worker_programs
from coursier.embedded.servers import Server, Surroundings, start_server
from coursier.embedded.stack import PROJECT, undisturbed

PROBE_SETTINGS = "apps.simulation.benchmarks.load_probe_settings"
POSTGRESQL_OPTIONS = {"shared_buffers": "512MB"}  # a quarter of a small server; else as PostgreSQL comes, and durable
WEB_UP_WITHIN_S = 90.0
WEB_STOPS_WITHIN_S = 10.0
LAST_WORDS = 1_500
RELAY = "relay"
_NOT_OURS = ("COURSIER_", "DATABASE_URL", "REDIS_URL", "DJANGO_")


class Store(StrEnum):
    """Databases that are measured."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True, slots=True)
class Servers:
    """Two web servers on one database with its rows in it."""

    product: tuple[str, int]
    probe: tuple[str, int]
    ground: Ground
    programs: dict[str, int]
    """The first process of each."""

    start_relay: Callable[[], None]
    """Begin to hand on what happened, as the platform's own worker does; its processor counts from then on."""

    def events_waiting(self) -> int:
        """How many events nobody has handed on yet."""
        answer = httpx.get(f"http://{LOOPBACK}:{self.probe[1]}/waiting", timeout=60)
        counted: int = answer.raise_for_status().json()["events"]
        return counted

    def rows(self) -> dict[str, int]:
        """How many rows of each kind there are."""
        answer = httpx.get(f"http://{LOOPBACK}:{self.probe[1]}/counts", timeout=60)
        counted: dict[str, int] = answer.raise_for_status().json()
        return counted


@dataclass(slots=True)
class _Hall:
    """Where the servers of one run live."""

    folder: Path
    opened: ExitStack
    environment: dict[str, str] = field(default_factory=dict)
    programs: dict[str, int] = field(default_factory=dict)
    cluster: PostgreSQL | None = None

    def start_database(self, store: Store) -> str:
        """Returns what `DATABASE_URL` is to be."""
        if store == Store.SQLITE:
            return f"sqlite:///{self.folder / 'load.sqlite3'}"
        self.cluster = start_postgresql(self.folder / "postgresql", options=POSTGRESQL_OPTIONS)
        self._keep("database", self.cluster.server)
        return self.cluster.url

    def start_redis(self) -> str:
        """As the platform starts its own: with a file that is appended to. Returns its URL."""
        folder = self.folder / "redis"
        server = start_server(
            lambda port: redis_program(server=redis_server(), port=port, folder=folder).command,
        )
        self._keep("redis", server)
        return f"redis://{LOOPBACK}:{server.port}/0"

    def start_web(self, name: str, **environment: str) -> tuple[str, int]:
        """One gunicorn, set up by the product's own gunicorn.conf.py. Returns its address. Raises BenchFailed."""
        log = self.folder / f"{name}.log"
        words = (sys.executable, "-m", "gunicorn", "coursier.wsgi", "--config", "gunicorn.conf.py")
        surroundings = Surroundings(
            environment=self.environment | environment, folder=PROJECT, log=log, up_within_s=WEB_UP_WITHIN_S
        )
        try:
            server = start_server(lambda port: (*words, "--bind", f"{LOOPBACK}:{port}"), surroundings)
        except TimeoutError:
            raise BenchFailed(f"the {name} did not start: {log.read_text()[-LAST_WORDS:]}") from None
        self._keep(name, server)
        return LOOPBACK, server.port

    def start_relay(self) -> None:
        """One worker on the queue of the relay."""
        command = next(program.command for program in worker_programs() if RELAY in program.name)
        log = (self.folder / "relay.log").open("w")
        self.opened.callback(log.close)
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=PROJECT, env=self.environment, stdout=log, stderr=subprocess.STDOUT
        )
        self.programs[RELAY] = process.pid
        self.opened.callback(_stop, process)

    def manage(self, *words: str) -> None:
        """Run a command of manage.py to its end. Raises BenchFailed."""
        command: Sequence[str] = (sys.executable, "manage.py", *words)
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BenchFailed(f"manage.py {words[0]} failed: {done.stderr[-LAST_WORDS:]}")

    def _keep(self, name: str, server: Server) -> None:
        self.programs[name] = server.process.pid
        self.opened.callback(server.stop, within_s=WEB_STOPS_WITHIN_S)


@contextmanager
def servers_on(store: Store, *, orders: int) -> Iterator[Servers]:
    """Start everything on a new database with so many orders in it; stop and remove it afterwards.

    Raises BenchFailed, or CannotStart where PostgreSQL is not installed.
    """
    with _folder() as folder, ExitStack() as opened:
        hall = _Hall(folder, opened)
        (folder / "var").mkdir()
        hall.environment = _environment(folder)
        hall.environment["DATABASE_URL"] = hall.start_database(store)
        hall.environment["REDIS_URL"] = hall.start_redis()
        hall.manage("migrate", "--verbosity", "0")
        hall.manage("seed_load", "--orders", str(orders), "--out", str(folder / "ground.json"))
        if hall.cluster:
            hall.cluster.vacuum()
        product = hall.start_web("product")
        probe = hall.start_web("probe", DJANGO_SETTINGS_MODULE=PROBE_SETTINGS)
        yield Servers(product, probe, Ground.read(folder / "ground.json"), hall.programs, hall.start_relay)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(WEB_STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """As the API is deployed; but nobody is held to so many requests a second."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)}
    return kept | {
        "COURSIER_ROLE": "api",
        "COURSIER_RATE_LIMIT_PER_S": "0",
        "COURSIER_SECRET_KEY": "load-" + "k" * 60,
        "COURSIER_VAR_DIR": str(folder / "var"),
        "COURSIER_LOG_LEVEL": "WARNING",
        "COURSIER_GRACEFUL_SECONDS": "2",
    }


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="coursier-load-"))
    folder.chmod(0o711)  # PostgreSQL runs as another user and must get at its own folder inside
    try:
        yield folder
    finally:
        with undisturbed():
            shutil.rmtree(folder, ignore_errors=True)
