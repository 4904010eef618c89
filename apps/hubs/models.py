"""Tables of hubs: the hubs, and every scan of a parcel in or out."""

from typing import Any, ClassVar

from django.db import models

from apps.core import clock
from apps.core.db import Record, VersionedRecord
from apps.core.geo import Point


class Hub(VersionedRecord):
    """An urban warehouse where parcels change hands. `opening_hours` by weekday: `{"mon": [["08:00", "20:00"]]}`."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="hubs")
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200)
    lat = models.FloatField()
    lon = models.FloatField()
    zone = models.ForeignKey("zones.Zone", on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=32, blank=True)
    instructions = models.CharField(max_length=500, blank=True)  # for couriers: which door, which bell
    opening_hours = models.JSONField(default=dict, blank=True)  # empty: not said
    is_active = models.BooleanField(default=True)  # takes new orders
    is_open_to_others = models.BooleanField(default=False)  # for orders of other organisations too
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-id"], name="hub_newest"),
            models.Index(fields=["is_open_to_others", "is_active", "-id"], name="hub_open_newest"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.lat, self.lon)

    @property
    def details(self) -> dict[str, Any]:
        """The stop that it is for a courier, as orders keep places."""
        return {
            "address": self.address,
            "lat": self.lat,
            "lon": self.lon,
            "contact_name": self.name,
            "phone": self.phone,
            "instructions": self.instructions,
        }


class Direction(models.TextChoices):
    """Which way a parcel passes the hub's door."""

    IN = "in"
    OUT = "out"


class Scan(Record):
    """A parcel was scanned at a hub, under the id that the device gave the scan, with the result it got first.

    All that are kept count, in the order of `ordered_at`, for where the parcel is; see `timeline`.
    """

    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="scans")
    client_id = models.UUIDField()
    parcel = models.ForeignKey("orders.Parcel", on_delete=models.CASCADE, related_name="scans")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    by = models.CharField(max_length=80, blank=True)  # who held the device, in the hub's own words
    device_time = models.DateTimeField()  # as the device said it
    ordered_at = models.DateTimeField()  # the same, but not later than when we had it
    shown_at = models.DateTimeField()  # the same, within five minutes of when we had it
    received_at = models.DateTimeField()
    result = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hub", "client_id"], name="one_result_per_scan"),
        ]
        indexes: ClassVar = [models.Index(fields=["parcel", "ordered_at"], name="scan_timeline")]

    def __str__(self) -> str:
        return f"{self.parcel_id} {self.direction} at {self.hub_id}"
