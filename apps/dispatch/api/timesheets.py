"""`/v1/timesheets`: what couriers were planned for, worked, carried and earned, day by day."""

from datetime import timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Principal, Scope
from apps.accounts.selectors import organisation
from apps.core import clock
from apps.core.api.day_range import DayRange, days_asked
from apps.core.api.fields import PublicId
from apps.core.api.form import CSV, JSON, file_answer
from apps.core.api.negotiation import WhateverIsAccepted
from apps.core.api.pages import PageQuery, page_of
from apps.core.api.schema import page_out
from apps.core.api.serializers import OutputSerializer
from apps.couriers.errors import CourierNotFound, FleetNotFound
from apps.couriers.models import Courier
from apps.couriers.selectors import courier_for, couriers_for, fleet_for
from apps.dispatch.timesheets import TimesheetRow, timesheet_csv, timesheet_of

USUAL_DAYS = timedelta(days=6)  # and today
MOST_DAYS = 31


class TimesheetQuery(DayRange, PageQuery):
    """Which days of which couriers, and as what. `limit` and `cursor` page the couriers of JSON; a file has all."""

    courier_id = PublicId(prefix="cou", required=False)
    fleet_id = PublicId(prefix="flt", required=False)
    format = serializers.ChoiceField(choices=(JSON, CSV), default=JSON)


class EarningsOut(OutputSerializer):
    """An amount in cents."""

    amount = serializers.IntegerField()
    currency = serializers.CharField()


class TimesheetRowOut(OutputSerializer):
    """A day of a courier. Seconds are whole."""

    date = serializers.DateField(source="day")
    courier_id = PublicId(prefix="cou", source="courier.pk")
    name = serializers.CharField(source="courier.name")
    external_id = serializers.CharField(source="courier.external_id", allow_null=True)
    fleet_id = PublicId(prefix="flt", source="courier.fleet_id")
    planned_s = serializers.IntegerField()
    on_duty_s = serializers.IntegerField(help_text="Breaks and all.")
    breaks_s = serializers.IntegerField()
    worked_s = serializers.IntegerField(help_text="On duty, without the breaks.")
    late_s = serializers.IntegerField(help_text="How long after the planned start they came.")
    missed = serializers.IntegerField(source="worked.hours.missed", help_text="Shifts to which nobody came.")
    legs = serializers.IntegerField(source="worked.legs", help_text="Delivered.")
    distance_m = serializers.IntegerField(source="worked.distance_m", help_text="The way of the legs delivered.")
    earnings = serializers.SerializerMethodField()

    @extend_schema_field(EarningsOut)
    def get_earnings(self, row: TimesheetRow) -> dict[str, Any]:
        """What was promised for the legs delivered, when they were given."""
        return row.earnings.as_json()


class TimesheetsView(KeyView):
    """`/v1/timesheets`."""

    scopes: ClassVar = {"GET": Scope.FLEETS_READ}
    content_negotiation_class = WhateverIsAccepted

    @operation(
        "list_timesheets",
        tag="Timesheets",
        query=TimesheetQuery,
        answers={200: page_out(TimesheetRowOut), (200, "text/csv"): OpenApiTypes.STR},
        refusals=(CourierNotFound, FleetNotFound),
    )
    def get(self, request: Request) -> HttpResponseBase:
        """List the days of your couriers: planned, worked, in breaks, late, what they carried and earned."""
        page, asked = TimesheetQuery.read(request.query_params.dict())
        caller = principal_of(request)
        today = clock.now().astimezone(ZoneInfo(organisation(caller.organisation_id).time_zone)).date()
        first, last = days_asked(asked, first=today - USUAL_DAYS, last=today, most=MOST_DAYS)
        couriers = _couriers(caller, asked)
        if asked["format"] == CSV:
            return file_answer(timesheet_csv(couriers, first, last), name=f"timesheets-{first}-{last}", form=CSV)
        found, next_cursor = page_of(couriers, page)
        rows = TimesheetRowOut(timesheet_of(found, first, last), many=True).data
        return Response({"data": rows, "next_cursor": next_cursor})


def _couriers(caller: Principal, asked: dict[str, Any]) -> QuerySet[Courier]:
    """Those asked for, with their fleets' owners at hand. Raises CourierNotFound or FleetNotFound for others'."""
    own = couriers_for(caller).select_related("fleet__organisation")
    if "courier_id" in asked:
        own = own.filter(pk=courier_for(caller, asked["courier_id"]).pk)
    if "fleet_id" in asked:
        own = own.filter(fleet_id=fleet_for(caller, asked["fleet_id"]).pk)
    return own
