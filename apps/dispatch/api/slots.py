"""`/v1/slots`: what can be booked where, on which day."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Scope
from apps.core.api.fields import CoordinateText, Day, Moment
from apps.core.api.serializers import OutputSerializer, StrictSerializer
from apps.core.geo import Point
from apps.core.ids import public_id
from apps.dispatch.slots import Slot, WhyNot, slots_of
from apps.zones.errors import OutOfZone
from apps.zones.models import Zone
from apps.zones.selectors import zone_for


class SlotsQuery(StrictSerializer):
    """From where to where, and on which day of the zone's calendar."""

    pickup_lat = CoordinateText(limit=90)
    pickup_lon = CoordinateText(limit=180)
    dropoff_lat = CoordinateText(limit=90)
    dropoff_lon = CoordinateText(limit=180)
    day = Day()


class SlotOut(OutputSerializer):
    """A window of a day, and the last moment to order it."""

    until = Moment(source="until_at")
    order_by = Moment()
    is_bookable = serializers.BooleanField()
    why_not = serializers.ChoiceField(choices=[why.value for why in WhyNot], allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """`from` first, which is no name for an attribute in Python."""
        return {"from": Moment(source="from_at", read_only=True), **super().get_fields()}


class SlotsOut(OutputSerializer):
    """The windows of a day in the zone that would plan the order, in their order."""

    zone_id = serializers.SerializerMethodField()
    time_zone = serializers.CharField(source="zone.time_zone")
    day = serializers.DateField()
    data = SlotOut(many=True, source="slots")  # type: ignore[assignment] # the API's word, and the serializer's

    def get_zone_id(self, answer: dict[str, Any]) -> str:
        """`zon_...`."""
        zone: Zone = answer["zone"]
        return public_id("zon", zone.pk)


class SlotsView(KeyView):
    """`/v1/slots`."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @operation("list_slots", tag="Slots", query=SlotsQuery, answers={200: SlotsOut}, refusals=(OutOfZone,))
    def get(self, request: Request) -> Response:
        """The windows in which an order could be delivered on a day, and which of them can still be booked."""
        asked = SlotsQuery(data=request.query_params.dict()).validated()
        pickup, dropoff = (Point(asked[f"{end}_lat"], asked[f"{end}_lon"]) for end in ("pickup", "dropoff"))
        zone = zone_for(pickup=pickup, dropoff=dropoff)
        slots: list[Slot] = slots_of(zone, asked["day"], organisation_id=principal_of(request).organisation_id)
        return Response(SlotsOut({"zone": zone, "day": asked["day"], "slots": slots}).data)
