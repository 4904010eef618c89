"""What phones send, field by field."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from apps.core.api.fields import LAST_YEAR, Coordinate, Moment, Phone, Text, Whole
from apps.core.api.serializers import StrictSerializer
from apps.core.errors import NotFound
from apps.core.geo import Point
from apps.core.ids import parse_public_id
from apps.mobile.action import Action
from apps.orders.errors import LegNotFound
from apps.orders.fail_reasons import LONGEST_NOTE
from apps.orders.models import ProofAsked, Stop
from apps.orders.services import NewProof
from apps.orders.services.proof_files import LARGEST_BYTES

MAX_ACTIONS = 100
FILE_KINDS = (ProofAsked.PHOTO, ProofAsked.SIGNATURE)
CONTENT_TYPES = ("image/jpeg", "image/png", "image/webp")
MAX_SEQUENCE = 2**53 - 1  # what every JSON reader keeps exactly
MAX_EPOCH = 2**31 - 1
MAX_PROOFS = 10  # of one action


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
    barcode = Text(max_length=64, required=False, allow_blank=True)
    parcel_id = Text(max_length=64, required=False)
    proofs = serializers.ListField(child=serializers.UUIDField(), max_length=MAX_PROOFS, required=False)
    note = Text(max_length=LONGEST_NOTE, required=False, allow_blank=True)
    handed_to = Text(max_length=20, required=False)
    incident = Text(max_length=20, required=False)
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
    proofs = tuple(values.pop("proofs", ()))
    return Action(**values, proofs=proofs, point=None if lat is None else Point(lat, lon))


class ProofIn(StrictSerializer):
    """What a phone says of a photo or a signature."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in FILE_KINDS])
    leg_id = Text(max_length=64)
    epoch = Whole(min_value=0, max_value=MAX_EPOCH)
    stop = serializers.ChoiceField(choices=Stop.choices)
    device_time = DeviceTime()
    size_bytes = Whole(min_value=1, max_value=LARGEST_BYTES)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}\Z")
    content_type = serializers.ChoiceField(choices=CONTENT_TYPES)
    signed_by = Text(max_length=80, required=False, allow_blank=True)

    def read(self) -> tuple[UUID, UUID, NewProof]:
        """Its id, its leg, and what is said of it. Raises ValidationError (400), or LegNotFound."""
        told = self.validated()
        try:
            leg_id = parse_public_id("leg", told.pop("leg_id"))
        except NotFound as error:
            raise LegNotFound from error
        client_id: UUID = told.pop("id")
        stop, kind = Stop(told.pop("stop")), ProofAsked(told.pop("kind"))
        return client_id, leg_id, NewProof(stop=stop, kind=kind, **told)


class PieceQuery(StrictSerializer):
    """Where a piece begins."""

    offset = serializers.IntegerField(min_value=0, max_value=LARGEST_BYTES)
