"""Loads what the engine needs to see of a zone: a bounded number of queries, however many legs and couriers."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from apps.core import clock
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Fleet
from apps.couriers.positions import positions_now
from apps.dispatch.courier_way import RemainingStop, way_of
from apps.dispatch.eligibility import Networks, eligible_fleets
from apps.dispatch.engine import CourierState, OpenLeg, PlannerSettings, Snapshot, VehicleProfile
from apps.dispatch.learning.selectors import service_seconds
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Offer
from apps.dispatch.selectors import RouteStop, routes_of
from apps.dispatch.services.last_plan import last_routes
from apps.dispatch.services.wakeups import planning_interval_s
from apps.dispatch.travel import travel_model_for
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.zones.models import Zone
from apps.zones.selectors import zone

MAX_LEGS = 2_000
MAX_PLAN_ATTEMPTS = 5  # a leg in so many plans that did not end is set aside
NOTICE_S = 45.0  # platform seconds that a person needs to see new work and leave
NOTICE_WALL_S = 1.5  # wall seconds that it takes on its way there
BOOKED_AHEAD = timedelta(minutes=30)  # an order placed long before it is ready waits no longer than others do
ML_IN_L = 1_000
ASK_AGAIN_AFTER = timedelta(minutes=3)  # who declined a leg may be asked again, when nobody else is left


@dataclass(frozen=True, slots=True)
class ZoneView:
    """A zone at one moment: the rows, and the snapshot made of them (ids as text)."""

    zone: Zone
    snapshot: Snapshot
    legs: dict[str, Leg]
    couriers: dict[str, Courier]
    routes: dict[str, list[RouteStop]]
    """The stops ahead of each courier, in order."""
    pinned: dict[UUID, str]
    """Open legs that a dispatcher keeps from the planner: what is written as their reason."""


def load_zone(zone_id: UUID) -> ZoneView:
    """Read a zone for planning. Raises ZoneNotFound."""
    here, at = zone(zone_id), clock.now()
    waiting = Leg.objects.filter(zone_id=zone_id, status=LegStatus.OPEN, plan_attempts__lt=MAX_PLAN_ATTEMPTS)
    found = list(waiting.select_related("order").order_by("is_pinned", "ready_at")[:MAX_LEGS])
    legs = [leg for leg in found if not leg.is_pinned]
    couriers = _couriers_in(zone_id)
    offers = list(Offer.objects.filter(leg_id__in=[leg.pk for leg in legs]).exclude(status=OfferStatus.ACCEPTED))
    busy_with_offer = set(
        Offer.objects.filter(status=OfferStatus.LIVE, courier_id__in=list(couriers)).values_list(
            "courier_id", flat=True
        )
    )
    free = {key: courier for key, courier in couriers.items() if key not in busy_with_offer}
    routes = routes_of(list(free))
    service = ServiceTimes.of(here)
    states = _courier_states(
        here, free, {key: [_remaining(s, service) for s in routes.get(key, [])] for key in free}, at
    )
    networks = Networks.of(Fleet.objects.all(), (courier.fleet_id for courier in couriers.values()))
    exclusions = Exclusions(_declined(offers, at), states)
    snapshot = Snapshot(
        now=at.timestamp(),
        couriers=tuple(states),
        legs=tuple(_open_leg(leg, service, eligible_fleets(leg.order, networks, at=at), exclusions) for leg in legs),
        travel=travel_model_for(here, at),
        settings=PlannerSettings(tick_s=planning_interval_s(), commit_lead_s=NOTICE_S + NOTICE_WALL_S * clock.speed()),
        last_routes=last_routes(zone_id),
    )
    return ZoneView(
        zone=here,
        snapshot=snapshot,
        legs={str(leg.pk): leg for leg in legs},
        couriers={str(key): courier for key, courier in free.items()},
        routes={str(key): routes.get(key, []) for key in free},
        pinned={leg.pk: leg.unassigned_reason for leg in found if leg.is_pinned},
    )


def _couriers_in(zone_id: UUID) -> dict[UUID, Courier]:
    on_duty = Courier.objects.filter(zone_id=zone_id, status=CourierStatus.ON_DUTY, is_active=True)
    return {c.pk: c for c in on_duty.select_related("vehicle", "fleet", "shift").order_by("pk")}


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


def _remaining(stop: RouteStop, service: ServiceTimes) -> RemainingStop:
    return RemainingStop(
        kind=stop.kind,
        leg=_known_leg(stop.leg, service),
        arrived_at=stop.arrived_at.timestamp() if stop.arrived_at else None,
        picked_up_at=stop.leg.picked_up_at.timestamp() if stop.leg.picked_up_at else None,
    )


def _courier_states(
    here: Zone, couriers: dict[UUID, Courier], stops: dict[UUID, list[RemainingStop]], at: datetime
) -> list[CourierState]:
    """Who can be planned with; couriers whose place nobody knows are left out."""
    live = positions_now(list(couriers))
    states = []
    for key, courier in couriers.items():
        position = live.get(key) or courier.last_point
        if position is None or courier.shift is None or courier.load_legs >= courier.max_legs:
            continue
        way = way_of(position, stops[key], now=at.timestamp())
        started_at = (courier.shift.started_at or courier.shift.starts_at).timestamp()
        states.append(
            CourierState(
                id=str(key),
                position=way.position,
                free_at=way.free_at,
                on_duty_from=started_at,
                shift_ends_at=courier.shift.ends_at.timestamp(),
                vehicle=vehicle_profile(courier, here.detour_factor),
                fleet_id=str(courier.fleet_id),
                skills=frozenset(courier.skills),
                legs_done=courier.shift.legs_done + courier.load_legs,
                shift_starts_at=started_at,
                parcels_on_board=sum(leg.parcels for leg in way.aboard),
                weight_on_board_g=sum(leg.weight_g for leg in way.aboard),
                volume_on_board_l=sum(leg.volume_l for leg in way.aboard),
                stops=way.stops,
                fixed_stops=way.fixed_stops,
                max_legs=courier.max_legs - way.finishing,
            )
        )
    return states


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


def _declined(offers: list[Offer], at: datetime) -> dict[UUID, dict[UUID, bool]]:
    """Who was offered a leg and did not take it, as `Exclusions` keeps it."""
    declined: dict[UUID, dict[UUID, bool]] = defaultdict(dict)
    for offer in sorted(offers, key=lambda offer: offer.offered_at):
        declined[offer.leg_id][offer.courier_id] = at - offer.offered_at > ASK_AGAIN_AFTER
    return declined


def _open_leg(leg: Leg, service: ServiceTimes, eligible: frozenset[UUID], exclusions: Exclusions) -> OpenLeg:
    fleets = frozenset(str(key) for key in eligible)
    return replace(_known_leg(leg, service), eligible_fleets=fleets, excluded_couriers=exclusions.of(leg, fleets))


def _known_leg(leg: Leg, service: ServiceTimes) -> OpenLeg:
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
