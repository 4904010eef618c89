"""`GET shifts`, `earnings`, `history`: what a courier is to do and did, and what it brought them.

Days are those of the calendar where the work is, so that two of them a year have 23 and 25 hours. The number of queries
is the same for a day and for three months.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from apps.core import clock
from apps.core.api.day_range import DayRange, days_asked
from apps.core.api.pages import PageQuery, page_of
from apps.core.api.serializers import refuse_repeated
from apps.core.ids import public_id
from apps.core.money import Money
from apps.couriers.api.authentication import calling_courier
from apps.couriers.breaks import BreakSpan, breaks_of_shifts
from apps.couriers.hours import shifts_on, time_zone_of
from apps.couriers.models import Shift
from apps.couriers.selectors import currency_of
from apps.dispatch.lifecycle import AssignmentEnd
from apps.dispatch.models import Assignment
from apps.dispatch.timesheets import seconds
from apps.dispatch.worked_days import WorkedDay, carried_by, main_currency, worked_days
from apps.mobile.courier_view import CourierView

Json = dict[str, Any]
MOST_DAYS = 92
MOST_SHIFTS = 500
SHIFTS_AHEAD = timedelta(days=14)
EARNINGS_BEFORE = timedelta(days=13)  # and today


class ShiftsView(CourierView):
    """`GET shifts`: the courier's calendar."""

    def get(self, request: Request) -> Response:
        """Show it."""
        courier_id = calling_courier(request).courier_id
        first, last = _days(request, courier_id, lambda today: (today, today + SHIFTS_AHEAD))
        return Response({"data": shifts_of(courier_id, first, last)})


class EarningsView(CourierView):
    """`GET earnings`: by day, and in all."""

    def get(self, request: Request) -> Response:
        """Show them."""
        courier_id = calling_courier(request).courier_id
        first, last = _days(request, courier_id, lambda today: (today - EARNINGS_BEFORE, today))
        return Response(earnings_of(courier_id, first, last))


class HistoryView(CourierView):
    """`GET history`: what the courier carried, the last given first."""

    def get(self, request: Request) -> Response:
        """Show a page."""
        refuse_repeated(request.query_params)
        page, _ = PageQuery.read(request.query_params.dict())
        found, next_cursor = page_of(carried_by(calling_courier(request).courier_id), page)
        return Response({"data": [_carried(held) for held in found], "next_cursor": next_cursor})


def shifts_of(courier_id: UUID, first: date, last: date) -> list[Json]:
    """The shifts that touch these days, in their order. Two queries."""
    shifts = shifts_on(courier_id, first, last, most=MOST_SHIFTS)
    breaks = breaks_of_shifts(shift.pk for shift in shifts)
    return [_shift(shift, breaks.get(shift.pk, [])) for shift in shifts]


def earnings_of(courier_id: UUID, first: date, last: date) -> Json:
    """What was promised for the legs delivered on these days, with the hours on duty. Four queries."""
    days = worked_days([courier_id], first, last)[courier_id]
    currency = main_currency(days.values(), currency_of(courier_id))
    shown = [_day(day, worked, currency) for day, worked in days.items() if worked.legs or worked.hours.on_duty]
    amounts = sum(worked.earned[currency] for worked in days.values())
    others = {other for worked in days.values() for other in worked.earned} - {currency}
    return {
        "from": first,
        "to": last,
        "total": {
            "legs": sum(day["legs"] for day in shown),
            "amount": Money(amounts, currency).as_json(),
            "other_amounts": [
                Money(sum(worked.earned[other] for worked in days.values()), other).as_json()
                for other in sorted(others)
            ],
            "on_duty_s": sum(day["on_duty_s"] for day in shown),
            "breaks_s": sum(day["breaks_s"] for day in shown),
        },
        "days": shown,
    }


def _days(request: Request, courier_id: UUID, usual: Callable[[date], tuple[date, date]]) -> tuple[date, date]:
    """The days asked for; where nothing is said, the usual ones around today. Raises ValidationError (400)."""
    refuse_repeated(request.query_params)
    said = {name: value for name, value in request.query_params.dict().items() if value}
    asked = DayRange(data=said).validated()
    first, last = usual(clock.now().astimezone(time_zone_of(courier_id)).date())
    return days_asked(asked, first=first, last=last, most=MOST_DAYS)


def _shift(shift: Shift, breaks: list[BreakSpan]) -> Json:
    return {
        "id": public_id("shi", shift.pk),
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "zone": {"id": public_id("zon", shift.zone_id), "name": shift.zone.name},
        "started_at": shift.started_at,
        "ended_at": shift.ended_at,
        "breaks_s": seconds(sum((span.ends - span.begins for span in breaks), timedelta())),
        "legs_done": shift.legs_done,
    }


def _day(day: date, worked: WorkedDay, currency: str) -> Json:
    return {
        "date": day,
        "legs": worked.legs,
        "amount": Money(worked.earned[currency], currency).as_json(),
        "on_duty_s": seconds(worked.hours.on_duty),
        "breaks_s": seconds(worked.hours.breaks),
    }


def _carried(held: Assignment) -> Json:
    """Where it went, and nobody's name or telephone. What was not delivered was not paid."""
    is_paid = held.end == AssignmentEnd.DELIVERED and held.payout_cents is not None
    return {
        "leg_id": public_id("leg", held.leg_id),
        "short_code": held.leg.order.short_code,
        "status": held.end,
        "ended_at": held.ended_at,
        "address": held.leg.dropoff_details["address"],
        "payout": Money(held.payout_cents or 0 if is_paid else 0, held.currency or held.leg.order.currency).as_json(),
    }
