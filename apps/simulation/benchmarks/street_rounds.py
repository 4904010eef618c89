"""One run of the street benchmark: positions alone beside the probe, then the whole city at once."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import redis

from apps.core.ids import parse_public_id
from apps.simulation.benchmarks.errors import BenchFailed
from apps.simulation.benchmarks.hall import Hall, Store, open_hall
from apps.simulation.benchmarks.load_connection import Request
from apps.simulation.benchmarks.load_cpu import CpuMeter
from apps.simulation.benchmarks.load_generator import closed
from apps.simulation.benchmarks.load_lines import Address
from apps.simulation.benchmarks.load_precedence import precedence
from apps.simulation.benchmarks.load_results import Rates, Round, percentile, round_of, times_of
from apps.simulation.benchmarks.load_servers import PROBE_SETTINGS
from apps.simulation.benchmarks.street_courier import street_courier
from apps.simulation.benchmarks.street_crowd import Doors, StreetCrowd, StreetMeasured, courier_post, vehicle
from apps.simulation.benchmarks.street_results import ALONE_RATIO, POINTS_PER_S, Asked, StreetResult, fates_of
from apps.simulation.benchmarks.street_rows import StreetGround
from apps.simulation.replay.log_file import records_in
from coursier.embedded.pace import Pace
from coursier.embedded.programs import beat_program, worker_programs

MORNING = datetime(2026, 6, 10, 8, tzinfo=UTC)
WORKERS_UP_S = 12.0
FINISH_S = 120.0
DISPATCHERS = {Store.SQLITE: 1, Store.POSTGRESQL: 2}  # one a core: half of what a plan takes is the database's time
CONNECTIONS, MANY_POINTS, FEW_POINTS = 16, 500, 5
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StreetPlan:
    """How many, how fast, how long. `speed` is that of the platform's clock: at 60 a minute's ride takes a second."""

    couriers: int = 1_000
    zones: int = 10
    orders_per_s: float = 20.0
    seconds: float = 300.0
    speed: float = 60.0
    rounds: int = 3
    round_seconds: float = 6.0

    def __post_init__(self) -> None:
        if min(self.couriers, self.zones, self.seconds, self.speed, self.rounds, self.round_seconds) <= 0:
            raise BenchFailed("couriers, zones, seconds, speed and rounds must be more than 0")
        if self.orders_per_s < 0:
            raise BenchFailed("orders a second must not be less than 0")


def measured_street(store: Store, plan: StreetPlan, tell: Tell) -> StreetResult:
    """Everything. Raises BenchFailed, or CannotStart where the database is not installed."""
    pace = Pace.starting_now(origin=MORNING, speed=plan.speed)
    with open_hall(store, pace.environment()) as hall:
        file = hall.folder / "ground.json"
        hall.manage("seed_street", "--couriers", str(plan.couriers), "--zones", str(plan.zones), "--out", str(file))
        if hall.cluster:
            hall.cluster.vacuum()
        ground = StreetGround.read(file)
        doors = Doors(hall.start_web("api", COURSIER_ROLE="api"), hall.start_web("mobile", COURSIER_ROLE="mobile"))
        probe = hall.start_web("probe", DJANGO_SETTINGS_MODULE=PROBE_SETTINGS, COURSIER_ROLE="mobile")
        _let_probe_know(hall, ground)
        alone, points = _alone(hall, ground, {"product": doors.mobile, "probe": probe}, pace, plan)
        tell(f"{store}: positions alone, five points: {alone.ratio:.2f} of the probe")
        measured, meter, goes_first = _city(hall, ground, doors, pace, plan, dispatchers=DISPATCHERS[store])
        fates = fates_of(
            [str(parse_public_id("ord", key)) for key in measured.order_ids],
            records_in(hall.manage("replay_log")),
            speed=plan.speed,
        )
    return StreetResult(
        store=str(store),
        couriers=plan.couriers,
        zones=plan.zones,
        orders_per_s=plan.orders_per_s,
        seconds=plan.seconds,
        speed=plan.speed,
        asked={
            kind: Asked(len(latencies) / plan.seconds, times_of(latencies))
            for kind, latencies in measured.latencies_s.items()
        },
        fates=fates,
        errors=dict(measured.errors),
        refusals=dict(measured.refusals),
        generator_goes_first=goes_first,
        late_start_p99_ms=1000 * percentile(sorted(measured.late_starts_s), 0.99),
        cores=meter.cores,
        sum_took_ms={"usual": round(measured.speed.usual_ms, 3), "best": round(measured.speed.best_ms, 3)},
        alone=alone,
        points=points,
    )


def _city(
    hall: Hall, ground: StreetGround, doors: Doors, pace: Pace, plan: StreetPlan, *, dispatchers: int
) -> tuple[StreetMeasured, CpuMeter, bool]:
    for program in worker_programs(dispatchers=dispatchers):
        hall.start_program(program, COURSIER_ROLE="worker")
    hall.start_program(beat_program(folder=hall.folder), COURSIER_ROLE="beat")
    time.sleep(WORKERS_UP_S)
    crowd = StreetCrowd(ground, doors, pace)
    with CpuMeter(hall.programs) as meter, precedence() as goes_first:
        measured = crowd.play(seconds=plan.seconds, orders_per_s=plan.orders_per_s, finish_s=FINISH_S)
    return measured, meter, goes_first


def _let_probe_know(hall: Hall, ground: StreetGround) -> None:
    """The probe looks a token up in Redis."""
    with redis.Redis.from_url(hall.environment["REDIS_URL"]) as known:
        known.mset({f"probe:{each.token}": str(number) for number, each in enumerate(ground.couriers)})


def _alone(
    hall: Hall, ground: StreetGround, addresses: dict[str, Address], pace: Pace, plan: StreetPlan
) -> tuple[Rates, Rates]:
    """In turns; who begins changes from round to round."""
    few: dict[str, list[Round]] = {"product": [], "probe": []}
    many: dict[str, list[Round]] = {"product": [], "probe": []}
    for number in range(plan.rounds):
        for name in sorted(addresses, reverse=bool(number % 2)):
            path = "/mobile/v1/positions" if name == "product" else "/positions"
            for rounds, points, connections in ((few, FEW_POINTS, CONNECTIONS), (many, MANY_POINTS, 1)):
                with CpuMeter(hall.programs) as meter:
                    found = closed(
                        addresses[name],
                        _batches(ground, path, points, pace),
                        connections=connections,
                        seconds=plan.round_seconds,
                    )
                rounds[name].append(round_of(found, meter))
    return (
        Rates("positions, 5 points", tuple(few["product"]), tuple(few["probe"]), ALONE_RATIO),
        Rates("points, 500 a batch", _as_points(many["product"]), _as_points(many["probe"]), POINTS_PER_S),
    )


def _as_points(rounds: list[Round]) -> tuple[Round, ...]:
    return tuple(replace(each, per_second=each.per_second * MANY_POINTS) for each in rounds)


def _batches(ground: StreetGround, path: str, points: int, pace: Pace) -> Iterator[Request]:
    """Batches of all couriers in turn, with the times of now: a batch that is older than the last moves nobody."""
    crowd = [
        street_courier(token=each.token, at=each.at, vehicle=vehicle(), now=pace.now()) for each in ground.couriers
    ]
    step = pace.platform(wall_seconds=0.001)
    for courier in itertools.cycle(crowd):
        yield courier_post(path, courier.token, courier.report(pace.now(), step, points=points))
