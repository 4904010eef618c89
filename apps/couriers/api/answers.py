"""What fleet owners get back: fleets, vehicles, couriers, shifts."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.api.fields import Moment, PublicId, moment_text
from apps.core.api.serializers import OutputSerializer
from apps.core.ids import public_id
from apps.couriers.models import Courier, Fleet
from apps.couriers.selectors import LivePosition, live_positions, suspicious_since


class FleetOut(OutputSerializer):
    """A network of couriers."""

    id = PublicId(prefix="flt", source="pk")
    name = serializers.CharField()
    mode = serializers.CharField()
    is_open = serializers.BooleanField()
    accepts_invitations = serializers.BooleanField(help_text="Listed for who looks for a fleet to connect with.")
    zone_ids = serializers.SerializerMethodField()
    created_at = Moment()

    def get_zone_ids(self, fleet: Fleet) -> list[str]:
        """The zones in which a fleet with a dispatch of its own is asked; none: everywhere."""
        return [public_id("zon", UUID(zone_id)) for zone_id in fleet.zone_ids]


class VehicleOut(OutputSerializer):
    """What couriers ride on."""

    id = PublicId(prefix="veh", source="pk")
    fleet_id = PublicId(prefix="flt")
    external_id = serializers.CharField(allow_null=True)
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # the API's word, and the serializer's
    speed_kmh = serializers.FloatField()
    max_weight_g = serializers.IntegerField()
    max_volume_ml = serializers.IntegerField()
    max_parcels = serializers.IntegerField()
    retired_at = Moment(allow_null=True)


class PositionOut(OutputSerializer):
    """Where a courier is, and when their phone last said so."""

    lat = serializers.FloatField(source="point.lat")
    lon = serializers.FloatField(source="point.lon")
    seen_at = Moment()


class CourierOut(OutputSerializer):
    """Somebody who carries. `shown()` finds where they are, for all of a page at once."""

    id = PublicId(prefix="cou", source="pk")
    fleet_id = PublicId(prefix="flt")
    vehicle_id = PublicId(prefix="veh")
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    language = serializers.CharField(help_text="In which they are written to.")
    is_active = serializers.BooleanField()
    status = serializers.CharField()
    zone_id = PublicId(prefix="zon", allow_null=True, help_text="The zone they are on duty in.")
    shift_id = PublicId(prefix="shi", allow_null=True, help_text="The shift they are on.")
    position = serializers.SerializerMethodField()
    silent_since = Moment(allow_null=True, help_text="On duty, and their phone has not been heard from for too long.")
    positions_suspicious_since = serializers.SerializerMethodField()
    skills = serializers.ListField(child=serializers.CharField())
    max_legs = serializers.IntegerField()
    load_legs = serializers.IntegerField()
    created_at = Moment()

    @classmethod
    def shown(cls, couriers: list[Courier]) -> list[Any]:
        """Couriers as they are answered."""
        return list(cls(couriers, many=True, context={"positions": live_positions(couriers)}).data)

    @extend_schema_field(PositionOut(allow_null=True))
    def get_position(self, courier: Courier) -> dict[str, Any] | None:
        """Where they are while on duty; null in a pause, off duty, or when the phone is silent from the start."""
        positions: dict[UUID, LivePosition] = self.context.get("positions", {})
        found = positions.get(courier.pk)
        return PositionOut(found).data if found else None

    @extend_schema_field(Moment(allow_null=True))
    def get_positions_suspicious_since(self, courier: Courier) -> str | None:
        """Since when their phone says what cannot be, or is another courier's too; null a day after the last time."""
        return moment_text(suspicious_since(courier))


class PlaceThenOut(OutputSerializer):
    """Where a courier was, by the clock of their phone."""

    at = Moment()
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    accuracy_m = serializers.FloatField(allow_null=True)


class TrackOut(OutputSerializer):
    """A courier's way, oldest point first, thinned to what can be drawn."""

    data = PlaceThenOut(source="points", many=True)  # type: ignore[assignment] # the API's word, and the serializer's
    is_suspicious = serializers.BooleanField(help_text="Nobody can have moved like that, at least in parts.")


class ShiftOut(OutputSerializer):
    """When somebody is to be on duty, and when they really were."""

    id = PublicId(prefix="shi", source="pk")
    courier_id = PublicId(prefix="cou")
    fleet_id = PublicId(prefix="flt", source="courier.fleet_id")
    zone_id = PublicId(prefix="zon")
    external_id = serializers.CharField(allow_null=True)
    starts_at = Moment()
    ends_at = Moment()
    started_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    late_at = Moment(allow_null=True, help_text="When you were told that nobody had come yet.")
    missed_at = Moment(allow_null=True, help_text="When you were told that nobody came at all.")
    legs_done = serializers.IntegerField()


class RevokedOut(OutputSerializer):
    """How many devices were signed out."""

    revoked = serializers.IntegerField()
