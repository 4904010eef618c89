"""What reading a file against what is there has in common, whatever its rows are about."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import IntegrityError

from apps.core.errors import Conflict
from apps.core.events import DomainEvent, publish
from apps.core.rows import Imported, RefusedRow, Row, RowRefused
from apps.couriers.models import Fleet

Record = TypeVar("Record")
Wish = TypeVar("Wish")


@dataclass(slots=True, kw_only=True)
class Reading(ABC, Generic[Record, Wish]):
    """The rows of a file, sorted into what is new, what changes and what stays."""

    created: list[Record] = field(default_factory=list)
    changed: list[tuple[Record, dict[str, Any]]] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)

    @abstractmethod
    def take(self, wish: Wish) -> None:
        """Sort one row in. Raises RowRefused."""

    @abstractmethod
    def write(self) -> None:
        """Everything that was sorted in."""

    def take_all(self, rows: Sequence[Row[Wish]]) -> Imported:
        """Each row by itself: one that cannot be taken keeps none of the others out. Then write, and count."""
        for row in rows:
            try:
                self.take(row.wish)
            except RowRefused as refused:
                self.refused.append(RefusedRow(row.number, refused.fields))
        self.write()
        return Imported(
            created=len(self.created), updated=len(self.changed), unchanged=self.unchanged, refused=self.refused
        )


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
