"""Incidents: what went wrong with an order, in a hub or on the street, until a person has seen to it."""

from typing import ClassVar

from django.db import models

from apps.core import clock
from apps.core.db import Record
from apps.orders.models.orders import Order, Parcel


class IncidentKind(models.TextChoices):
    """What can go wrong."""

    # in a hub
    MISROUTED = "misrouted"  # it was scanned in at a hub that is not on its way
    MISSING_PARCEL = "missing_parcel"  # delivered to the hub and not scanned in; or a courier misses one
    DAMAGED = "damaged"  # reported by the hub
    # on the street, reported by the courier
    DAMAGED_PARCEL = "damaged_parcel"
    ACCIDENT = "accident"
    BREAKDOWN = "breakdown"
    DELAY = "delay"
    OTHER = "other"
    FAILED = "failed"  # they could not pick it up or hand it over: the note says why
    # on the street, found by the platform
    FAR_FROM_DROPOFF = "far_from_dropoff"  # delivered, by a phone that was elsewhere
    REUSED_PHOTO = "reused_photo"  # the photo of another order
    PROOF_MISSING = "proof_missing"  # a photo or signature was spoken of and has not come


BY_COURIERS = (
    IncidentKind.DAMAGED_PARCEL,
    IncidentKind.MISSING_PARCEL,
    IncidentKind.ACCIDENT,
    IncidentKind.BREAKDOWN,
    IncidentKind.DELAY,
    IncidentKind.OTHER,
)
PAUSING = frozenset({IncidentKind.ACCIDENT, IncidentKind.BREAKDOWN})  # its courier cannot go on


class Incident(Record):
    """Something went wrong, and a person should see to it. While one is open, its order is flagged.

    Here and not in hubs or dispatch: the flag is the order's, and whoever would take it down must know what is still
    open. In a hub it is about a parcel; on the street about a leg and its courier, or only the courier: then it has no
    order, and concerns the owner of the fleet alone.
    """

    kind = models.CharField(max_length=16, choices=IncidentKind.choices)
    organisation_id = models.UUIDField(null=True, blank=True)  # of the order
    is_test = models.BooleanField(default=False)
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.CASCADE, related_name="incidents")
    parcel = models.ForeignKey(Parcel, null=True, blank=True, on_delete=models.CASCADE, related_name="incidents")
    hub_id = models.UUIDField(null=True, blank=True)  # where it was noticed
    leg_id = models.UUIDField(null=True, blank=True)  # that the courier had
    courier = models.ForeignKey(
        "couriers.Courier", null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    executor_id = models.UUIDField(null=True, blank=True)  # who owns the courier's fleet
    note = models.CharField(max_length=500, blank=True)
    resolution = models.CharField(max_length=500, blank=True)
    is_open = models.BooleanField(default=True)
    opened_at = models.DateTimeField(default=clock.now)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            # NULLs are distinct from each other on all three databases: what is about no parcel is not held to this.
            models.UniqueConstraint(
                fields=["parcel", "kind"], condition=models.Q(is_open=True), name="one_open_incident_per_parcel"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["order", "is_open"], name="incident_order_open"),
            models.Index(fields=["hub_id", "-id"], name="incident_hub_newest"),
            models.Index(fields=["organisation_id", "-id"], name="incident_newest"),
            models.Index(fields=["executor_id", "-id"], name="incident_executor_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.parcel or self.order or self.courier}"
