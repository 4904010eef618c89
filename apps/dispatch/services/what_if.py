"""What if, for an executor: the plan of a zone with other legs or couriers, of which it is shown its own part.

The engine plans the whole zone, since everybody competes for the same legs; others' couriers and legs stay inside.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core import clock
from apps.core.geo import Point
from apps.core.vehicle_kind import VehicleKind
from apps.couriers.errors import CourierNotFound, FleetNotFound
from apps.couriers.selectors import couriers_of_fleets
from apps.couriers.usual_vehicles import USUAL
from apps.dispatch.engine import CourierState, OpenLeg, Plan, PlannedRoute, UnassignedReason, VehicleProfile
from apps.dispatch.executors import Executor, carriers_among, zones_served
from apps.dispatch.services.engine_words import ML_IN_L, ServiceTimes
from apps.dispatch.services.previewing import Change, preview_plan
from apps.orders.models import Leg
from apps.zones.errors import OutOfZone, ZoneNotFound
from apps.zones.models import Zone
from apps.zones.selectors import zone, zone_for

EXTRA = "extra:"  # before the caller's own name of something that is not there
MOST_LEFT_OUT = 100  # legs left out that are named, the added ones first


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraLeg:
    """A leg that is supposed to be there too, for the executor's fleets alone."""

    ref: str
    pickup: Point
    dropoff: Point
    ready_at: datetime | None = None
    pickup_by: datetime | None = None
    drop_from: datetime | None = None
    due_at: datetime | None = None
    drop_by: datetime | None = None
    weight_g: int = 0
    volume_ml: int = 0
    parcels: int = 1
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraCourier:
    """A courier who is supposed to be on duty too, on a usual vehicle of its kind."""

    ref: str
    fleet_id: UUID
    at: Point
    vehicle: VehicleKind
    shift_ends_at: datetime
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What is supposed to be different."""

    zone_id: UUID
    legs: tuple[ExtraLeg, ...] = ()
    couriers: tuple[ExtraCourier, ...] = ()
    without_couriers: frozenset[UUID] = frozenset()
    shift_ends: tuple[tuple[UUID, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class OwnPlan:
    """The part of a plan that is the executor's: routes of its couriers, and why legs it may carry are left out."""

    routes: tuple[PlannedRoute, ...]
    unassigned: tuple[tuple[str, UnassignedReason], ...]
    unassigned_count: int

    @property
    def cost_min(self) -> float:
        """Of the routes."""
        return sum(route.cost_min for route in self.routes)


@dataclass(frozen=True, slots=True)
class OwnPreview:
    """The executor's part of the plan as things are, and as they would be."""

    as_is: OwnPlan
    as_if: OwnPlan


def preview_for(executor: Executor, asked: WhatIf) -> OwnPreview:
    """Plan a zone with something else than there is, and commit nothing.

    Raises ZoneNotFound where the executor serves nothing, CourierNotFound or FleetNotFound for what is not its own,
    OutOfZone for a leg that the zone does not plan.
    """
    if asked.zone_id not in zones_served(executor):
        raise ZoneNotFound
    _check_own(executor, asked)
    here, now = zone(asked.zone_id), clock.now()
    change = Change(
        more_legs=tuple(_open_leg(executor, leg, here, now) for leg in asked.legs),
        without_couriers=frozenset(str(key) for key in asked.without_couriers),
        more_couriers=tuple(_courier_state(courier, here, now) for courier in asked.couriers),
        shift_ends={str(key): ends_at.timestamp() for key, ends_at in asked.shift_ends},
    )
    preview = preview_plan(zone_id=here.pk, change=change)
    own_couriers, own_legs = _own_in(executor, preview.as_is, preview.as_if)
    return OwnPreview(
        as_is=_own_part(preview.as_is, own_couriers, own_legs), as_if=_own_part(preview.as_if, own_couriers, own_legs)
    )


def _check_own(executor: Executor, asked: WhatIf) -> None:
    named = {*asked.without_couriers, *(key for key, _ in asked.shift_ends)}
    if named - couriers_of_fleets(list(executor.fleets), among=list(named)):
        raise CourierNotFound
    if not all(executor.owns(courier.fleet_id) for courier in asked.couriers):
        raise FleetNotFound


def _open_leg(executor: Executor, leg: ExtraLeg, here: Zone, now: datetime) -> OpenLeg:
    if zone_for(pickup=leg.pickup, dropoff=leg.dropoff).pk != here.pk:
        raise OutOfZone(f"The pickup of {leg.ref} is not in {here.name}.")
    service, ready_at = ServiceTimes.of(here), max(now, leg.ready_at or now)
    return OpenLeg(
        id=EXTRA + leg.ref,
        pickup=leg.pickup,
        dropoff=leg.dropoff,
        pickup_place=leg.pickup.door,
        placed_at=now.timestamp(),
        ready_at=ready_at.timestamp(),
        due_at=_seconds(leg.due_at),
        promised_at=_seconds(leg.due_at),
        drop_by=_seconds(leg.drop_by),
        pickup_by=_seconds(leg.pickup_by),
        drop_from=_seconds(leg.drop_from),
        weight_g=leg.weight_g,
        volume_l=leg.volume_ml / ML_IN_L,
        parcels=leg.parcels,
        skills=frozenset(leg.skills),
        eligible_fleets=frozenset(str(key) for key in executor.fleets),
        pickup_service_s=service.pickup_s,
        dropoff_service_s=service.dropoff_s,
    )


def _courier_state(courier: ExtraCourier, here: Zone, now: datetime) -> CourierState:
    usual = USUAL[courier.vehicle]
    return CourierState(
        id=EXTRA + courier.ref,
        position=courier.at,
        free_at=now.timestamp(),
        on_duty_from=now.timestamp(),
        shift_ends_at=courier.shift_ends_at.timestamp(),
        vehicle=VehicleProfile(
            kind=courier.vehicle,
            speed_kmh=usual.speed_kmh,
            detour_factor=here.detour_factor,
            max_weight_g=usual.max_weight_g,
            max_volume_l=usual.max_volume_ml / ML_IN_L,
            max_parcels=usual.max_parcels,
        ),
        fleet_id=str(courier.fleet_id),
        skills=frozenset(courier.skills),
        drop_by=courier.shift_ends_at.timestamp(),
    )


def _own_in(executor: Executor, *plans: Plan) -> tuple[frozenset[str], frozenset[str]]:
    """Which of the couriers and of the legs left out are the executor's to see: a bounded number of queries."""
    riding = {route.courier_id for plan in plans for route in plan.routes if not route.courier_id.startswith(EXTRA)}
    left_out = {leg_id for plan in plans for leg_id in plan.unassigned if not leg_id.startswith(EXTRA)}
    couriers = couriers_of_fleets(list(executor.fleets), among=[UUID(key) for key in riding])
    legs = Leg.objects.filter(pk__in=[UUID(key) for key in left_out]).select_related("order") if left_out else []
    return frozenset(map(str, couriers)), frozenset(map(str, carriers_among(executor, legs)))


def _own_part(plan: Plan, own_couriers: Collection[str], own_legs: Collection[str]) -> OwnPlan:
    routes = [r for r in plan.routes if r.courier_id in own_couriers or r.courier_id.startswith(EXTRA)]
    left_out = [(key, why) for key, why in plan.unassigned.items() if key in own_legs or key.startswith(EXTRA)]
    left_out.sort(key=lambda pair: (not pair[0].startswith(EXTRA), pair[0]))
    return OwnPlan(tuple(routes), tuple(left_out[:MOST_LEFT_OUT]), len(left_out))


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
