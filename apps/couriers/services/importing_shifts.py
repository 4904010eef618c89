"""Shifts from a file: new ones are planned, known ones moved, and the same file again changes nothing.

Which shift a row is about says its `external_id`; without one, its courier and when it starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from apps.core.db import atomic
from apps.core.errors import Conflict, Invalid
from apps.core.events import DomainEvent, publish
from apps.core.rows import Imported, Row, RowRefused
from apps.couriers.errors import ShiftBegan
from apps.couriers.events import ShiftChanged, ShiftPlanned
from apps.couriers.models import Courier, Shift
from apps.couriers.services.importing import Reading, differing, own_fleets
from apps.couriers.services.shifts import NewShift, check_not_begun, check_times, shift_from, told, write_changes
from apps.zones.selectors import active_zones


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftWish:
    """What a row says of a shift. The courier is named by id, external_id or phone; the zone by id or by its slug."""

    starts_at: datetime
    ends_at: datetime
    external_id: str | None = None
    courier_id: UUID | None = None
    courier_external_id: str | None = None
    courier_phone: str | None = None
    zone_id: UUID | None = None
    zone: str | None = None


@atomic(rereads=3)
def import_shifts(*, organisation_id: UUID, rows: Sequence[Row[ShiftWish]]) -> Imported:
    """Take the rows of a file, each by itself: one that cannot be taken keeps none of the others out.

    Reads and writes in batches: the number of queries follows the couriers and the shifts moved, not all rows.
    """
    return _Reading.of(organisation_id, [row.wish for row in rows]).take_all(rows)


@dataclass(slots=True)
class _Reading(Reading[Shift, ShiftWish]):
    """A file being read against what is there; `shifts` grow with the rows that are taken."""

    couriers: dict[UUID, Courier]
    by_external_id: dict[str, Courier]
    by_phone: dict[str, Courier]
    zones: dict[UUID, str]
    shifts: dict[UUID, list[Shift]]  # by courier, not over
    named: dict[str, Shift]
    seen: set[UUID] = field(default_factory=set)

    @classmethod
    def of(cls, organisation_id: UUID, wishes: Sequence[ShiftWish]) -> "_Reading":
        own = Courier.objects.filter(fleet_id__in=list(own_fleets(organisation_id)), is_active=True)
        couriers = {courier.pk: courier for courier in own.select_related("fleet")}
        names = {wish.external_id for wish in wishes if wish.external_id}
        reading = cls(
            couriers,
            {courier.external_id: courier for courier in couriers.values() if courier.external_id},
            {courier.phone: courier for courier in couriers.values()},
            {zone.pk: zone.slug for zone in active_zones()},
            {},
            {},
        )
        for shift in _around(wishes, list(couriers)):
            reading.shifts.setdefault(shift.courier_id, []).append(shift)
        for shift in Shift.objects.filter(external_id__in=names, courier__fleet__organisation_id=organisation_id):
            at_hand = next((known for known in reading.shifts.get(shift.courier_id, ()) if known == shift), shift)
            reading.named[str(shift.external_id)] = at_hand
        return reading

    def take(self, wish: ShiftWish) -> None:
        """Sort one row in. Raises RowRefused."""
        courier, zone_id = self._courier(wish), self._zone(wish)
        shift = self._meant(wish, courier)
        if shift is None:
            self._plan(wish, courier, zone_id)
        elif shift.pk in self.seen:
            raise RowRefused("row", "repeated", "An earlier row is about the same shift.")
        else:
            self._change(shift, wish, courier, zone_id)

    def _meant(self, wish: ShiftWish, courier: Courier) -> Shift | None:
        if wish.external_id and wish.external_id in self.named:
            return self.named[wish.external_id]
        same_start = (shift for shift in self.shifts.get(courier.pk, ()) if shift.starts_at == wish.starts_at)
        found = next(same_start, None)
        if found and wish.external_id and found.external_id:
            return None  # another shift of that name: it overlaps, and the row hears of that
        return found

    def _plan(self, wish: ShiftWish, courier: Courier, zone_id: UUID) -> None:
        _check_times(wish)
        self._check_free(courier, wish)
        shift = shift_from(
            NewShift(
                courier_id=courier.pk,
                zone_id=zone_id,
                starts_at=wish.starts_at,
                ends_at=wish.ends_at,
                external_id=wish.external_id,
            )
        )
        self.created.append(shift)
        self._remember(shift)

    def _change(self, shift: Shift, wish: ShiftWish, courier: Courier, zone_id: UUID) -> None:
        if shift.courier_id != courier.pk:
            raise RowRefused("external_id", "cannot_change", "A shift stays with its courier: cancel it first.")
        said = {
            "zone_id": zone_id,
            "starts_at": wish.starts_at,
            "ends_at": wish.ends_at,
            "external_id": wish.external_id,
        }
        changes = differing(shift, said)
        if not changes:
            self.unchanged += 1
            self.seen.add(shift.pk)
            return
        try:
            check_not_begun(shift)
        except ShiftBegan as error:
            raise RowRefused("starts_at", error.code, str(error)) from None
        _check_times(wish)
        self._check_free(courier, wish, but=shift)
        self.changed.append((shift, changes))
        for name, value in changes.items():
            setattr(shift, name, value)  # the rows after it see where it is now
        self._remember(shift)

    def _remember(self, shift: Shift) -> None:
        self.seen.add(shift.pk)
        ours = self.shifts.setdefault(shift.courier_id, [])
        if shift not in ours:
            ours.append(shift)
        if shift.external_id:
            self.named[shift.external_id] = shift

    def _courier(self, wish: ShiftWish) -> Courier:
        if wish.courier_id:
            path, found = "courier_id", self.couriers.get(wish.courier_id)
        elif wish.courier_external_id:
            path, found = "courier_external_id", self.by_external_id.get(wish.courier_external_id)
        elif wish.courier_phone:
            path, found = "courier_phone", self.by_phone.get(wish.courier_phone)
        else:
            raise RowRefused("courier_external_id", "required", "Say whose shift it is.")
        if found is None:
            raise RowRefused(path, "courier_not_found", "There is no such active courier of yours.")
        return found

    def _zone(self, wish: ShiftWish) -> UUID:
        if wish.zone_id is None and wish.zone is None:
            raise RowRefused("zone", "required", "Say in which zone.")
        for zone_id, slug in self.zones.items():
            if zone_id == wish.zone_id or (wish.zone_id is None and slug == wish.zone):
                return zone_id
        path = "zone_id" if wish.zone_id else "zone"
        raise RowRefused(path, "zone_not_found", "There is no such zone.")

    def _check_free(self, courier: Courier, wish: ShiftWish, *, but: Shift | None = None) -> None:
        others = (shift for shift in self.shifts.get(courier.pk, ()) if shift != but and shift.ended_at is None)
        if any(shift.starts_at < wish.ends_at and shift.ends_at > wish.starts_at for shift in others):
            raise RowRefused("starts_at", "shift_overlaps", "This courier has a shift at that time.")

    def write(self) -> None:
        """Everything that was sorted in. Each courier is swapped once: nobody plans for them at this moment."""
        touched = {shift.courier_id for shift in self.created} | {shift.courier_id for shift, _ in self.changed}
        for courier_id in sorted(touched):
            self.couriers[courier_id].swap()
        try:
            Shift.objects.bulk_create(self.created)
            for shift, changes in self.changed:
                write_changes(shift, changes)
        except IntegrityError as error:
            raise Conflict from error
        events: list[DomainEvent] = [told(ShiftPlanned, new, self.couriers[new.courier_id]) for new in self.created]
        events += [told(ShiftChanged, shift, self.couriers[shift.courier_id]) for shift, _ in self.changed]
        if events:
            publish(*events)


def _around(wishes: Sequence[ShiftWish], courier_ids: list[UUID]) -> list[Shift]:
    """The shifts of the couriers that touch the time of the file, in which any overlap would be."""
    if not wishes:
        return []
    first, last = min(wish.starts_at for wish in wishes), max(wish.ends_at for wish in wishes)
    within = Shift.objects.filter(courier_id__in=courier_ids, starts_at__lte=last, ends_at__gte=first)
    return list(within)


def _check_times(wish: ShiftWish) -> None:
    try:
        check_times(wish.starts_at, wish.ends_at)
    except Invalid as error:
        first = error.fields[0]
        raise RowRefused(first.path, first.code, first.message) from None
