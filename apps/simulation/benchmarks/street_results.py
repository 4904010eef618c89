"""What the street benchmark measured, and what it is held to. Pure: records in, findings out."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from apps.simulation.benchmarks.load_results import Bounds, Rates, Times, times_of
from apps.simulation.replay.checking import EventRecord, LogFindings, Wrong, read_log

HANDED_OUT = ("offered", "assigned")


@dataclass(frozen=True, slots=True)
class Asked:
    """Requests of one kind while the city was alive."""

    per_second: float
    times: Times


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of the orders that were answered."""

    orders: int
    delivered: int
    settled: int
    """Delivered, or a person was told to look at them."""
    lost: int
    """Answered, and not in the log; or neither settled nor in anybody's hands."""
    doubled: int
    """Legs with two couriers at once, or delivered twice."""
    to_hands_s: Times
    """From placed to first assigned or offered, in thousandths of a second of the wall."""


@dataclass(frozen=True, slots=True)
class StreetResult:
    """All of one run."""

    store: str
    couriers: int
    zones: int
    orders_per_s: float
    seconds: float
    speed: float
    asked: dict[str, Asked]
    fates: Fates
    errors: dict[str, int]
    refusals: dict[str, int]
    generator_goes_first: bool
    """Whether the system let it: otherwise its own waiting for a processor is part of every time here."""
    late_start_p99_ms: float
    cores: dict[str, float]
    sum_took_ms: dict[str, float]
    """Processor milliseconds of one small sum while the city was alive: `usual` and `best`."""
    alone: Rates
    """Positions, five points a batch, beside the probe."""
    points: Rates
    """The same with batches of 500 over one connection; rates are points."""

    def as_json(self) -> dict[str, Any]:
        """With ratios and verdicts."""
        rates = {
            name: {**asdict(each), "ratio": each.ratio, "verdict": each.verdict}
            for name, each in (("alone", self.alone), ("points", self.points))
        }
        return {**asdict(self), **rates}


POSITIONS_P95_MS, TO_HANDS_P95_MS = Bounds(50, 150), Bounds(2_000, 10_000)
ORDERS_PER_S = Bounds(20, 10)
ALONE_RATIO, POINTS_PER_S = Bounds(0.6, 0.3), Bounds(75_000, 20_000)


def fates_of(answered: Sequence[str], records: Iterable[EventRecord], *, speed: float) -> Fates:
    """Read the log back. `answered`: the keys of the orders that the platform said it had taken."""
    kept = list(records)
    found = read_log(kept)
    handed_out = _first_hands(kept)
    waits_s = [
        (handed_out[key] - story.placed_at.timestamp()) / speed
        for key, story in found.stories.items()
        if key in handed_out and story.placed_at
    ]
    return Fates(
        orders=len(answered),
        delivered=sum(found.stories[key].delivered_at is not None for key in answered if key in found.stories),
        settled=sum(found.stories[key].is_settled for key in answered if key in found.stories),
        lost=sum(_is_lost(key, found, handed_out) for key in answered),
        doubled=len({each.leg_id for each in found.violations if each.wrong in _DOUBLED}),
        to_hands_s=times_of(waits_s),
    )


_DOUBLED = frozenset({Wrong.TWO_COURIERS, Wrong.DELIVERED_TWICE, Wrong.STRANGER})


def _is_lost(key: str, found: LogFindings, handed_out: dict[str, float]) -> bool:
    story = found.stories.get(key)
    return story is None or (not story.is_settled and key not in handed_out)


def _first_hands(records: Iterable[EventRecord]) -> dict[str, float]:
    first: dict[str, float] = {}
    for record in records:
        if record.name == "LegMoved" and record.payload["after"] in HANDED_OUT:
            first.setdefault(record.order_id, record.at.timestamp())
    return first
