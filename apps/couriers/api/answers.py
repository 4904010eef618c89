"""What fleet owners get back: fleets, vehicles, couriers, shifts."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.api.fields import Moment
from apps.core.api.serializers import OutputSerializer
from apps.core.ids import public_id
from apps.couriers.models import Courier, Fleet, Shift, Vehicle
from apps.couriers.selectors import LivePosition, live_positions


class FleetOut(OutputSerializer):
    """A network of couriers."""

    id = serializers.SerializerMethodField()
    name = serializers.CharField()
    mode = serializers.CharField()
    is_open = serializers.BooleanField()
    accepts_invitations = serializers.BooleanField(help_text="Listed for who looks for a fleet to connect with.")
    created_at = Moment()

    def get_id(self, fleet: Fleet) -> str:
        """`flt_...`."""
        return public_id("flt", fleet.pk)


class VehicleOut(OutputSerializer):
    """What couriers ride on."""

    id = serializers.SerializerMethodField()
    fleet_id = serializers.SerializerMethodField()
    external_id = serializers.CharField(allow_null=True)
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # the API's word, and the serializer's
    speed_kmh = serializers.FloatField()
    max_weight_g = serializers.IntegerField()
    max_volume_ml = serializers.IntegerField()
    max_parcels = serializers.IntegerField()
    retired_at = Moment(allow_null=True)

    def get_id(self, vehicle: Vehicle) -> str:
        """`veh_...`."""
        return public_id("veh", vehicle.pk)

    def get_fleet_id(self, vehicle: Vehicle) -> str:
        """`flt_...`."""
        return public_id("flt", vehicle.fleet_id)


class PositionOut(OutputSerializer):
    """Where a courier is, and when their phone last said so."""

    lat = serializers.FloatField(source="point.lat")
    lon = serializers.FloatField(source="point.lon")
    seen_at = Moment()


class CourierOut(OutputSerializer):
    """Somebody who carries. `shown()` finds where they are, for all of a page at once."""

    id = serializers.SerializerMethodField()
    fleet_id = serializers.SerializerMethodField()
    vehicle_id = serializers.SerializerMethodField()
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    phone = serializers.CharField()
    is_active = serializers.BooleanField()
    status = serializers.CharField()
    zone_id = serializers.SerializerMethodField()
    shift_id = serializers.SerializerMethodField()
    position = serializers.SerializerMethodField()
    skills = serializers.ListField(child=serializers.CharField())
    max_legs = serializers.IntegerField()
    load_legs = serializers.IntegerField()
    created_at = Moment()

    @classmethod
    def shown(cls, couriers: list[Courier]) -> list[Any]:
        """Couriers as they are answered."""
        return list(cls(couriers, many=True, context={"positions": live_positions(couriers)}).data)

    def get_id(self, courier: Courier) -> str:
        """`cou_...`."""
        return public_id("cou", courier.pk)

    def get_fleet_id(self, courier: Courier) -> str:
        """`flt_...`."""
        return public_id("flt", courier.fleet_id)

    def get_vehicle_id(self, courier: Courier) -> str:
        """`veh_...`."""
        return public_id("veh", courier.vehicle_id)

    def get_zone_id(self, courier: Courier) -> str | None:
        """The zone they are on duty in."""
        return _id_or_none("zon", courier.zone_id)

    def get_shift_id(self, courier: Courier) -> str | None:
        """The shift they are on."""
        return _id_or_none("shi", courier.shift_id)

    @extend_schema_field(PositionOut(allow_null=True))
    def get_position(self, courier: Courier) -> dict[str, Any] | None:
        """Where they are while on duty; null in a pause, off duty, or when the phone is silent from the start."""
        positions: dict[UUID, LivePosition] = self.context.get("positions", {})
        found = positions.get(courier.pk)
        return PositionOut(found).data if found else None


class ShiftOut(OutputSerializer):
    """When somebody is to be on duty, and when they really were."""

    id = serializers.SerializerMethodField()
    courier_id = serializers.SerializerMethodField()
    fleet_id = serializers.SerializerMethodField()
    zone_id = serializers.SerializerMethodField()
    external_id = serializers.CharField(allow_null=True)
    starts_at = Moment()
    ends_at = Moment()
    started_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    legs_done = serializers.IntegerField()

    def get_id(self, shift: Shift) -> str:
        """`shi_...`."""
        return public_id("shi", shift.pk)

    def get_courier_id(self, shift: Shift) -> str:
        """`cou_...`."""
        return public_id("cou", shift.courier_id)

    def get_fleet_id(self, shift: Shift) -> str:
        """`flt_...`."""
        return public_id("flt", shift.courier.fleet_id)

    def get_zone_id(self, shift: Shift) -> str:
        """`zon_...`."""
        return public_id("zon", shift.zone_id)


class RevokedOut(OutputSerializer):
    """How many devices were signed out."""

    revoked = serializers.IntegerField()


def _id_or_none(prefix: str, key: UUID | None) -> str | None:
    return public_id(prefix, key) if key else None
