"""The programs of a stack: what runs, and how long each may take to stop."""

import sys
from dataclasses import dataclass
from pathlib import Path

from coursier.embedded.ports import LOOPBACK

DELIVERIES_AT_A_TIME = 12  # threads that mostly wait for other systems to answer


@dataclass(frozen=True, slots=True)
class Program:
    """One process that the supervisor keeps alive."""

    name: str
    command: tuple[str, ...]
    stop_signal: str = "TERM"
    stop_wait_s: int = 4
    """Then its whole process group is killed."""


def redis_program(*, server: Path, port: int, folder: Path) -> Program:
    """Broker, locks, live positions. Refuses writes when full rather than forget a message."""
    folder.mkdir(parents=True, exist_ok=True)
    durable = ("--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction")
    place = ("--bind", LOOPBACK, "--port", str(port), "--dir", str(folder))
    return Program("redis", (str(server), *place, *durable))


def web_program() -> Program:
    """Every surface, on the port that COURSIER_BIND names. Stops at once: live screens would hold it open."""
    return Program("web", _python("gunicorn", "coursier.wsgi", "--config", "gunicorn.conf.py"), stop_signal="QUIT")


def worker_programs(*, dispatchers: int = 1) -> tuple[Program, ...]:
    """Three groups of workers, so that planning never waits behind the relay, nor either behind a slow endpoint.

    `dispatchers`: how many zones may be planned at once. On SQLite one: they would wait for each other to write.
    """
    return (
        _worker("worker-dispatch", "dispatch,offers", concurrency=dispatchers),
        _worker("worker-relay", "relay,maintenance"),
        _worker("worker-webhooks", "webhooks", "--pool", "threads", concurrency=DELIVERIES_AT_A_TIME),
    )


def beat_program(*, folder: Path) -> Program:
    """The clockwork: sends what is due to the workers."""
    schedule = str(folder / "beat-schedule")
    return Program("beat", _python("celery", "-A", "coursier", "beat", "--schedule", schedule, "-l", "WARNING"))


def robots_program(*, city: Path, url: str, habits: str) -> Program:
    """Merchants and couriers of a file that the seeding wrote, who use the platform at a URL."""
    arguments = ("--city", str(city), "--url", url, "--habits", habits)
    return Program("robots", (sys.executable, "manage.py", "robots", *arguments))


def _worker(name: str, queues: str, *options: str, concurrency: int = 1) -> Program:
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING")
    alone = ("-Q", queues, "--concurrency", str(concurrency), "--hostname", f"{name}@%h")
    return Program(name, _python("celery", "-A", "coursier", "worker", *alone, *options, *quiet))


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)
