"""What a preview is asked, and what it answers."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from apps.core.api.fields import Coordinate, Moment, PublicId, Text, Whole
from apps.core.api.serializers import OutputSerializer, StrictSerializer
from apps.core.geo import Point
from apps.core.ids import public_id
from apps.core.vehicle_kind import VehicleKind
from apps.dispatch.engine import PlannedRoute
from apps.dispatch.services.what_if import EXTRA, ExtraCourier, ExtraLeg, OwnPlan, OwnPreview, WhatIf

MAX_ADDED = 20
MAX_NAMED = 100
MAX_REF = 32
MAX_SKILLS = 10
MAX_WEIGHT_G, MAX_VOLUME_ML, MAX_PARCELS = 2_000_000, 10_000_000, 20
_TIMES = ("ready_at", "pickup_by", "drop_from", "due_at", "drop_by")
_LOADS = ("weight_g", "volume_ml", "parcels")


class PlaceIn(StrictSerializer):
    """A place."""

    lat = Coordinate(limit=90)
    lon = Coordinate(limit=180)


class ExtraLegIn(StrictSerializer):
    """A leg that is supposed to be there too; `ref` is what you call it."""

    ref = Text(max_length=MAX_REF)
    pickup = PlaceIn()
    dropoff = PlaceIn()
    ready_at = Moment(required=False)
    pickup_by = Moment(required=False)
    drop_from = Moment(required=False)
    due_at = Moment(required=False)
    drop_by = Moment(required=False)
    weight_g = Whole(min_value=1, max_value=MAX_WEIGHT_G, required=False)
    volume_ml = Whole(min_value=1, max_value=MAX_VOLUME_ML, required=False)
    parcels = Whole(min_value=1, max_value=MAX_PARCELS, required=False)
    skills = serializers.ListField(child=Text(max_length=32), max_length=MAX_SKILLS, required=False)


class ExtraCourierIn(StrictSerializer):
    """A courier who is supposed to be on duty too; `ref` is what you call them."""

    ref = Text(max_length=MAX_REF)
    fleet_id = PublicId(prefix="flt")
    lat = Coordinate(limit=90)
    lon = Coordinate(limit=180)
    vehicle = serializers.ChoiceField(choices=VehicleKind.choices)
    shift_ends_at = Moment()
    skills = serializers.ListField(child=Text(max_length=32), max_length=MAX_SKILLS, required=False)


class ShiftEndIn(StrictSerializer):
    """When a courier's shift is supposed to end."""

    courier_id = PublicId(prefix="cou")
    ends_at = Moment()


class PreviewIn(StrictSerializer):
    """What is supposed to be different in a zone."""

    zone_id = PublicId(prefix="zon")
    extra_legs: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=ExtraLegIn(), max_length=MAX_ADDED, required=False
    )
    extra_couriers: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=ExtraCourierIn(), max_length=MAX_ADDED, required=False
    )
    without_couriers = serializers.ListField(child=PublicId(prefix="cou"), max_length=MAX_NAMED, required=False)
    shift_ends: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=ShiftEndIn(), max_length=MAX_NAMED, required=False
    )

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Each thing added has a name of its own."""
        for name in ("extra_legs", "extra_couriers"):
            refs = [added["ref"] for added in asked.get(name, [])]
            if len(set(refs)) < len(refs):
                raise serializers.ValidationError({name: [ErrorDetail("Each `ref` is used once.", code="unique")]})
        return asked

    def what_if(self) -> WhatIf:
        """The same in the words of the domain. Raises ValidationError (400)."""
        asked = self.validated()
        without: list[UUID] = asked.get("without_couriers", [])
        return WhatIf(
            zone_id=asked["zone_id"],
            legs=tuple(_extra_leg(leg) for leg in asked.get("extra_legs", [])),
            couriers=tuple(_extra_courier(courier) for courier in asked.get("extra_couriers", [])),
            without_couriers=frozenset(without),
            shift_ends=tuple((end["courier_id"], end["ends_at"]) for end in asked.get("shift_ends", [])),
        )


def _extra_leg(asked: dict[str, Any]) -> ExtraLeg:
    return ExtraLeg(
        ref=asked["ref"],
        pickup=Point(**asked["pickup"]),
        dropoff=Point(**asked["dropoff"]),
        skills=tuple(asked.get("skills", ())),
        **{name: asked[name] for name in (*_TIMES, *_LOADS) if name in asked},
    )


def _extra_courier(asked: dict[str, Any]) -> ExtraCourier:
    return ExtraCourier(
        ref=asked["ref"],
        fleet_id=asked["fleet_id"],
        at=Point(asked["lat"], asked["lon"]),
        vehicle=VehicleKind(asked["vehicle"]),
        shift_ends_at=asked["shift_ends_at"],
        skills=tuple(asked.get("skills", ())),
    )


class PlannedStopOut(OutputSerializer):
    """A stop: one drop-off, or the pickup of every leg taken from that place. Legs by id, or by your `ref`."""

    kind = serializers.CharField()
    legs = serializers.ListField(child=serializers.CharField())
    arrives_at = Moment()
    handover_at = Moment()
    is_committed = serializers.BooleanField()


class PlannedRouteOut(OutputSerializer):
    """What one of your couriers would do; the courier by id, or by your `ref`."""

    courier = serializers.CharField()
    cost_min = serializers.FloatField()
    stops = PlannedStopOut(many=True)


class LeftOutOut(OutputSerializer):
    """A leg that nobody would be given, and why."""

    leg = serializers.CharField()
    reason = serializers.CharField()


class OwnPlanOut(OutputSerializer):
    """The part of a plan that is yours."""

    cost_min = serializers.FloatField()
    routes = PlannedRouteOut(many=True)
    unassigned = LeftOutOut(many=True)
    unassigned_count = serializers.IntegerField()


class PreviewOut(OutputSerializer):
    """The plan as things are, and as they would be; `added_min` is what the change costs on your routes."""

    as_is = OwnPlanOut()
    as_if = OwnPlanOut()
    added_min = serializers.FloatField()


def preview_shown(preview: OwnPreview) -> dict[str, Any]:
    """A preview in the words of the API."""
    added_min = round(preview.as_if.cost_min - preview.as_is.cost_min, 2)
    return {"as_is": _plan_shown(preview.as_is), "as_if": _plan_shown(preview.as_if), "added_min": added_min}


def _plan_shown(plan: OwnPlan) -> dict[str, Any]:
    return {
        "cost_min": round(plan.cost_min, 2),
        "routes": [_route_shown(route) for route in plan.routes],
        "unassigned": [{"leg": _named("leg", key), "reason": reason.value} for key, reason in plan.unassigned],
        "unassigned_count": plan.unassigned_count,
    }


def _route_shown(route: PlannedRoute) -> dict[str, Any]:
    return {
        "courier": _named("cou", route.courier_id),
        "cost_min": round(route.cost_min, 2),
        "stops": [
            {
                "kind": stop.kind.value,
                "legs": [_named("leg", leg_id) for leg_id in stop.leg_ids],
                "arrives_at": _moment(stop.arrives_at),
                "handover_at": _moment(stop.handover_at),
                "is_committed": stop.is_committed,
            }
            for stop in route.stops
        ],
    }


def _named(prefix: str, key: str) -> str:
    return key.removeprefix(EXTRA) if key.startswith(EXTRA) else public_id(prefix, UUID(key))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(round(seconds), UTC)
