"""The couriers of the board: who is on duty, where, and with how much."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from apps.accounts.principals import Principal
from apps.core.geo import Point
from apps.core.ids import public_id
from apps.core.redis import RedisError
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier
from apps.couriers.positions import last_seen, positions_now
from apps.dashboard import words
from apps.dashboard.selectors.audience import board_couriers_for
from apps.orders.lifecycle import ON_BOARD
from apps.orders.selectors import legs_of_couriers

_COLUMNS = ("name", "status", "silent_since", "max_legs", "last_lat", "last_lon", "vehicle__kind", "fleet__name")


@dataclass(frozen=True, slots=True)
class CourierRow:
    """One courier on duty. `state` is free, to_pickup, carrying, paused or silent; `at`: [lon, lat], None: unknown."""

    id: str
    name: str
    initials: str
    vehicle: str
    fleet: str
    state: str
    load: int
    capacity: int
    at: tuple[float, float] | None
    seen_at: datetime | None


def courier_rows(principal: Principal, *, zone_id: UUID | None) -> list[CourierRow]:
    """The couriers on duty whom the principal may follow, by name. Two queries, two looks into Redis."""
    found = board_couriers_for(principal).exclude(status=CourierStatus.OFF_DUTY)
    if zone_id:
        found = found.filter(zone_id=zone_id)
    couriers = list(found.select_related("vehicle", "fleet").only(*_COLUMNS).order_by("name", "pk"))
    keys = [courier.pk for courier in couriers]
    statuses = _statuses(keys)
    positions, seen = positions_now(keys), _seen(keys)
    return [
        _row(courier, statuses[courier.pk], positions.get(courier.pk), seen.get(courier.pk)) for courier in couriers
    ]


def _statuses(courier_ids: list[UUID]) -> defaultdict[UUID, list[str]]:
    by_courier: defaultdict[UUID, list[str]] = defaultdict(list)
    if courier_ids:
        for courier_id, status in legs_of_couriers(courier_ids).values_list("courier_id", "status"):
            by_courier[courier_id].append(status)
    return by_courier


def _seen(courier_ids: list[UUID]) -> dict[UUID, float]:
    try:
        return last_seen(courier_ids)
    except RedisError:
        return {}  # positions_now has logged that Redis is away; the board says so itself


def _row(courier: Courier, statuses: list[str], live: Point | None, seen: float | None) -> CourierRow:
    at = live or courier.last_point
    return CourierRow(
        id=public_id("cou", courier.pk),
        name=courier.name,
        initials=words.initials(courier.name),
        vehicle=courier.vehicle.kind,
        fleet=courier.fleet.name,
        state=_state(courier, statuses),
        load=len(statuses),
        capacity=courier.max_legs,
        at=(at.lon, at.lat) if at else None,
        seen_at=datetime.fromtimestamp(seen, UTC) if seen else None,
    )


def _state(courier: Courier, statuses: list[str]) -> str:
    if courier.silent_since:
        return "silent"
    if courier.status == CourierStatus.PAUSED:
        return "paused"
    if any(status in ON_BOARD for status in statuses):
        return "carrying"
    return "to_pickup" if statuses else "free"
