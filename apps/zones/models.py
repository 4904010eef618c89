"""The table of zones."""

from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from apps.core import clock
from apps.core.db import Record
from apps.core.geo import Point, contains
from apps.zones.hours import UnclearHours, always_open, check_hours


def valid_hours(hours: Any) -> None:
    """For the admin, where hours are typed as JSON. Raises ValidationError."""
    try:
        check_hours(hours)
    except UnclearHours as error:
        raise ValidationError(str(error), code="unclear_hours") from None


class Zone(Record):
    """An area with its own planner: a city, or a part of one."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(unique=True)
    ring = models.JSONField()  # closed ring of [lon, lat], as in GeoJSON
    time_zone = models.CharField(max_length=40, default="Europe/Paris")
    pickup_service_s = models.PositiveIntegerField(default=180)
    dropoff_service_s = models.PositiveIntegerField(default=120)
    detour_factor = models.FloatField(default=1.3)  # street distance over straight line
    opening_hours = models.JSONField(default=always_open, validators=[valid_hours])  # see apps.zones.hours
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name

    def covers(self, point: Point) -> bool:
        """Whether the point lies in the zone."""
        return contains(self._corners, point)

    @cached_property
    def _corners(self) -> list[Point]:
        return [Point(lat, lon) for lon, lat in self.ring]
