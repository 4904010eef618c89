"""What the load benchmark asks: the product's web server and the probe's on one database full of orders."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import httpx

from apps.simulation.benchmarks.hall import Store, open_hall
from apps.simulation.benchmarks.load_requests import Ground
from coursier.embedded.ports import LOOPBACK
from coursier.embedded.programs import worker_programs

PROBE_SETTINGS = "apps.simulation.benchmarks.load_probe_settings"
RELAY = "relay"


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


@contextmanager
def servers_on(store: Store, *, orders: int) -> Iterator[Servers]:
    """Start everything on a new database with so many orders in it; stop and remove it afterwards.

    Raises BenchFailed, or CannotStart where PostgreSQL is not installed.
    """
    with open_hall(store, {"COURSIER_ROLE": "api"}) as hall:
        ground = hall.folder / "ground.json"
        hall.manage("seed_load", "--orders", str(orders), "--out", str(ground))
        if hall.cluster:
            hall.cluster.vacuum()
        product = hall.start_web("product")
        probe = hall.start_web("probe", DJANGO_SETTINGS_MODULE=PROBE_SETTINGS)
        relay = next(replace(program, name=RELAY) for program in worker_programs() if RELAY in program.name)
        yield Servers(product, probe, Ground.read(ground), hall.programs, lambda: hall.start_program(relay))
