"""One database under load: rates of the product and the probe in turns, then times at a given rate of arrivals."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from apps.simulation.benchmarks.errors import BenchFailed
from apps.simulation.benchmarks.hall import Store
from apps.simulation.benchmarks.load_connection import Request
from apps.simulation.benchmarks.load_cpu import CpuMeter
from apps.simulation.benchmarks.load_generator import Measured, closed, open_arrivals, open_model
from apps.simulation.benchmarks.load_lines import Address
from apps.simulation.benchmarks.load_requests import Caller
from apps.simulation.benchmarks.load_results import Bounds, Latencies, Rates, Relayed, Round, StoreResult, round_of
from apps.simulation.benchmarks.load_servers import Servers, servers_on

CONNECTIONS = 16
WARM_UP_S = 1.0
CREATE_RATE, CREATE_P95_MS = Bounds(0.6, 0.4), Bounds(40, 100)
LIST_RATE, READ_P95_MS = Bounds(0.6, 0.35), Bounds(50, 150)
CREATES_PER_S, LISTS_PER_S, SEARCHES_PER_S = 30, 20, 10
RELAYED_WITHIN_S = 600.0
READS_SHARE = 1 / 3
"""Of the seconds of the open model, for lists and searches; and for the probe's, which are there to compare with."""
Tell = Callable[[str], None]
Requests = Callable[[Caller], Iterator[Request]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how often, in how many orders."""

    seconds: float = 8.0
    rounds: int = 3
    open_seconds: float = 180.0
    orders: int = 200_000

    def __post_init__(self) -> None:
        if min(self.seconds, self.rounds, self.open_seconds) <= 0:
            raise BenchFailed("seconds, rounds and open seconds must be more than 0")
        if self.orders < 200:
            raise BenchFailed("at least 200 orders: there must be full pages to list")


class _Bench:
    """The measurements on one pair of servers."""

    def __init__(self, servers: Servers, plan: Plan, tell: Tell) -> None:
        self._servers, self._plan, self._tell = servers, plan, tell
        numbers = itertools.count(1)
        self._product = Caller(servers.ground, "/v1", numbers)
        self._probe = Caller(servers.ground, "", numbers)

    def rates(self, what: str, requests: Requests, bounds: Bounds, *, writes: bool = False) -> Rates:
        """Rounds in turns; who begins changes, so that a table that grows is nobody's disadvantage."""
        product: list[Round] = []
        probe: list[Round] = []
        for number in range(self._plan.rounds):
            sides = [(self._product, self._servers.product, product), (self._probe, self._servers.probe, probe)]
            for caller, address, rounds in sides if number % 2 == 0 else reversed(sides):
                rounds.append(self._closed(address, requests(caller), writes=writes))
        found = Rates(what, tuple(product), tuple(probe), bounds)
        self._tell(f"{what}: {_rates(product)} beside {_rates(probe)} a second, ratio {found.ratio:.2f}")
        return found

    def latencies(
        self, what: str, requests: Requests, bounds: Bounds, *, per_s: float, share: float, has_probe: bool = True
    ) -> Latencies:
        """The product for its time, then the probe for a third of it."""
        seconds = self._plan.open_seconds * share
        product = self._open(self._servers.product, requests(self._product), per_s=per_s, seconds=seconds)
        probe = None
        if has_probe:
            shorter = seconds * READS_SHARE if share == 1 else seconds
            probe = self._open(self._servers.probe, requests(self._probe), per_s=per_s, seconds=shorter)
        self._tell(
            f"{what}, {per_s} a second: p95 {product.times.p95_ms:.1f} ms, errors {sum(product.errors.values())}"
        )
        return Latencies(f"{what}, {per_s}/s", product, probe, bounds)

    def handing_on(self) -> Relayed:
        """Start the relay on all that was created so far, and see how long it takes. It stays for what comes."""
        events = self._servers.events_waiting()
        self._servers.start_relay()
        began = time.monotonic()
        with CpuMeter(self._servers.programs) as meter:
            while self._servers.events_waiting():
                if time.monotonic() - began > RELAYED_WITHIN_S:
                    raise BenchFailed(f"the relay handed on {events} events in more than {RELAYED_WITHIN_S:.0f} s")
                time.sleep(0.2)
        found = Relayed(events, meter.wall_s, 1000 * meter.serving_s / max(1, events))
        self._tell(f"{events} events handed on in {found.seconds:.1f} s, {found.cpu_ms:.2f} ms of processor each")
        return found

    def _closed(self, address: Address, requests: Iterator[Request], *, writes: bool) -> Round:
        before = self._servers.rows() if writes else {}
        found = self._metered(
            lambda: closed(
                address,
                requests,
                connections=CONNECTIONS,
                seconds=self._plan.seconds,
                warm_up_s=min(WARM_UP_S, self._plan.seconds),
            )
        )
        return replace(found, rows=written_rows(before, self._servers.rows(), found)) if writes else found

    def _open(self, address: Address, requests: Iterator[Request], *, per_s: float, seconds: float) -> Round:
        due_s = open_arrivals(per_s, seconds)
        return self._metered(lambda: open_model(address, requests, due_s=due_s, seconds=seconds))

    def _metered(self, ask: Callable[[], Measured]) -> Round:
        with CpuMeter(self._servers.programs) as meter:
            measured = ask()
        return round_of(measured, meter)


def written_rows(before: dict[str, int], after: dict[str, int], found: Round) -> dict[str, int]:
    """Rows that a round wrote. Raises BenchFailed unless every order that was answered is there, and no other."""
    written = {name: count - before[name] for name, count in after.items()}
    unanswered = sum(found.errors.values())  # may have been written all the same
    if not found.right <= written["orders"] <= found.right + unanswered:
        raise BenchFailed(f"{found.right} orders were answered, {written['orders']} were written")
    return written


def measured_on(store: Store, plan: Plan, tell: Tell) -> StoreResult:
    """Everything on one database. Raises BenchFailed, or CannotStart where the database is not installed."""
    began = time.monotonic()
    tell(f"{store}: writing {plan.orders:,} orders ...")
    with servers_on(store, orders=plan.orders) as servers:
        filled_s = time.monotonic() - began
        tell(f"{store}: ready after {filled_s:.0f} s; no rate limit")
        bench = _Bench(servers, plan, lambda line: tell(f"{store}: {line}"))
        rates = (
            bench.rates("orders created", Caller.creations, CREATE_RATE, writes=True),
            bench.rates("lists of 50", Caller.pages, LIST_RATE),
        )
        relayed = bench.handing_on()
        latencies = (
            bench.latencies("orders created", Caller.creations, CREATE_P95_MS, per_s=CREATES_PER_S, share=1),
            bench.latencies("lists of 50", Caller.pages, READ_P95_MS, per_s=LISTS_PER_S, share=READS_SHARE),
            bench.latencies(
                "searches", Caller.searches, READ_P95_MS, per_s=SEARCHES_PER_S, share=READS_SHARE, has_probe=False
            ),
        )
        return StoreResult(str(store), plan.orders, filled_s, rates, relayed, latencies)


def _rates(rounds: list[Round]) -> str:
    return " / ".join(f"{each.per_second:.0f}" for each in rounds)
