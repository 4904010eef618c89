"""Couriers from a file: new ones are added, known ones changed, and the same file again changes nothing.

Who a row is about says its `external_id`; without one, or when nobody has it yet, its `phone`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from apps.core.db import atomic
from apps.core.rows import Imported, Row, RowRefused
from apps.couriers.lifecycle import Language
from apps.couriers.models import Courier, Fleet, Vehicle
from apps.couriers.services.importing import Reading, differing, fleet_of_row, own_fleets, write_batches
from apps.couriers.services.roster import (
    USUAL_LEGS,
    NewCourier,
    courier_added,
    courier_changed,
    courier_from,
    revoke_devices,
)

COLUMNS = ("external_id", "name", "phone", "email", "language", "skills", "max_legs")  # that a row may change


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierWish:
    """What a row says of a courier; None: nothing. The vehicle is named by its id or by its external_id."""

    external_id: str | None = None
    fleet_id: UUID | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    vehicle_id: UUID | None = None
    vehicle_external_id: str | None = None
    skills: list[str] | None = None
    max_legs: int | None = None


@atomic(rereads=3)
def import_couriers(*, organisation_id: UUID, rows: Sequence[Row[CourierWish]]) -> Imported:
    """Take the rows of a file, each by itself: one that cannot be taken keeps none of the others out.

    Reads and writes in batches: the number of queries follows the rows that change what is there, not all rows.
    """
    return _Reading.of(organisation_id, [row.wish for row in rows]).take_all(rows)


@dataclass(slots=True)
class _Reading(Reading[Courier, CourierWish]):
    """A file being read against what is there; the indexes grow with the rows that are taken."""

    organisation_id: UUID
    fleets: dict[UUID, Fleet]
    by_external_id: dict[str, Courier]
    by_phone: dict[str, Courier]  # active ones, whoever's
    vehicles: dict[UUID, Vehicle]
    vehicles_by_external_id: dict[str, Vehicle]
    seen: set[UUID] = field(default_factory=set)
    taken: dict[UUID, Vehicle] = field(default_factory=dict)

    @classmethod
    def of(cls, organisation_id: UUID, wishes: Sequence[CourierWish]) -> "_Reading":
        fleets = own_fleets(organisation_id)
        names = [wish.external_id for wish in wishes if wish.external_id]
        phones = [wish.phone for wish in wishes if wish.phone]
        known = Courier.objects.filter(fleet_id__in=list(fleets), external_id__in=names)
        called = Courier.objects.filter(phone__in=phones, is_active=True)
        by_pk = {courier.pk: courier for courier in known}
        vehicles = {vehicle.pk: vehicle for vehicle in Vehicle.objects.filter(fleet_id__in=list(fleets))}
        return cls(
            organisation_id,
            fleets,
            {str(courier.external_id): courier for courier in by_pk.values()},
            {courier.phone: by_pk.get(courier.pk, courier) for courier in called},
            vehicles,
            {vehicle.external_id: vehicle for vehicle in vehicles.values() if vehicle.external_id},
        )

    def take(self, wish: CourierWish) -> None:
        """Sort one row in. Raises RowRefused."""
        courier = self._meant(wish)
        if courier is None:
            courier = self._new(wish)
            self.created.append(courier)
        elif courier.pk in self.seen:
            raise RowRefused("row", "repeated", "An earlier row is about the same courier.")
        else:
            self._change(courier, wish)
        self.seen.add(courier.pk)
        self.by_phone[wish.phone or courier.phone] = courier
        if wish.external_id:
            self.by_external_id[wish.external_id] = courier

    def _meant(self, wish: CourierWish) -> Courier | None:
        """The courier that a row is about; None: somebody new."""
        if wish.external_id is None and wish.phone is None:
            raise RowRefused("row", "required", "An external_id or a phone says who is meant.")
        named = self.by_external_id.get(wish.external_id or "")
        called = self.by_phone.get(wish.phone or "")
        if called is None or called is named:
            return named
        is_somebody_else = named or called.fleet_id not in self.fleets or (wish.external_id and called.external_id)
        if is_somebody_else:
            raise RowRefused("phone", "phone_taken", "Another courier signs in with this phone.")
        return called

    def _new(self, wish: CourierWish) -> Courier:
        fleet_id = fleet_of_row(wish.fleet_id, self.fleets)
        if wish.name is None:
            raise RowRefused("name", "required", "A new courier needs it.")
        if wish.phone is None:
            raise RowRefused("phone", "required", "A new courier needs it.")
        vehicle = self._vehicle(wish, fleet_id)
        if vehicle is None:
            raise RowRefused("vehicle_external_id", "required", "A new courier needs a vehicle.")
        self.taken[vehicle.pk] = vehicle
        new = NewCourier(
            fleet_id=fleet_id,
            vehicle_id=vehicle.pk,
            name=wish.name,
            phone=wish.phone,
            skills=tuple(wish.skills or ()),
            max_legs=wish.max_legs or USUAL_LEGS,
            external_id=wish.external_id,
            email=wish.email or "",
            language=wish.language or Language.FRENCH.value,
        )
        return courier_from(new)

    def _change(self, courier: Courier, wish: CourierWish) -> None:
        if wish.fleet_id not in (None, courier.fleet_id):
            raise RowRefused("fleet_id", "cannot_change", "A courier stays in their fleet.")
        vehicle = self._vehicle(wish, courier.fleet_id, had=courier.vehicle_id)
        said = {name: getattr(wish, name) for name in COLUMNS}
        changes = differing(courier, {**said, "vehicle_id": vehicle and vehicle.pk})
        if changes and not courier.is_active:
            raise RowRefused("row", "courier_inactive", "This courier is not active: activate them first.")
        if vehicle and "vehicle_id" in changes:
            self.taken[vehicle.pk] = vehicle
        if changes:
            self.changed.append((courier, changes))
        else:
            self.unchanged += 1

    def _vehicle(self, wish: CourierWish, fleet_id: UUID, *, had: UUID | None = None) -> Vehicle | None:
        """The vehicle that a row names, None when it names none. Raises RowRefused."""
        path = "vehicle_id" if wish.vehicle_id else "vehicle_external_id"
        if wish.vehicle_id:
            vehicle = self.vehicles.get(wish.vehicle_id)
        elif wish.vehicle_external_id:
            vehicle = self.vehicles_by_external_id.get(wish.vehicle_external_id)
        else:
            return None
        if vehicle is None or vehicle.fleet_id != fleet_id:
            raise RowRefused(path, "vehicle_not_found", "There is no such vehicle in this fleet.")
        if vehicle.retired_at and vehicle.pk != had:
            raise RowRefused(path, "vehicle_retired", "This vehicle is retired.")
        return vehicle

    def write(self) -> None:
        """Everything that was sorted in. Vehicles given out are swapped: none is retired at this moment."""
        for vehicle in self.taken.values():
            vehicle.swap()
        events = (courier_added, courier_changed)
        write_batches(self.organisation_id, created=self.created, changed=self.changed, events=events)
        for courier, changes in self.changed:
            if "phone" in changes:
                revoke_devices(courier_id=courier.pk)
