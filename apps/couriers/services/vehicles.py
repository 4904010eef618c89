"""Vehicles: added, changed, given to couriers, retired."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.couriers.errors import ExternalIdTaken, FleetNotFound, VehicleInUse, VehicleNotFound
from apps.couriers.errors import VehicleRetired as IsRetired
from apps.couriers.events import VehicleAdded, VehicleChanged, VehicleRetired
from apps.couriers.models import Courier, Fleet, Vehicle

USUAL_VOLUME_ML = 120_000  # a courier's bag and box


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVehicle:
    """What a courier is to ride on. Weight in grams, volume in millilitres, speed through a city in km/h."""

    fleet_id: UUID
    kind: str
    speed_kmh: float
    max_weight_g: int
    max_parcels: int
    max_volume_ml: int = USUAL_VOLUME_ML
    label: str = ""
    external_id: str | None = None


@atomic(rereads=2)
def add_vehicle(new: NewVehicle) -> Vehicle:
    """Add a vehicle to a fleet. Raises FleetNotFound or ExternalIdTaken."""
    fleet = Fleet.objects.filter(pk=new.fleet_id).first()
    if fleet is None:
        raise FleetNotFound
    _check_external_id(fleet.organisation_id, new.external_id)
    vehicle = vehicle_from(new)
    try:
        vehicle.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict from error  # another request took the external_id just now: the next read finds it
    publish(vehicle_added(fleet.organisation_id, vehicle))
    return vehicle


@atomic(rereads=3)
def change_vehicle(*, vehicle_id: UUID, changes: dict[str, Any]) -> Vehicle:
    """Change columns of a vehicle; whoever rides it is planned with the new ones from the next plan on.

    Raises VehicleNotFound, ExternalIdTaken, or VehicleRetired.
    """
    vehicle = _vehicle(vehicle_id)
    changed = {name: value for name, value in changes.items() if getattr(vehicle, name) != value}
    if not changed:
        return vehicle
    if vehicle.retired_at:
        raise IsRetired
    if "external_id" in changed:
        _check_external_id(vehicle.fleet.organisation_id, changed["external_id"])
    try:
        vehicle.swap(**changed)
    except IntegrityError as error:
        raise Conflict from error
    publish(vehicle_changed(vehicle.fleet.organisation_id, vehicle, changed))
    return vehicle


@atomic(rereads=3)
def retire_vehicle(*, vehicle_id: UUID) -> Vehicle:
    """Nobody gets it any more. Doing it again changes nothing. Raises VehicleNotFound, or VehicleInUse."""
    vehicle = _vehicle(vehicle_id)
    if vehicle.retired_at:
        return vehicle
    if Courier.objects.filter(vehicle_id=vehicle_id, is_active=True).exists():
        raise VehicleInUse
    vehicle.swap(retired_at=clock.now())
    organisation_id = vehicle.fleet.organisation_id
    publish(VehicleRetired(organisation_id=organisation_id, fleet_id=vehicle.fleet_id, vehicle_id=vehicle.pk))
    return vehicle


def take_vehicle(*, vehicle_id: UUID, fleet_id: UUID) -> None:
    """Before a courier of a fleet gets a vehicle of it. Raises VehicleNotFound or VehicleRetired.

    Its version is swapped: who retires it at this moment reads again, and finds the courier.
    """
    vehicle = Vehicle.objects.filter(pk=vehicle_id, fleet_id=fleet_id).first()
    if vehicle is None:
        raise VehicleNotFound
    if vehicle.retired_at:
        raise IsRetired
    vehicle.swap()


def vehicle_from(new: NewVehicle) -> Vehicle:
    """The row, not written yet."""
    return Vehicle(
        fleet_id=new.fleet_id,
        external_id=new.external_id,
        kind=new.kind,
        label=new.label,
        speed_kmh=new.speed_kmh,
        max_weight_g=new.max_weight_g,
        max_volume_ml=new.max_volume_ml,
        max_parcels=new.max_parcels,
    )


def vehicle_added(organisation_id: UUID, vehicle: Vehicle) -> VehicleAdded:
    """The event of it."""
    return VehicleAdded(
        organisation_id=organisation_id, fleet_id=vehicle.fleet_id, vehicle_id=vehicle.pk, kind=str(vehicle.kind)
    )


def vehicle_changed(organisation_id: UUID, vehicle: Vehicle, changed: dict[str, Any]) -> VehicleChanged:
    """The event of it."""
    return VehicleChanged(
        organisation_id=organisation_id,
        fleet_id=vehicle.fleet_id,
        vehicle_id=vehicle.pk,
        fields=tuple(sorted(changed)),
    )


def _vehicle(vehicle_id: UUID) -> Vehicle:
    vehicle = Vehicle.objects.select_related("fleet").filter(pk=vehicle_id).first()
    if vehicle is None:
        raise VehicleNotFound
    return vehicle


def _check_external_id(organisation_id: UUID, external_id: str | None) -> None:
    mine = Vehicle.objects.filter(fleet__organisation_id=organisation_id, external_id=external_id)
    if external_id and mine.exists():
        raise ExternalIdTaken
