"""Timesheets: a row per courier and day, for the fleet that pays them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from apps.core.api.csv_table import guarded
from apps.core.ids import public_id
from apps.core.money import Money
from apps.couriers.models import Courier
from apps.dispatch.worked_days import WorkedDay, main_currency, worked_days

COLUMNS = (
    "date",
    "courier",
    "name",
    "external_id",
    "fleet",
    "planned_s",
    "on_duty_s",
    "breaks_s",
    "worked_s",
    "late_s",
    "missed",
    "legs",
    "distance_m",
    "earnings",
    "currency",
)
AT_ONCE = 100  # couriers of a file


@dataclass(frozen=True, slots=True)
class TimesheetRow:
    """One courier, one day. Where legs of a day were paid in several currencies, each further one has a row of its own
    that has nothing but the amount."""

    courier: Courier
    day: date
    worked: WorkedDay
    earnings: Money

    @property
    def planned_s(self) -> int:
        """Planned, whether or not they came."""
        return seconds(self.worked.hours.planned)

    @property
    def on_duty_s(self) -> int:
        """On duty, breaks and all."""
        return seconds(self.worked.hours.on_duty)

    @property
    def breaks_s(self) -> int:
        """In breaks."""
        return seconds(self.worked.hours.breaks)

    @property
    def worked_s(self) -> int:
        """On duty, without the breaks."""
        return self.on_duty_s - self.breaks_s

    @property
    def late_s(self) -> int:
        """How long after the planned start they came."""
        return seconds(self.worked.hours.late)


def timesheet_of(couriers: Sequence[Courier], first: date, last: date) -> list[TimesheetRow]:
    """The rows of these couriers, whose fleets with their owners are at hand, in their order and by day."""
    days = worked_days([courier.pk for courier in couriers], first, last)
    return [row for courier in couriers for row in _rows(courier, days[courier.pk])]


def timesheet_csv(couriers: QuerySet[Courier], first: date, last: date) -> str:
    """The whole file (RFC 4180, UTF-8), of all of the couriers. Earnings have the decimals of their currency."""
    file = io.StringIO()
    write = csv.writer(file).writerow
    write(COLUMNS)
    for some in _in_parts(couriers):
        for row in timesheet_of(some, first, last):
            write(_cells(row))
    return file.getvalue()


def seconds(duration: timedelta) -> int:
    """Whole seconds."""
    return round(duration.total_seconds())


def _rows(courier: Courier, days: dict[date, WorkedDay]) -> Iterator[TimesheetRow]:
    usual = main_currency(days.values(), courier.fleet.organisation.currency)
    for day, worked in days.items():
        yield TimesheetRow(courier, day, worked, Money(worked.earned[usual], usual))
        for currency in sorted(worked.earned.keys() - {usual}):
            yield TimesheetRow(courier, day, WorkedDay(), Money(worked.earned[currency], currency))


def _in_parts(couriers: QuerySet[Courier]) -> Iterator[list[Courier]]:
    """All of them, some at a time: the queries of each part are few, and its rows not too many."""
    some = list(couriers.order_by("-pk")[:AT_ONCE])
    while some:
        yield some
        some = list(couriers.filter(pk__lt=some[-1].pk).order_by("-pk")[:AT_ONCE])


def _cells(row: TimesheetRow) -> Iterable[str | int]:
    return (
        row.day.isoformat(),
        public_id("cou", row.courier.pk),
        guarded(row.courier.name),
        guarded(row.courier.external_id or ""),
        public_id("flt", row.courier.fleet_id),
        row.planned_s,
        row.on_duty_s,
        row.breaks_s,
        row.worked_s,
        row.late_s,
        row.worked.hours.missed,
        row.worked.legs,
        row.worked.distance_m,
        row.earnings.decimal,
        row.earnings.currency,
    )
