"""Reads of days worked: the hours of couriers, with what they carried on each day and earned by it.

What is earned is what was promised when a leg was given (`Assignment.payout_cents`): a day that is over never changes.
A leg belongs to the day on which it was delivered, where it was. Three queries, however many couriers and days.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from apps.core.days import anywhere
from apps.couriers.hours import HoursOfDay, hours_by_day
from apps.dispatch.lifecycle import AssignmentEnd
from apps.dispatch.models import Assignment

OVER = (AssignmentEnd.DELIVERED, AssignmentEnd.FAILED, AssignmentEnd.CANCELLED)


@dataclass(slots=True)
class WorkedDay:
    """A courier's day. `earned` is by currency, in its smallest unit; `distance_m` is the way of the legs delivered."""

    hours: HoursOfDay = field(default_factory=HoursOfDay)
    legs: int = 0
    distance_m: int = 0
    earned: Counter[str] = field(default_factory=Counter)


def worked_days(courier_ids: Collection[UUID], first: date, last: date) -> dict[UUID, dict[date, WorkedDay]]:
    """By courier, the days from `first` to `last` on which there was a shift, or a leg delivered, in their order."""
    hours = hours_by_day(courier_ids, first, last)
    found = {key: {day: WorkedDay(hours[key][day]) for day in hours[key]} for key in courier_ids}
    for held in _delivered(courier_ids, first, last):
        day = held.ended_at.astimezone(ZoneInfo(held.leg.zone.time_zone)).date() if held.ended_at else first
        if first <= day <= last:
            _add(found[held.courier_id].setdefault(day, WorkedDay()), held)
    return {key: dict(sorted(days.items())) for key, days in found.items()}


def main_currency(days: Collection[WorkedDay], usual: str) -> str:
    """The one in which most was earned; `usual` where nothing was."""
    total: Counter[str] = Counter()
    for day in days:
        total.update(day.earned)
    return max(sorted(total), key=lambda currency: total[currency]) if total else usual


def carried_by(courier_id: UUID) -> QuerySet[Assignment]:
    """What a courier carried, or was to until it was cancelled, with its order at hand; not what was taken back."""
    over = Assignment.objects.filter(courier_id=courier_id, is_live=False, end__in=OVER)
    return over.select_related("leg__order")


def _add(day: WorkedDay, held: Assignment) -> None:
    day.legs += 1
    day.distance_m += held.leg.own_distance_m
    if held.payout_cents is not None:
        day.earned[held.currency] += held.payout_cents


def _delivered(courier_ids: Collection[UUID], first: date, last: date) -> QuerySet[Assignment]:
    begin, end = anywhere(first, last)
    ended = Assignment.objects.filter(courier_id__in=list(courier_ids), ended_at__gte=begin, ended_at__lt=end)
    return ended.filter(end=AssignmentEnd.DELIVERED, leg__is_test=False).select_related("leg__order", "leg__zone")
