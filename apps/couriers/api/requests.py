"""What fleet owners may send: fleets, vehicles, couriers, shifts, and filters of their lists.

The classes ending in `Changes` hold what may be changed later; those that create add the rest.
"""

from datetime import timedelta
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from apps.core.api.fields import Day, Email, Moment, Number, Phone, PublicId, Text, Whole
from apps.core.api.pages import PageQuery
from apps.core.api.serializers import StrictSerializer
from apps.core.vehicle_kind import VehicleKind
from apps.couriers.lifecycle import CourierStatus, FleetMode, Language

MAX_SKILLS = 20
MAX_ZONES = 100
MOST_LEGS = 50
MOST_PARCELS = 1_000
MAX_WEIGHT_G = 3_500_000  # a van with all that it may weigh
MAX_VOLUME_ML = 20_000_000
SLOWEST_KMH, FASTEST_KMH = 1, 130
LONGEST_TRACK = timedelta(hours=24)


class FleetIn(StrictSerializer):
    """A network of couriers."""

    name = Text(max_length=80)
    mode = serializers.ChoiceField(choices=FleetMode.choices, required=False)
    is_open = serializers.BooleanField(required=False)
    accepts_invitations = serializers.BooleanField(required=False)
    zone_ids = serializers.ListField(child=PublicId(prefix="zon"), max_length=MAX_ZONES, required=False)


class VehicleChangesIn(StrictSerializer):
    """What couriers ride on."""

    kind = serializers.ChoiceField(choices=VehicleKind.choices)
    label = Text(max_length=40, required=False, allow_blank=True)  # type: ignore[assignment] # our word, and DRF's
    speed_kmh = Number(min_value=SLOWEST_KMH, max_value=FASTEST_KMH)
    max_weight_g = Whole(min_value=1, max_value=MAX_WEIGHT_G)
    max_volume_ml = Whole(min_value=1, max_value=MAX_VOLUME_ML, required=False)
    max_parcels = Whole(min_value=1, max_value=MOST_PARCELS)
    external_id = Text(max_length=64, required=False, allow_null=True)


class VehicleIn(VehicleChangesIn):
    """A new vehicle, and whose it is."""

    fleet_id = PublicId(prefix="flt")


class CourierChangesIn(StrictSerializer):
    """Somebody who carries."""

    name = Text(max_length=80)
    phone = Phone()
    email = Email(required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    vehicle_id = PublicId(prefix="veh")
    skills = serializers.ListField(child=Text(max_length=32), max_length=MAX_SKILLS, required=False)
    max_legs = Whole(min_value=1, max_value=MOST_LEGS, required=False)
    external_id = Text(max_length=64, required=False, allow_null=True)


class CourierIn(CourierChangesIn):
    """A new courier, and in whose network."""

    fleet_id = PublicId(prefix="flt")


class ShiftChangesIn(StrictSerializer):
    """When and where somebody is to be on duty."""

    zone_id = PublicId(prefix="zon")
    starts_at = Moment()
    ends_at = Moment()
    external_id = Text(max_length=64, required=False, allow_null=True)


class ShiftIn(ShiftChangesIn):
    """A new shift, and whose it is."""

    courier_id = PublicId(prefix="cou")


class VehicleFilters(PageQuery):
    """Which vehicles are listed."""

    fleet_id = PublicId(prefix="flt", required=False)
    external_id = Text(max_length=64, required=False)
    is_retired = serializers.BooleanField(required=False)


class CourierFilters(PageQuery):
    """Which couriers are listed."""

    fleet_id = PublicId(prefix="flt", required=False)
    status = serializers.ChoiceField(choices=CourierStatus.choices, required=False)
    is_active = serializers.BooleanField(required=False)
    zone_id = PublicId(prefix="zon", required=False)
    external_id = Text(max_length=64, required=False)
    phone = Phone(required=False)


class ShiftFilters(PageQuery):
    """Which shifts are listed."""

    courier_id = PublicId(prefix="cou", required=False)
    fleet_id = PublicId(prefix="flt", required=False)
    zone_id = PublicId(prefix="zon", required=False)
    day = Day(required=False)
    external_id = Text(max_length=64, required=False)


class TrackQuery(StrictSerializer):
    """Of which hours a track is asked: a day at most."""

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python."""
        return {"from": Moment(), "to": Moment()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Forward, and no more than can be drawn."""
        if not timedelta() <= attrs["to"] - attrs["from"] <= LONGEST_TRACK:
            raise serializers.ValidationError(
                {"to": [ErrorDetail("After `from`, by 24 hours at most.", code="out_of_range")]}
            )
        return attrs


class VehicleRow(StrictSerializer):
    """A row of a file of vehicles. What a new one needs beside its name is asked when it turns out to be new."""

    external_id = Text(max_length=64)
    fleet_id = PublicId(prefix="flt", required=False)
    kind = serializers.ChoiceField(choices=VehicleKind.choices, required=False)
    label = Text(max_length=40, required=False)  # type: ignore[assignment] # our word, and DRF's
    speed_kmh = Number(min_value=SLOWEST_KMH, max_value=FASTEST_KMH, required=False)
    max_weight_g = Whole(min_value=1, max_value=MAX_WEIGHT_G, required=False)
    max_volume_ml = Whole(min_value=1, max_value=MAX_VOLUME_ML, required=False)
    max_parcels = Whole(min_value=1, max_value=MOST_PARCELS, required=False)


class CourierRow(StrictSerializer):
    """A row of a file of couriers; skills are separated by `|`."""

    external_id = Text(max_length=64, required=False)
    fleet_id = PublicId(prefix="flt", required=False)
    name = Text(max_length=80, required=False)
    phone = Phone(required=False)
    email = Email(required=False)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    vehicle_id = PublicId(prefix="veh", required=False)
    vehicle_external_id = Text(max_length=64, required=False)
    skills = serializers.ListField(child=Text(max_length=32), max_length=MAX_SKILLS, required=False)
    max_legs = Whole(min_value=1, max_value=MOST_LEGS, required=False)


class ShiftRow(StrictSerializer):
    """A row of a file of shifts."""

    external_id = Text(max_length=64, required=False)
    courier_id = PublicId(prefix="cou", required=False)
    courier_external_id = Text(max_length=64, required=False)
    courier_phone = Phone(required=False)
    zone_id = PublicId(prefix="zon", required=False)
    zone = Text(max_length=50, required=False)
    starts_at = Moment()
    ends_at = Moment()
