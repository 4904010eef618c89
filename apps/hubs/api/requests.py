"""What integrators may send: hubs, scans, incidents, filters of the lists."""

import re
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from apps.accounts.principals import Principal
from apps.core.api.fields import Coordinate, Moment, Phone, PublicId, Text
from apps.core.api.pages import PageQuery
from apps.core.api.serializers import StrictSerializer
from apps.hubs.models import Direction
from apps.hubs.selectors import StockState
from apps.hubs.services import HubChanges, NewHub, NewScan
from apps.orders.models import IncidentKind

MAX_SCANS = 100
MAX_SPANS_A_DAY = 4
REPORTED_KINDS = (IncidentKind.DAMAGED,)  # the others follow from scans
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z|24:00\Z")


class SpanIn(serializers.ListField):
    """From when until when on a day: `["08:00", "20:00"]`."""

    child = Text(max_length=5)
    default_error_messages: ClassVar = {"malformed": 'From and until, such as ["08:00", "20:00"].'}

    def to_internal_value(self, data: Any) -> list[Any]:
        """The two times as they are. Fails when they are none, or the end is not after the begin."""
        times = super().to_internal_value(data)
        if len(times) != 2 or not all(_TIME.match(time) for time in times) or times[0] >= times[1]:
            self.fail("malformed")
        return times


def _day() -> serializers.ListField:
    return serializers.ListField(child=SpanIn(), max_length=MAX_SPANS_A_DAY, required=False)


class OpeningHoursIn(StrictSerializer):
    """By weekday, on the walls of the hub's zone; a day that is not named is closed, no day at all: not said."""

    mon = _day()
    tue = _day()
    wed = _day()
    thu = _day()
    fri = _day()
    sat = _day()
    sun = _day()


class HubIn(StrictSerializer):
    """A hub."""

    name = Text(max_length=80)
    address = Text(max_length=200)
    lat = Coordinate(limit=90)
    lon = Coordinate(limit=180)
    phone = Phone(required=False, allow_blank=True)
    instructions = Text(max_length=500, required=False, allow_blank=True)
    opening_hours = OpeningHoursIn(required=False)
    is_active = serializers.BooleanField(required=False)
    is_open_to_others = serializers.BooleanField(required=False)

    def new_hub(self, caller: Principal) -> NewHub:
        """The same in the words of the domain. Raises ValidationError (400)."""
        return NewHub(organisation_id=caller.organisation_id, **self.validated())


class HubChangesIn(StrictSerializer):
    """What is to be changed of a hub; what is not named stays as it is."""

    name = Text(max_length=80, required=False)
    address = Text(max_length=200, required=False)
    lat = Coordinate(limit=90, required=False)
    lon = Coordinate(limit=180, required=False)
    phone = Phone(required=False, allow_blank=True)
    instructions = Text(max_length=500, required=False, allow_blank=True)
    opening_hours = OpeningHoursIn(required=False)
    is_active = serializers.BooleanField(required=False)
    is_open_to_others = serializers.BooleanField(required=False)

    def changes(self) -> HubChanges:
        """The same in the words of the domain. Raises ValidationError (400)."""
        named: HubChanges = self.validated()
        place = {"address", "lat", "lon"}
        if place & set(named) and not place <= set(named):
            message = "A place changes as a whole: send address, lat and lon."
            raise ValidationError(
                {name: [ErrorDetail(message, code="required")] for name in sorted(place - set(named))}
            )
        return named


class HubFilters(PageQuery):
    """Which hubs are listed."""

    is_own = serializers.BooleanField(required=False)


class ScanIn(StrictSerializer):
    """A parcel scanned in or out."""

    id = serializers.UUIDField()
    parcel = PublicId(prefix="par", required=False)
    barcode = Text(max_length=64, required=False)
    direction = serializers.ChoiceField(choices=Direction.choices)
    at = Moment()
    by = Text(max_length=80, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of parcel and barcode says of what. Raises ValidationError (400)."""
        if ("parcel" in attrs) == ("barcode" in attrs):
            message = "Send the parcel's id or its barcode, and not both."
            raise ValidationError({"parcel": [ErrorDetail(message, code="required")]})
        return attrs


class ScansIn(StrictSerializer):
    """A batch of scans, in any order."""

    scans: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=ScanIn(), min_length=1, max_length=MAX_SCANS
    )

    def new_scans(self) -> list[NewScan]:
        """The same in the words of the domain. Raises ValidationError (400)."""
        return [_new_scan(asked) for asked in self.validated()["scans"]]


class StockFilters(PageQuery):
    """Which parcels are listed: those in the hub, if nothing else is said."""

    state = serializers.ChoiceField(choices=[state.value for state in StockState], required=False)


class IncidentIn(StrictSerializer):
    """Something that the hub's people have seen."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in REPORTED_KINDS])
    parcel = PublicId(prefix="par")
    note = Text(max_length=500, required=False, allow_blank=True)


class ResolveIn(StrictSerializer):
    """What came of an incident."""

    resolution = Text(max_length=500, required=False, allow_blank=True)


class IncidentFilters(PageQuery):
    """Which incidents are listed."""

    is_open = serializers.BooleanField(required=False)
    kind = serializers.ChoiceField(choices=IncidentKind.choices, required=False)
    order = PublicId(prefix="ord", required=False)
    hub = PublicId(prefix="hub", required=False)


LOOKUPS = {"order": "order_id", "hub": "hub_id"}


def _new_scan(asked: dict[str, Any]) -> NewScan:
    parcel_id: UUID | None = asked.get("parcel")
    return NewScan(
        id=asked["id"],
        direction=Direction(asked["direction"]),
        device_time=asked["at"],
        parcel_id=parcel_id,
        barcode=asked.get("barcode", ""),
        by=asked.get("by", ""),
    )
