"""Who carries an order, leg by leg, as its merchant sees it: which fleet, who comes to the door, and when.

It lives in dispatch, which alone knows orders, couriers and expected times. The merchant hears a first name while that
courier has the leg, to know whom to hand the parcels to; afterwards the fleet only. Where the courier is stands on the
tracking link, and only from pickup to handover.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.accounts.principals import Principal
from apps.couriers.models import Courier, Fleet
from apps.dispatch.models import Assignment
from apps.orders.lifecycle import ENDED, WAITING, WITH_COURIER, LegStatus
from apps.orders.models import Leg
from apps.orders.selectors import order_for

HAD_BY_NOBODY = WAITING | {LegStatus.WAITING}  # a leg that was taken back says nothing of who had it


@dataclass(frozen=True, slots=True)
class CarryingCourier:
    """Who comes. The first name is empty while their fleet has not said whom it sends."""

    first_name: str
    vehicle: str


@dataclass(frozen=True, slots=True)
class CarriedLeg:
    """A leg, and who carries or carried it. Times that are not known, or are past, are None."""

    leg: Leg
    fleet: Fleet | None
    courier: CarryingCourier | None
    expected_pickup_at: datetime | None
    expected_dropoff_at: datetime | None


def carried_legs(principal: Principal, order_id: UUID) -> list[CarriedLeg]:
    """The legs of one of a principal's orders, in the order in which they are carried. Raises OrderNotFound."""
    legs = sorted(order_for(principal, order_id).legs.all(), key=lambda leg: leg.sequence)
    couriers = _couriers_of(legs)
    held = {one.leg_id: one for one in Assignment.objects.filter(leg__in=[leg.pk for leg in legs], is_live=True)}
    return [_carried(leg, couriers, held.get(leg.pk)) for leg in legs]


def _couriers_of(legs: Iterable[Leg]) -> dict[UUID, Courier]:
    keys = {leg.courier_id for leg in legs if leg.courier_id and leg.status not in HAD_BY_NOBODY}
    return {one.pk: one for one in Courier.objects.filter(pk__in=keys).select_related("fleet", "vehicle")}


def _carried(leg: Leg, couriers: dict[UUID, Courier], held: Assignment | None) -> CarriedLeg:
    courier = couriers.get(leg.courier_id) if leg.courier_id else None
    expected = held if leg.status not in ENDED else None
    return CarriedLeg(
        leg=leg,
        fleet=courier.fleet if courier else None,
        courier=_coming(courier) if courier and leg.status in WITH_COURIER else None,
        expected_pickup_at=expected.expected_pickup_at if expected and leg.picked_up_at is None else None,
        expected_dropoff_at=expected.expected_dropoff_at if expected else None,
    )


def _coming(courier: Courier) -> CarryingCourier:
    names = [] if courier.is_stand_in else courier.name.split()  # a stand-in has its fleet's name
    return CarryingCourier(names[0] if names else "", courier.vehicle.kind)
