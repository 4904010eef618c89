"""Zones as GeoJSON (RFC 7946): a map draws the answer as it is."""

from typing import Any

from rest_framework import serializers

from apps.core.api.fields import PublicId
from apps.core.api.serializers import OutputSerializer
from apps.zones.models import Zone


class SpanOut(OutputSerializer):
    """Some days of the week, 0 is Monday, and from when to when by the zone's clock."""

    days = serializers.ListField(child=serializers.IntegerField())
    to = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        """`from` too, which is no name for an attribute in Python."""
        return {**super().get_fields(), "from": serializers.CharField(read_only=True)}


class ZonePropertiesOut(OutputSerializer):
    """What is known of a zone beside its shape."""

    name = serializers.CharField()
    slug = serializers.CharField()
    time_zone = serializers.CharField()
    opening_hours = SpanOut(many=True)


class PolygonOut(OutputSerializer):
    """A closed ring of `[lon, lat]`."""

    type = serializers.CharField()
    coordinates = serializers.ListField(
        child=serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))
    )


class ZoneOut(OutputSerializer):
    """A zone as a feature of GeoJSON."""

    type = serializers.SerializerMethodField()
    id = PublicId(prefix="zon", source="pk")
    geometry = serializers.SerializerMethodField()
    properties = ZonePropertiesOut(source="*")

    def get_type(self, zone: Zone) -> str:  # noqa: ARG002 - DRF's own signature
        """`Feature`."""
        return "Feature"

    def get_geometry(self, zone: Zone) -> dict[str, Any]:
        """The area, closed whether or not its ring is kept so."""
        ring = [list(corner) for corner in zone.ring]
        return {"type": "Polygon", "coordinates": [ring if ring[0] == ring[-1] else [*ring, ring[0]]]}


class ZonesOut(OutputSerializer):
    """All zones in service as a feature collection."""

    type = serializers.CharField()
    features = ZoneOut(many=True)
