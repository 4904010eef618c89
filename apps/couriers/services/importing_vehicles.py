"""Vehicles from a file: new ones are added, known ones changed, and the same file again changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import DomainEvent, publish
from apps.core.rows import Imported, RefusedRow, Row, RowRefused
from apps.couriers.models import Fleet, Vehicle
from apps.couriers.services.vehicles import NewVehicle, vehicle_added, vehicle_changed, vehicle_from

_NEEDED = ("kind", "speed_kmh", "max_weight_g", "max_parcels")


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleWish:
    """What a row says of a vehicle; None: nothing. `external_id` tells which one."""

    external_id: str
    fleet_id: UUID | None = None
    kind: str | None = None
    label: str | None = None
    speed_kmh: float | None = None
    max_weight_g: int | None = None
    max_volume_ml: int | None = None
    max_parcels: int | None = None


@atomic(rereads=3)
def import_vehicles(*, organisation_id: UUID, rows: Sequence[Row[VehicleWish]]) -> Imported:
    """Take the rows of a file, each by itself: one that cannot be taken keeps none of the others out.

    Reads and writes in batches: the number of queries follows the rows that change what is there, not all rows.
    """
    reading = _Reading.of(organisation_id, [row.wish for row in rows])
    for row in rows:
        try:
            reading.take(row.wish)
        except RowRefused as refused:
            reading.refused.append(RefusedRow(row.number, refused.fields))
    reading.write()
    return reading.outcome


def fleet_of_row(fleet_id: UUID | None, own: dict[UUID, Fleet]) -> UUID:
    """The fleet that a row means: of an organisation with one fleet it need not say. Raises RowRefused."""
    if fleet_id is None and len(own) == 1:
        return next(iter(own))
    if fleet_id is None:
        raise RowRefused("fleet_id", "required", "Say which of your fleets.")
    if fleet_id not in own:
        raise RowRefused("fleet_id", "fleet_not_found", "There is no such fleet of yours.")
    return fleet_id


def differing(record: Any, said: dict[str, Any]) -> dict[str, Any]:
    """The columns that a row says and that are otherwise in the database."""
    return {name: value for name, value in said.items() if value is not None and getattr(record, name) != value}


def own_fleets(organisation_id: UUID) -> dict[UUID, Fleet]:
    """The fleets of an organisation."""
    return {fleet.pk: fleet for fleet in Fleet.objects.filter(organisation_id=organisation_id)}


def write_batches(
    organisation_id: UUID, *, created: Iterable[Any], changed: Iterable[tuple[Any, dict[str, Any]]], events: Any
) -> None:
    """Write new records at once and changed ones by compare-and-swap, with the events. Raises Conflict."""
    new, old = list(created), list(changed)
    try:
        if new:
            type(new[0]).objects.bulk_create(new)
        for record, changes in old:
            record.swap(**changes)
    except IntegrityError as error:
        raise Conflict from error  # another request took a name just now: the next read finds it
    added, altered = events
    told: list[DomainEvent] = [added(organisation_id, record) for record in new]
    told += [altered(organisation_id, record, changes) for record, changes in old]
    if told:
        publish(*told)


@dataclass(slots=True)
class _Reading:
    """A file being read against what is there."""

    organisation_id: UUID
    fleets: dict[UUID, Fleet]
    known: dict[str, Vehicle]
    seen: set[str] = field(default_factory=set)
    created: list[Vehicle] = field(default_factory=list)
    changed: list[tuple[Vehicle, dict[str, Any]]] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)

    @classmethod
    def of(cls, organisation_id: UUID, wishes: Sequence[VehicleWish]) -> "_Reading":
        fleets = own_fleets(organisation_id)
        names = [wish.external_id for wish in wishes]
        found = Vehicle.objects.filter(fleet_id__in=list(fleets), external_id__in=names)
        return cls(organisation_id, fleets, {str(vehicle.external_id): vehicle for vehicle in found})

    def take(self, wish: VehicleWish) -> None:
        """Sort one row in. Raises RowRefused."""
        if wish.external_id in self.seen:
            raise RowRefused("external_id", "repeated", "An earlier row is about the same vehicle.")
        vehicle = self.known.get(wish.external_id)
        if vehicle is None:
            self.created.append(self._new(wish))
        else:
            self._change(vehicle, wish)
        self.seen.add(wish.external_id)

    def _new(self, wish: VehicleWish) -> Vehicle:
        fleet_id = fleet_of_row(wish.fleet_id, self.fleets)
        said = {name: value for name, value in asdict(wish).items() if value is not None}
        for name in _NEEDED:
            if name not in said:
                raise RowRefused(name, "required", "A new vehicle needs it.")
        return vehicle_from(NewVehicle(**{**said, "fleet_id": fleet_id}))

    def _change(self, vehicle: Vehicle, wish: VehicleWish) -> None:
        if wish.fleet_id not in (None, vehicle.fleet_id):
            raise RowRefused("fleet_id", "cannot_change", "A vehicle stays in its fleet.")
        said = {name: getattr(wish, name) for name in (*_NEEDED, "label", "max_volume_ml")}
        changes = differing(vehicle, said)
        if changes and vehicle.retired_at:
            raise RowRefused("external_id", "vehicle_retired", "This vehicle is retired.")
        if changes:
            self.changed.append((vehicle, changes))
        else:
            self.unchanged += 1

    def write(self) -> None:
        """Everything that was sorted in."""
        events = (vehicle_added, vehicle_changed)
        write_batches(self.organisation_id, created=self.created, changed=self.changed, events=events)

    @property
    def outcome(self) -> Imported:
        """The counts and the refused rows."""
        return Imported(
            created=len(self.created), updated=len(self.changed), unchanged=self.unchanged, refused=self.refused
        )
