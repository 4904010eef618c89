"""What the load benchmark measured, and what it is held to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from apps.simulation.benchmarks.load_cpu import CpuMeter
from apps.simulation.benchmarks.load_generator import Measured


@dataclass(frozen=True, slots=True)
class Times:
    """Of requests, milliseconds: half, 95 and 99 of a hundred were answered within."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    slowest_ms: float


@dataclass(frozen=True, slots=True)
class Round:
    """Some seconds of asking one server."""

    per_second: float
    times: Times
    right: int
    errors: dict[str, int]
    checked_bodies: int
    late_start_p99_ms: float
    """How late the generator itself was in the open model; 0 in the closed one."""
    cpu_ms: float
    """Processor time of all servers for a right answer. Of all figures the one that a busy machine changes least."""
    cores: dict[str, float]
    by_process: dict[str, list[float]]
    rows: dict[str, int] = field(default_factory=dict)
    """Written for each right answer, where it writes: the same for the product and the probe."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is aimed at, and what must hold."""

    goal: float
    floor: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests a second of the product beside those of the probe, in turns."""

    what: str
    product: tuple[Round, ...]
    probe: tuple[Round, ...]
    bounds: Bounds
    """Of the ratio, at least."""

    @property
    def ratio(self) -> float:
        """Median of the product's rounds over the median of the probe's; 0 when the probe did nothing."""
        probe = median(each.per_second for each in self.probe)
        return median(each.per_second for each in self.product) / probe if probe else 0.0

    @property
    def verdict(self) -> str:
        """Goal, floor or below."""
        return _verdict(self.ratio >= self.bounds.goal, self.ratio >= self.bounds.floor)


@dataclass(frozen=True, slots=True)
class Latencies:
    """Times of the product at a given rate of arrivals, and of the probe where it has such requests."""

    what: str
    product: Round
    probe: Round | None
    bounds: Bounds
    """Of p95 in ms, at most; and not one error."""

    @property
    def verdict(self) -> str:
        """Goal, floor or below; with an error it is below."""
        p95_ms = self.product.times.p95_ms
        is_clean = not self.product.errors
        return _verdict(is_clean and p95_ms < self.bounds.goal, is_clean and p95_ms < self.bounds.floor)


@dataclass(frozen=True, slots=True)
class Relayed:
    """What comes after the answers: events handed on to webhooks, planners and the search, one relay, nothing else."""

    events: int
    seconds: float
    """With the start of the worker."""
    cpu_ms: float
    """Processor time of all programs for an event."""


@dataclass(frozen=True, slots=True)
class StoreResult:
    """All of one database."""

    store: str
    orders: int
    seconds_to_fill: float
    rates: tuple[Rates, ...]
    relayed: Relayed
    latencies: tuple[Latencies, ...]

    def as_json(self) -> dict[str, Any]:
        """With the ratios and verdicts."""
        rates = [{**asdict(each), "ratio": each.ratio, "verdict": each.verdict} for each in self.rates]
        latencies = [{**asdict(each), "verdict": each.verdict} for each in self.latencies]
        return {**asdict(self), "rates": rates, "latencies": latencies}


def times_of(latencies_s: Sequence[float]) -> Times:
    """Percentiles by nearest rank; zeros when nothing was answered."""
    ordered = sorted(latencies_s)
    p50, p95, p99, slowest = (1000 * percentile(ordered, share) for share in (0.5, 0.95, 0.99, 1.0))
    return Times(p50, p95, p99, slowest)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of sorted values does not exceed; 0 without values."""
    if not ordered:
        return 0.0
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def round_of(measured: Measured, meter: CpuMeter) -> Round:
    """A round as it is kept."""
    return Round(
        per_second=measured.per_second,
        times=times_of(measured.latencies_s),
        right=measured.right_ever,
        errors=dict(measured.errors),
        checked_bodies=measured.checked_bodies,
        late_start_p99_ms=1000 * percentile(sorted(measured.late_starts_s), 0.99),
        cpu_ms=1000 * meter.serving_s / max(1, measured.right_ever),
        cores=meter.cores,
        by_process=meter.by_process,
    )


def _verdict(reaches_goal: bool, keeps_floor: bool) -> str:
    if reaches_goal:
        return "goal"
    return "floor" if keeps_floor else "BELOW"
