"""What phones send, field by field."""

from typing import Any, ClassVar

from rest_framework import serializers

from apps.core.api.fields import LAST_YEAR, Coordinate, Moment, Phone, Text, Whole
from apps.core.api.serializers import StrictSerializer
from apps.core.geo import Point
from apps.mobile.kinds import Action

MAX_ACTIONS = 100
MAX_SEQUENCE = 2**53 - 1  # what every JSON reader keeps exactly
MAX_EPOCH = 2**31 - 1


class DeviceTime(Moment):
    """A moment on a phone's clock, which starts anew in 1970 when the battery was empty."""

    first_year: ClassVar = 1970
    default_error_messages: ClassVar = {"out_of_range": f"A year from 1970 to {LAST_YEAR}."}


class CodeIn(StrictSerializer):
    """Which phone wants a code."""

    phone = Phone()


class SignInIn(StrictSerializer):
    """The code that came to the phone, and what the device calls itself."""

    phone = Phone()
    code = Text(max_length=12)
    device_label = Text(max_length=80, allow_blank=True, default="")
    device_id = serializers.UUIDField(required=False)


class SyncQuery(StrictSerializer):
    """What the phone has seen: the `news` of its last sync."""

    since = serializers.IntegerField(min_value=0, max_value=MAX_SEQUENCE, required=False)


class ActionIn(StrictSerializer):
    """One action. What its kind needs is checked when it is performed, so that it is refused alone."""

    id = serializers.UUIDField()
    kind = Text(max_length=20)
    sequence = Whole(min_value=0, max_value=MAX_SEQUENCE)
    device_time = DeviceTime()
    leg_id = Text(max_length=64, required=False)
    epoch = Whole(min_value=0, max_value=MAX_EPOCH, required=False)
    stop = Text(max_length=20, required=False)
    offer_id = Text(max_length=64, required=False)
    reason = Text(max_length=80, required=False, allow_blank=True)
    pin = Text(max_length=12, required=False, allow_blank=True)
    lat = Coordinate(limit=90, required=False)
    lon = Coordinate(limit=180, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Both or neither of `lat` and `lon`."""
        if ("lat" in attrs) != ("lon" in attrs):
            raise serializers.ValidationError("lat and lon come together.", code="incomplete")
        return attrs


class BatchIn(StrictSerializer):
    """A batch of actions."""

    actions = serializers.ListField(child=ActionIn(), allow_empty=False, max_length=MAX_ACTIONS)

    def read(self) -> list[Action]:
        """The actions. Raises ValidationError (400), naming every field that cannot be read."""
        return [_action(values) for values in self.validated()["actions"]]


def _action(values: dict[str, Any]) -> Action:
    lat, lon = values.pop("lat", None), values.pop("lon", None)
    return Action(**values, point=None if lat is None else Point(lat, lon))
