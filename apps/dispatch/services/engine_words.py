"""Rows in the words of the engine: a leg, a vehicle, a stop that a courier has ahead, and who was asked already."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from apps.couriers.models import Courier
from apps.dispatch.courier_way import RemainingStop
from apps.dispatch.engine import CourierState, OpenLeg, VehicleProfile
from apps.dispatch.learning.selectors import service_seconds
from apps.dispatch.models import Offer
from apps.dispatch.selectors import RouteStop
from apps.dispatch.turns import ASK_AGAIN_AFTER
from apps.orders.models import Leg
from apps.zones.models import Zone

BOOKED_AHEAD = timedelta(minutes=30)  # an order placed long before it is ready waits no longer than others do
PICKED_UP_BEFORE_SLOT = timedelta(minutes=45)  # at the earliest, where no tour has it: across a city and no longer
ML_IN_L = 1_000


def vehicle_profile(courier: Courier, detour_factor: float) -> VehicleProfile:
    """What a courier rides on, as the engine sees it."""
    vehicle = courier.vehicle
    return VehicleProfile(
        kind=vehicle.kind,
        speed_kmh=vehicle.speed_kmh,
        detour_factor=detour_factor,
        max_weight_g=vehicle.max_weight_g,
        max_volume_l=vehicle.max_volume_ml / ML_IN_L,
        max_parcels=vehicle.max_parcels,
    )


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """Seconds at a stop: as learned, or as set for the zone while too little is known."""

    pickup_s: float
    dropoff_s: float

    @classmethod
    def of(cls, here: Zone) -> "ServiceTimes":
        """Those of a zone."""
        learned = service_seconds(here)
        return cls(learned.pickup or here.pickup_service_s, learned.dropoff or here.dropoff_service_s)


def remaining(stop: RouteStop, service: ServiceTimes) -> RemainingStop:
    """A stop that a courier still has ahead."""
    return RemainingStop(
        kind=stop.kind,
        leg=known_leg(stop.leg, service),
        arrived_at=stop.arrived_at.timestamp() if stop.arrived_at else None,
        picked_up_at=stop.leg.picked_up_at.timestamp() if stop.leg.picked_up_at else None,
    )


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Who was asked already: leg -> courier -> whether it is long enough ago to ask again."""

    declined: dict[UUID, dict[UUID, bool]]
    couriers: list[CourierState]

    def of(self, leg: Leg, fleets: frozenset[str]) -> frozenset[str]:
        """Couriers who shall not be offered the leg; when all declined, those of a while ago may be asked again."""
        declined = self.declined.get(leg.pk, {})
        excluded = frozenset(str(key) for key in declined)
        if declined and all(courier.id in excluded for courier in self.couriers if courier.fleet_id in fleets):
            return frozenset(str(key) for key, ask_again in declined.items() if not ask_again)
        return excluded


def declined_of(offers: list[Offer], at: datetime) -> dict[UUID, dict[UUID, bool]]:
    """Who was offered a leg and did not take it, as `Exclusions` keeps it."""
    declined: dict[UUID, dict[UUID, bool]] = defaultdict(dict)
    for offer in sorted(offers, key=lambda offer: offer.offered_at):
        declined[offer.leg_id][offer.courier_id] = at - offer.offered_at > ASK_AGAIN_AFTER
    return declined


def open_leg(leg: Leg, service: ServiceTimes, eligible: frozenset[UUID], exclusions: Exclusions) -> OpenLeg:
    """A leg that is to be given to somebody by the tick. For a slot nobody sets out hours before, to wait at a door."""
    fleets = frozenset(str(key) for key in eligible)
    known = known_leg(leg, service)
    if leg.drop_from:
        soon_enough = min(leg.drop_from, leg.pickup_by or leg.drop_from) - PICKED_UP_BEFORE_SLOT
        known = replace(known, ready_at=max(leg.ready_at, soon_enough).timestamp())
    return replace(known, eligible_fleets=fleets, excluded_couriers=exclusions.of(leg, fleets))


def known_leg(leg: Leg, service: ServiceTimes) -> OpenLeg:
    """A leg as the engine sees it, whoever may carry it."""
    return OpenLeg(
        id=str(leg.pk),
        pickup=leg.pickup_point,
        dropoff=leg.dropoff_point,
        pickup_place=leg.pickup_place,
        placed_at=_waits_from(leg).timestamp(),
        ready_at=leg.ready_at.timestamp(),
        due_at=leg.due_at.timestamp(),
        drop_by=_seconds(leg.drop_by),
        pickup_by=_seconds(leg.pickup_by),
        drop_from=_seconds(leg.drop_from),
        max_on_board_s=leg.max_on_board_s,
        promised_at=leg.due_at.timestamp(),
        weight_g=leg.weight_g,
        volume_l=leg.volume_ml / ML_IN_L,
        parcels=leg.parcels,
        skills=frozenset(leg.skills),
        vehicle_kinds=frozenset(leg.vehicle_kinds) or None,
        pickup_service_s=service.pickup_s,
        dropoff_service_s=service.dropoff_s,
    )


def _waits_from(leg: Leg) -> datetime:
    """From when its recipient waits: nobody waits from the booking on, or before the begin of the slot they chose."""
    booked = max(leg.placed_at, leg.ready_at - BOOKED_AHEAD)
    return max(booked, leg.drop_from - BOOKED_AHEAD) if leg.drop_from else booked


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
