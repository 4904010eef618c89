"""Vehicles from a file: new ones are added, known ones changed, and the same file again changes nothing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

from apps.core.db import atomic
from apps.core.rows import Imported, Row, RowRefused
from apps.couriers.models import Fleet, Vehicle
from apps.couriers.services.importing import Reading, differing, fleet_of_row, own_fleets, write_batches
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
    return _Reading.of(organisation_id, [row.wish for row in rows]).take_all(rows)


@dataclass(slots=True)
class _Reading(Reading[Vehicle, VehicleWish]):
    """A file being read against what is there."""

    organisation_id: UUID
    fleets: dict[UUID, Fleet]
    known: dict[str, Vehicle]
    seen: set[str] = field(default_factory=set)

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
