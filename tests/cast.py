"""The cast of the tests, and the smallest valid things around them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from apps.accounts.models import MemberRole, Organisation, User
from apps.accounts.principals import Principal
from apps.accounts.services import create_api_key, create_member, create_organisation
from apps.core import clock
from apps.core.geo import Point
from apps.core.vehicle_kind import VehicleKind
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Courier, Fleet, Shift, Vehicle
from apps.orders.models import Leg, Order
from apps.orders.services import NewOrder, NewParcel, StopDetails, place_order
from apps.zones.models import Zone

CENTRE = Point(48.8566, 2.3522)  # Paris, Hôtel de Ville
BAKERY = Point(48.8600, 2.3500)
HOME = Point(48.8530, 2.3690)
RING = [[2.22, 48.81], [2.47, 48.81], [2.47, 48.91], [2.22, 48.91], [2.22, 48.81]]
PASSWORD = "a-long-password"


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays in a test."""

    zone: Zone
    bakery: Organisation
    fleet_owner: Organisation
    ada: User
    dee: Principal
    dee_key: str
    fleet: Fleet
    bo: Courier
    cy: Courier


def assemble_cast() -> Cast:
    """Make the cast: one zone, a bakery, an open fleet with two couriers on duty."""
    zone = Zone.objects.create(name="Paris", slug="paris", ring=RING)
    bakery = create_organisation(name="Dee's bakery", slug="dees-bakery", is_merchant=True)
    fleet_owner = create_organisation(name="Vélo Express", slug="velo-express", is_fleet_owner=True)
    fleet = Fleet.objects.create(organisation=fleet_owner, name="Vélo Express", is_open=True)
    _, dee_key = create_api_key(organisation_id=bakery.pk, name="till")
    return Cast(
        zone=zone,
        bakery=bakery,
        fleet_owner=fleet_owner,
        ada=create_member(
            organisation_id=fleet_owner.pk,
            email="ada@example.org",
            name="Ada",
            password=PASSWORD,
            role=MemberRole.DISPATCHER,
        ),
        dee=Principal(
            name="dee", organisation_ids=frozenset({bakery.pk}), scopes=frozenset({"orders:read", "orders:write"})
        ),
        dee_key=dee_key,
        fleet=fleet,
        bo=make_courier(fleet, zone, name="Bo", phone="+33639980001", at=BAKERY),
        cy=make_courier(fleet, zone, name="Cy", phone="+33639980002", at=HOME),
    )


def make_courier(fleet: Fleet, zone: Zone, *, name: str, phone: str, at: Point = CENTRE) -> Courier:
    """A courier on duty until four hours from now, on a bike, standing at a place."""
    vehicle = Vehicle.objects.create(
        fleet=fleet, kind=VehicleKind.BIKE, speed_kmh=15, max_weight_g=12_000, max_parcels=6
    )
    courier = Courier.objects.create(
        fleet=fleet,
        vehicle=vehicle,
        name=name,
        phone=phone,
        status=CourierStatus.ON_DUTY,
        zone=zone,
        last_lat=at.lat,
        last_lon=at.lon,
    )
    begin_shift(courier, zone)
    return courier


def begin_shift(courier: Courier, zone: Zone, *, hours: float = 4) -> Shift:
    """Put a courier on a shift that began now."""
    at = clock.now()
    shift = Shift.objects.create(
        courier=courier, zone=zone, starts_at=at, ends_at=at + timedelta(hours=hours), started_at=at
    )
    Courier.objects.filter(pk=courier.pk).update(shift=shift)
    courier.shift = shift
    return shift


def freelance(fleet: Fleet) -> Fleet:
    """Let the fleet's couriers accept or decline."""
    Fleet.objects.filter(pk=fleet.pk).update(mode=FleetMode.OFFERED)
    fleet.mode = FleetMode.OFFERED
    return fleet


def new_order(organisation_id: UUID, **changes: object) -> NewOrder:
    """The smallest order that somebody would place: one parcel from the bakery to a home."""
    plain = NewOrder(
        organisation_id=organisation_id,
        pickup=StopDetails("12 rue de Rivoli, Paris", BAKERY.lat, BAKERY.lon, "Dee", "+33639980100"),
        dropoff=StopDetails("3 rue de Charonne, Paris", HOME.lat, HOME.lon, "Eve", "+33639980101"),
        parcels=(NewParcel(weight_g=800, description="Bread"),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def placed(cast: Cast, **changes: object) -> tuple[Order, Leg]:
    """An order of the bakery, ready now, and its leg."""
    order = place_order(new_order(cast.bakery.pk, **changes))
    return order, Leg.objects.get(order=order)


def ready_in(minutes: float) -> datetime:
    """A moment from now."""
    return clock.now() + timedelta(minutes=minutes)
