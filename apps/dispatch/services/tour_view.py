"""Loads what tours are planned from: legs for slots, and the shifts that could carry them, begun or still to come."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from apps.core import clock
from apps.core.geo import Point
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Courier, Shift
from apps.dispatch.eligibility import Networks, first_asked
from apps.dispatch.engine import CourierState, OpenLeg, PlannerSettings, Snapshot
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Offer
from apps.dispatch.selectors import routes_of
from apps.dispatch.services.courier_states import states_on_duty
from apps.dispatch.services.engine_words import ServiceTimes, known_leg, remaining, vehicle_profile
from apps.dispatch.services.zone_view import MAX_PLAN_ATTEMPTS
from apps.dispatch.travel import travel_model_for
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.zones.models import Zone
from apps.zones.selectors import zone

MAX_LEGS = 500  # in the tours of one zone; those of later slots wait
AHEAD = timedelta(hours=36)  # slots of today and tomorrow
NO_SHOW_AFTER = timedelta(minutes=15)  # a shift that nobody began by then has no tour
RIDING_PRICE = 1.0
"""Minutes of cost per minute of riding. The tick has none: there readiness binds. Here nothing else tells a short tour
from a long one."""


@dataclass(frozen=True, slots=True)
class TourView:
    """The slots of a zone at one moment. Couriers of the snapshot are shifts: their ids are."""

    zone: Zone
    at: datetime
    legs: list[Leg]
    shifts: list[Shift]

    @property
    def leg_versions(self) -> frozenset[str]:
        """What tells whether a leg is new, or changed."""
        return frozenset(f"{leg.pk}:{leg.version}" for leg in self.legs)

    @property
    def shift_digest(self) -> str:
        """Another text whenever a shift is planned, moved, begun or gone, or its courier rides something else."""
        seen = [
            (s.pk.hex, s.starts_at.timestamp(), s.ends_at.timestamp(), s.courier.status, s.courier.vehicle_id.hex)
            for s in self.shifts
        ]
        return hashlib.sha256(repr(sorted(seen)).encode()).hexdigest()


def load_slots(zone_id: UUID) -> TourView:
    """Read the slots of a zone, and who could carry them: two queries. Raises ZoneNotFound."""
    here, at = zone(zone_id), clock.now()
    slots = Leg.objects.filter(
        zone_id=zone_id,
        status=LegStatus.OPEN,
        is_pinned=False,
        is_test=False,
        plan_attempts__lt=MAX_PLAN_ATTEMPTS,
        drop_from__lte=at + AHEAD,
    )
    legs = [leg for leg in slots.select_related("order").order_by("drop_from", "id")[:MAX_LEGS] if leg.is_scheduled]
    planned = Shift.objects.filter(
        zone_id=zone_id,
        ended_at=None,
        ends_at__gt=at,
        starts_at__lt=at + AHEAD,
        courier__is_active=True,
        courier__fleet__mode=FleetMode.ASSIGNED,
    )
    found = planned.select_related("courier", "courier__vehicle", "courier__fleet").order_by("starts_at", "id")
    return TourView(here, at, legs, [shift for shift in found if _counts(shift, at)])


def tour_snapshot(view: TourView) -> Snapshot:
    """What the engine sees; at least one leg."""
    service = ServiceTimes.of(view.zone)
    over = Offer.objects.filter(leg_id__in=[leg.pk for leg in view.legs]).exclude(status=OfferStatus.ACCEPTED)
    offers = list(over)
    networks = Networks.of(view.legs, (shift.courier for shift in view.shifts), offers, zone_id=view.zone.pk)
    declined = _declined(view, offers)
    return Snapshot(
        now=view.at.timestamp(),
        couriers=tuple(_states(view, service)),
        legs=tuple(_tour_leg(leg, service, first_asked(leg, networks), declined) for leg in view.legs),
        travel=travel_model_for(view.zone, max(view.at, min(leg.drop_from or view.at for leg in view.legs))),
        settings=PlannerSettings(riding_price=RIDING_PRICE),
    )


def _counts(shift: Shift, at: datetime) -> bool:
    """Whether somebody rides this shift, or still may."""
    courier = shift.courier
    if courier.shift_id == shift.pk:
        return courier.status != CourierStatus.OFF_DUTY
    return shift.started_at is None and shift.starts_at > at - NO_SHOW_AFTER


def _states(view: TourView, service: ServiceTimes) -> list[CourierState]:
    begun: dict[UUID, Courier] = {}
    for shift in view.shifts:
        if shift.courier.shift_id == shift.pk:
            shift.courier.shift = shift  # at hand: no query for each
            begun[shift.courier_id] = shift.courier
    routes = routes_of(list(begun))
    stops = {key: [remaining(stop, service) for stop in routes.get(key, [])] for key in begun}
    on_duty = states_on_duty(view.zone, begun, stops, view.at)
    depot, states = _busiest_pickup(view.legs), []
    for shift in view.shifts:
        if shift.courier_id not in begun or shift.courier.shift_id != shift.pk:
            states.append(_to_come(shift, depot, view.zone))
        elif state := on_duty.get(shift.courier_id):
            states.append(replace(state, id=str(shift.pk), max_legs=shift.courier.max_legs))
    return states


def _to_come(shift: Shift, depot: Point, here: Zone) -> CourierState:
    """A courier who has not begun, taken to set out from where most parcels are: when they begin, tours are planned
    again from where they are."""
    courier, begins = shift.courier, shift.starts_at.timestamp()
    return CourierState(
        id=str(shift.pk),
        position=depot,
        free_at=begins,
        on_duty_from=begins,
        shift_ends_at=shift.ends_at.timestamp(),
        vehicle=vehicle_profile(courier, here.detour_factor),
        fleet_id=str(courier.fleet_id),
        skills=frozenset(courier.skills),
        max_legs=courier.max_legs,
        drop_by=shift.ends_at.timestamp(),
    )


def _busiest_pickup(legs: list[Leg]) -> Point:
    door, _ = Counter(leg.pickup_place for leg in legs).most_common(1)[0]
    return next(leg.pickup_point for leg in legs if leg.pickup_place == door)


def _declined(view: TourView, offers: list[Offer]) -> dict[UUID, frozenset[str]]:
    """The shifts of couriers who were offered a leg and did not take it."""
    shifts: dict[UUID, set[str]] = defaultdict(set)
    for shift in view.shifts:
        shifts[shift.courier_id].add(str(shift.pk))
    refused: dict[UUID, set[str]] = defaultdict(set)
    for offer in offers:
        refused[offer.leg_id] |= shifts.get(offer.courier_id, set())
    return {leg_id: frozenset(ids) for leg_id, ids in refused.items()}


def _tour_leg(
    leg: Leg, service: ServiceTimes, eligible: frozenset[UUID], declined: dict[UUID, frozenset[str]]
) -> OpenLeg:
    return replace(
        known_leg(leg, service),
        eligible_fleets=frozenset(str(key) for key in eligible),
        excluded_couriers=declined.get(leg.pk, frozenset()),
    )
