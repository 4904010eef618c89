"""What systems of fleets may send: dispatch by hand, answers to offers, progress."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from apps.core.api.fields import Coordinate, Moment, Phone, PublicId, Text, Whole
from apps.core.api.pages import PageQuery
from apps.core.api.serializers import StrictSerializer
from apps.core.geo import Point
from apps.core.vehicle_kind import VehicleKind
from apps.couriers.services import NamedCourier
from apps.dispatch.lifecycle import OfferStatus, ProgressAction
from apps.dispatch.services import Report

MAX_REASON = 80
MAX_PIN = 12
MAX_EPOCH = 2_147_483_647
ONE_OF = "Either `id`, or `name`, `phone` and `vehicle`."


class AssignmentFilters(PageQuery):
    """Which assignments are listed."""

    live = serializers.BooleanField(required=False)
    courier = PublicId(prefix="cou", required=False)
    fleet = PublicId(prefix="flt", required=False)
    since = Moment(required=False)


ASSIGNMENT_LOOKUPS = {"live": "is_live", "courier": "courier_id", "fleet": "fleet_id", "since": "assigned_at__gte"}


class OfferFilters(PageQuery):
    """Which offers are listed: the live ones, unless another status is asked for."""

    status = serializers.ChoiceField(choices=OfferStatus.choices, default=OfferStatus.LIVE)
    fleet = PublicId(prefix="flt", required=False)


class SentCourierIn(StrictSerializer):
    """A courier of the fleet: one that is known, by its id; or one that the fleet names, who is made if need be."""

    id = PublicId(prefix="cou", required=False)
    name = Text(max_length=80, required=False)
    phone = Phone(required=False)
    vehicle = serializers.ChoiceField(choices=VehicleKind.choices, required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """One or the other, in whole."""
        if set(asked) not in ({"id"}, {"name", "phone", "vehicle"}):
            raise serializers.ValidationError(ONE_OF, code="invalid")
        return asked


def courier_asked(asked: dict[str, Any]) -> UUID | NamedCourier:
    """The same in the words of the domain."""
    if "id" in asked:
        key: UUID = asked["id"]
        return key
    return NamedCourier(asked["name"], asked["phone"], VehicleKind(asked["vehicle"]))


class AssignIn(StrictSerializer):
    """Which leg goes to whom."""

    leg_id = PublicId(prefix="leg")
    courier_id = PublicId(prefix="cou")


class ReassignIn(StrictSerializer):
    """Who has it from now on. With `epoch`, only if nobody moved it meanwhile."""

    courier = SentCourierIn()
    epoch = Whole(min_value=0, max_value=MAX_EPOCH, required=False)


class UnassignIn(StrictSerializer):
    """Why it is taken back. With `epoch`, only if nobody moved it meanwhile."""

    reason = Text(max_length=MAX_REASON)
    epoch = Whole(min_value=0, max_value=MAX_EPOCH, required=False)


class RejectIn(StrictSerializer):
    """Why a fleet does not carry it."""

    reason = Text(max_length=MAX_REASON)


class DeclineIn(StrictSerializer):
    """Why an offer is declined."""

    reason = Text(max_length=MAX_REASON)


class AcceptOfferIn(StrictSerializer):
    """Who will carry it; nobody in particular if left out."""

    courier = SentCourierIn(required=False, allow_null=True)

    def courier_sent(self) -> UUID | NamedCourier | None:
        """The same in the words of the domain. Raises ValidationError (400)."""
        asked = self.validated().get("courier")
        return courier_asked(asked) if asked else None


class ProgressIn(StrictSerializer):
    """What a courier did, or where they were."""

    id = serializers.UUIDField()
    action = serializers.ChoiceField(choices=ProgressAction.choices)
    epoch = Whole(min_value=0, max_value=MAX_EPOCH)
    device_time = Moment()
    reason = Text(max_length=MAX_REASON, required=False)
    pin = Text(max_length=MAX_PIN, required=False)
    lat = Coordinate(limit=90, required=False)
    lon = Coordinate(limit=180, required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A place has both."""
        if ("lat" in asked) != ("lon" in asked):
            missing = "lon" if "lat" in asked else "lat"
            raise serializers.ValidationError({missing: ["A place has lat and lon."]}, code="required")
        return asked

    def report(self) -> Report:
        """The same in the words of the domain. Raises ValidationError (400)."""
        asked = self.validated()
        return Report(
            id=asked["id"],
            action=ProgressAction(asked["action"]),
            epoch=asked["epoch"],
            device_time=asked["device_time"],
            reason=asked.get("reason", ""),
            pin=asked.get("pin", ""),
            point=Point(asked["lat"], asked["lon"]) if "lat" in asked else None,
        )
