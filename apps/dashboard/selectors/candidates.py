"""Who could be given a leg by hand: the nearest couriers first, with what they have already."""

from dataclasses import dataclass

from apps.accounts.principals import Principal
from apps.core.geo import Point, distance_m
from apps.core.ids import public_id
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier
from apps.couriers.positions import positions_now
from apps.dashboard import words
from apps.dashboard.selectors.audience import board_couriers_for, may_dispatch
from apps.orders.models import Leg

SHOWN = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A courier to choose: how far from the pickup (None: position unknown), and how much they have."""

    id: str
    name: str
    initials: str
    vehicle: str
    fleet: str
    distance_m: int | None
    load: int
    capacity: int
    is_paused: bool

    @property
    def is_full(self) -> bool:
        """Whether one more is too many."""
        return self.load >= self.capacity


def candidates_for(principal: Principal, leg: Leg) -> list[Candidate]:
    """The couriers on duty in the leg's zone whom the principal dispatches, nearest to the pickup first, at most 40."""
    on_duty = board_couriers_for(principal).filter(zone_id=leg.zone_id).exclude(status=CourierStatus.OFF_DUTY)
    couriers = [
        courier
        for courier in on_duty.select_related("vehicle", "fleet")
        if courier.pk != leg.courier_id and may_dispatch(principal, courier.fleet.organisation_id)
    ]
    live = positions_now([courier.pk for courier in couriers])
    ranked = [_candidate(courier, leg, live.get(courier.pk) or courier.last_point) for courier in couriers]
    ranked.sort(key=lambda one: (one.is_paused, one.is_full, one.distance_m is None, one.distance_m or 0, one.name))
    return ranked[:SHOWN]


def _candidate(courier: Courier, leg: Leg, at: Point | None) -> Candidate:
    return Candidate(
        id=public_id("cou", courier.pk),
        name=courier.name,
        initials=words.initials(courier.name),
        vehicle=courier.vehicle.get_kind_display(),
        fleet=courier.fleet.name,
        distance_m=round(distance_m(at, leg.pickup_point)) if at else None,
        load=courier.load_legs,
        capacity=courier.max_legs,
        is_paused=courier.status == CourierStatus.PAUSED,
    )
