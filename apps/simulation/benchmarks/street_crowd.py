"""A thousand couriers and one merchant in one thread: open model, each report and each order at its own moment."""

import heapq
import itertools
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any

import orjson

from apps.simulation.benchmarks.load_connection import Connection, Request
from apps.simulation.benchmarks.load_generator import open_arrivals
from apps.simulation.benchmarks.load_lines import ANSWER_WITHIN_S, Address, Lines
from apps.simulation.benchmarks.load_speed import Speedometer
from apps.simulation.benchmarks.street_courier import REPORT_EVERY_S, street_courier
from apps.simulation.benchmarks.street_rows import SPEED_KMH, StreetGround
from apps.simulation.robots.riding import CityVehicle
from coursier.embedded.pace import Pace

POSITIONS, ACTIONS, SYNCS, ORDERS = "positions", "actions", "syncs", "orders"
NEAR_DEG = 0.009  # a kilometre to the north, less to the east: how far recipients live from the shop
AGAIN_AFTER_S = 1.0
SPEED_EVERY_S = 1.0
FIRST_LOOKS_PER_S = 50.0
MOST_UNDER_WAY = 400
DETOUR_FACTOR = 1.3


@dataclass(slots=True)
class StreetMeasured:
    """What came of the minutes: seconds from when each request was due, by kind, and what went wrong."""

    latencies_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    late_starts_s: list[float] = field(default_factory=list)
    order_ids: list[str] = field(default_factory=list)
    delivered: int = 0
    speed: Speedometer = field(default_factory=Speedometer)


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the two surfaces are."""

    api: Address
    mobile: Address


class StreetCrowd:
    """Plays the city for some seconds, then lets couriers finish what they have."""

    def __init__(self, ground: StreetGround, doors: Doors, pace: Pace) -> None:
        self._ground, self._doors, self._pace = ground, doors, pace
        self._rng = Random(2)
        self._lines = Lines()
        self._due: list[tuple[float, int, Any]] = []
        self._ties = itertools.count()
        self._under_way: set[int] = set()
        now = pace.now()
        self._couriers = [
            street_courier(token=each.token, at=each.at, vehicle=vehicle(), now=now) for each in ground.couriers
        ]
        self._heads = [_head(each.token) for each in ground.couriers]
        self.measured = StreetMeasured()

    def play(self, *, seconds: float, orders_per_s: float, finish_s: float) -> StreetMeasured:
        """All couriers report and orders come at a rate for some seconds; then no new ones, until all are delivered."""
        self._measures_from = begin = time.perf_counter() + self._warm_up_s()
        for number in range(len(self._couriers)):
            self._at(time.perf_counter() + self._rng.uniform(0, REPORT_EVERY_S), self._report, number)
            self._at(begin - self._rng.uniform(0, self._warm_up_s()), self._look, number)
        for due_s in open_arrivals(orders_per_s, seconds) if orders_per_s else ():
            self._at(begin + due_s, self._order, -1)
        self._at(begin, self._sample_speed, -1)
        self._measures_until = end = begin + seconds
        while time.perf_counter() < end + finish_s:
            self._turn()
            if time.perf_counter() > end and self.measured.delivered >= len(self.measured.order_ids):
                break
        self._lines.close()
        return self.measured

    def _warm_up_s(self) -> float:
        """Every phone asks for everything once: not all of them in one moment, as they would not in a city."""
        return len(self._couriers) / FIRST_LOOKS_PER_S

    def _turn(self) -> None:
        now = time.perf_counter()
        while self._due and self._due[0][0] <= now and self._lines.busy < MOST_UNDER_WAY:
            due_at, _, (does, number) = heapq.heappop(self._due)
            does(due_at, number)
            now = time.perf_counter()
        may_ask = bool(self._due) and self._lines.busy < MOST_UNDER_WAY
        self._lines.wait(min(0.05, self._due[0][0] - now) if may_ask else 0.05)

    def _at(self, moment: float, does: Any, number: int) -> None:
        heapq.heappush(self._due, (moment, next(self._ties), (does, number)))

    def _sample_speed(self, due_at: float, number: int) -> None:
        self.measured.speed.sample()
        self._at(due_at + SPEED_EVERY_S, self._sample_speed, number)

    def _report(self, due_at: float, number: int) -> None:
        """A batch of positions, every five seconds, whatever became of the last one."""
        courier, step = self._couriers[number], self._pace.platform(wall_seconds=REPORT_EVERY_S / 5)
        body = courier.report(self._pace.now(), step)
        self._ask(POSITIONS, due_at, _post("/mobile/v1/positions", self._heads[number], body), number, self._reported)
        self._at(due_at + REPORT_EVERY_S, self._report, number)

    def _reported(self, number: int, connection: Connection) -> None:
        courier = self._couriers[number]
        courier.news = int(orjson.loads(connection.body)["news"])
        if courier.wants_to_sync:
            self._look(time.perf_counter(), number)

    def _look(self, due_at: float, number: int) -> None:
        """Look at the phone: tell what was done, or ask what is new. One such request of a courier at a time."""
        if number in self._under_way:
            return
        courier = self._couriers[number]
        next_at = courier.live(self._pace.now())
        if courier.outbox:
            sent = list(courier.outbox)
            request = _post("/mobile/v1/actions", self._heads[number], orjson.dumps({"actions": sent}))
            self._ask(ACTIONS, due_at, request, number, lambda key, answer: self._acted(key, answer, sent))
        elif courier.wants_to_sync:
            self._ask(SYNCS, due_at, _get("/mobile/v1/sync", self._heads[number]), number, self._synced)
        elif next_at is not None:
            self._at(time.perf_counter() + self._pace.wall_seconds_until(next_at), self._look, number)
            return
        else:
            return
        self._under_way.add(number)

    def _acted(self, number: int, connection: Connection, sent: list[dict[str, Any]]) -> None:
        courier = self._couriers[number]
        before = courier.delivered
        self.measured.refusals.update(courier.answered(sent, orjson.loads(connection.body)))
        self.measured.delivered += courier.delivered - before

    def _synced(self, number: int, connection: Connection) -> None:
        self._couriers[number].learn(orjson.loads(connection.body), self._pace.now())

    def _order(self, due_at: float, number: int) -> None:
        body = orjson.dumps(_order_near(self._rng.choice(self._rng.choice(self._ground.shops)), self._rng))
        key = f"Idempotency-Key: bench-{next(self._ties)}\r\n".encode()
        head = _head(self._ground.api_key) + key
        self._ask(ORDERS, due_at, _post("/v1/orders", head, body, status=201), number, self._ordered)

    def _ordered(self, number: int, connection: Connection) -> None:  # noqa: ARG002 - all reactions are called alike
        self.measured.order_ids.append(orjson.loads(connection.body)["id"])

    def _ask(self, kind: str, due_at: float, request: Request, number: int, then: Any) -> None:
        if due_at >= self._measures_from:
            self.measured.late_starts_s.append(max(0.0, time.perf_counter() - due_at))
        address = self._doors.api if kind == ORDERS else self._doors.mobile

        def react(connection: Connection) -> None:
            self._note(kind, connection)
            if kind in (ACTIONS, SYNCS):
                self._under_way.discard(number)
            is_right = not connection.failure and connection.status == request.status
            if is_right:
                then(number, connection)
            if kind in (ACTIONS, SYNCS):
                now = time.perf_counter()
                self._at(now if is_right else now + AGAIN_AFTER_S, self._look, number)

        self._lines.ask(address, request, due_at=due_at, then=react)

    def _note(self, kind: str, connection: Connection) -> None:
        wrong = connection.failure
        if not wrong and connection.status != connection.request.status:
            wrong = f"{kind}: status {connection.status}: {connection.body[:120].decode(errors='replace')}"
        if wrong:
            self.measured.errors[wrong] += 1
        if self._measures_from <= connection.due_at < self._measures_until:
            latency_s = connection.answered_at - connection.due_at
            self.measured.latencies_s[kind].append(ANSWER_WITHIN_S if wrong else latency_s)


def _order_near(shop: tuple[float, float], rng: Random) -> dict[str, Any]:
    lat, lon = shop
    dropoff = {"lat": lat + rng.uniform(-1, 1) * NEAR_DEG / 2, "lon": lon + rng.uniform(-1, 1) * NEAR_DEG / 2}
    return {
        "pickup": {"address": "1 rue du Banc", "lat": lat, "lon": lon, "contact_name": "Shop", "phone": "+33199000001"},
        "dropoff": {"address": "2 rue du Banc", **dropoff, "contact_name": "Eve", "phone": "+33199000002"},
        "parcels": [{"weight_g": 800, "size": "small"}],
        "network_policy": "own_only",
    }


def _head(token: str) -> bytes:
    return f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n".encode()


def _get(path: str, head: bytes) -> Request:
    return Request(b"GET " + path.encode() + b" HTTP/1.1\r\n" + head + b"\r\n")


def _post(path: str, head: bytes, body: bytes, *, status: int = 200) -> Request:
    more = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return Request(b"POST " + path.encode() + b" HTTP/1.1\r\n" + head + more + body, status)


def courier_post(path: str, token: str, body: bytes) -> Request:
    """What a phone posts."""
    return _post(path, _head(token), body)


def vehicle() -> CityVehicle:
    """What all of them ride."""
    return CityVehicle(SPEED_KMH, DETOUR_FACTOR)
