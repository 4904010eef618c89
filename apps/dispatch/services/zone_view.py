"""Loads what the engine needs to see of a zone: a bounded number of queries, however many legs and couriers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core import clock
from apps.core.known_queries import KnownRows
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Courier
from apps.dispatch.eligibility import Asked, Networks, asked
from apps.dispatch.engine import PlannerSettings, Snapshot
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Offer
from apps.dispatch.selectors import RouteStop, routes_in
from apps.dispatch.services.courier_states import states_on_duty
from apps.dispatch.services.demand_ahead import demand_ahead
from apps.dispatch.services.engine_words import Exclusions, ServiceTimes, declined_of, open_leg, remaining
from apps.dispatch.services.fleets_asked import turns_of
from apps.dispatch.services.last_plan import last_routes
from apps.dispatch.services.tours_ahead import TourAhead, tours_ahead
from apps.dispatch.services.wakeups import planning_interval_s
from apps.dispatch.travel import travel_model_for
from apps.dispatch.turns import Turns
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.zones.models import Zone
from apps.zones.selectors import known_zone

MAX_LEGS = 2_000
MAX_PLAN_ATTEMPTS = 5  # a leg in so many plans that did not end is set aside
NOTICE_S = 45.0  # platform seconds that a person needs to see new work and leave
NOTICE_WALL_S = 1.5  # wall seconds that it takes on its way there
_OF_COURIERS = ("fleet", "vehicle", "shift", "skills", "max_legs", "load_legs", "last_lat", "last_lon")
_OF_VEHICLES = tuple(
    f"vehicle__{name}" for name in ("kind", "speed_kmh", "max_weight_g", "max_volume_ml", "max_parcels")
)
_OF_SHIFTS = tuple(f"shift__{name}" for name in ("starts_at", "ends_at", "started_at", "legs_done"))
_waiting = KnownRows(
    lambda zone_id: (
        Leg.objects.filter(zone_id=zone_id, status=LegStatus.OPEN, is_test=False, plan_attempts__lt=MAX_PLAN_ATTEMPTS)
        .select_related("order")
        .order_by("is_pinned", "ready_at")[:MAX_LEGS]
    )
)
_on_duty = KnownRows(
    lambda zone_id: (
        Courier.objects.filter(zone_id=zone_id, status=CourierStatus.ON_DUTY, is_active=True, silent_since__isnull=True)
        .select_related("vehicle", "fleet", "shift")
        .only(*_OF_COURIERS, *_OF_VEHICLES, *_OF_SHIFTS, "fleet__mode")
        .order_by("pk")
    )
)
_passed = KnownRows(lambda *leg_ids: Offer.objects.filter(leg_id__in=leg_ids).exclude(status=OfferStatus.ACCEPTED))
_asked = KnownRows(
    lambda zone_id: Offer.objects.filter(status=OfferStatus.LIVE, courier__zone_id=zone_id).only("courier_id")
)


@dataclass(frozen=True, slots=True)
class ZoneView:
    """A zone at one moment: the rows, and the snapshot made of them (ids as text)."""

    zone: Zone
    snapshot: Snapshot
    legs: dict[str, Leg]
    """Open ones; those in a kept tour are not open in the snapshot, but their couriers' to do."""
    couriers: dict[str, Courier]
    routes: dict[str, list[RouteStop]]
    """The stops ahead of each courier, in order."""
    tours: dict[str, TourAhead]
    """Kept tours by courier on duty: committed stops in the snapshot, not given out yet."""
    asked: dict[str, Asked]
    """By open leg: the fleets that are asked to carry it."""
    pinned: dict[UUID, str]
    """Open legs that a dispatcher keeps from the planner: what is written as their reason."""
    at: datetime
    networks: Networks
    turns: Turns
    """When fleets with a dispatch of their own are offered legs: they are not planned for, but asked."""

    def untoured(self) -> list[Leg]:
        """The legs that are for the tick to give: in no kept tour."""
        return [self.legs[known.id] for known in self.snapshot.legs]


def load_zone(zone_id: UUID) -> ZoneView:
    """Read a zone for planning. Raises ZoneNotFound."""
    here, at = known_zone(zone_id), clock.now()
    found = _waiting.all(zone_id)
    legs = {str(leg.pk): leg for leg in found if not leg.is_pinned}
    couriers = _couriers_in(zone_id)
    offers = _passed.all(*(leg.pk for leg in legs.values()))
    busy = {offer.courier_id for offer in _asked.all(zone_id)}
    free = {key: courier for key, courier in couriers.items() if key not in busy}  # who answers an offer waits
    routes = routes_in(zone_id)
    service = ServiceTimes.of(here)
    stops = {key: [remaining(stop, service) for stop in routes.get(key, [])] for key in free}
    with_room = {key: courier for key, courier in free.items() if courier.load_legs < courier.max_legs}
    on_duty = states_on_duty(here, with_room, stops, at)
    networks = Networks.of(list(legs.values()), couriers.values(), offers, zone_id=zone_id)
    who = {key: asked(leg, networks, at=at) for key, leg in legs.items()}
    tours = tours_ahead(zone_id, legs, {key: free[key] for key in on_duty}, service, networks)
    states = [tours.with_tour(state) for state in on_duty.values()]
    exclusions = Exclusions(declined_of(offers, at), states)
    demand = demand_ahead(here, service, networks, at)
    snapshot = Snapshot(
        now=at.timestamp(),
        couriers=tuple(states),
        legs=tuple(
            open_leg(leg, service, who[key].fleets, exclusions) for key, leg in legs.items() if key not in tours.held
        ),
        travel=travel_model_for(here, at),
        settings=PlannerSettings(tick_s=planning_interval_s(), commit_lead_s=NOTICE_S + NOTICE_WALL_S * clock.speed()),
        last_routes=last_routes(zone_id),
        recent_legs=demand.recent_legs,
        expected_legs_per_hour=demand.expected_legs_per_hour,
    )
    return ZoneView(
        zone=here,
        snapshot=snapshot,
        legs=legs,
        couriers={str(key): courier for key, courier in free.items()},
        routes={str(key): routes.get(key, []) for key in free},
        tours=tours.by_courier,
        asked=who,
        pinned={leg.pk: leg.unassigned_reason for leg in found if leg.is_pinned},
        at=at,
        networks=networks,
        turns=turns_of(networks, at),
    )


def _couriers_in(zone_id: UUID) -> dict[UUID, Courier]:
    """Those on duty whose phones are heard: who does not hear of work is given none."""
    on_duty = _on_duty.all(zone_id)
    return {c.pk: c for c in on_duty if c.fleet.mode != FleetMode.EXTERNAL}  # those are their own dispatch's to plan
