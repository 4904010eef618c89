"""What couriers bring as proof: the files of photos and signatures, and scans at stops."""

from typing import ClassVar

from django.db import models

from apps.core import clock
from apps.core.db import Record, VersionedRecord
from apps.orders.models.orders import Leg, Order, Parcel, ProofAsked, Stop


class ProofFile(VersionedRecord):
    """A photo or a signature that a courier made at a stop, under the id that the phone gave it.

    It comes in three ways, in any order: an action names it (`named_at`), the phone says what it is (`told_at`), and
    its bytes arrive in pieces, until it is complete (`completed_at`). The first of the first two makes the row, which
    ties the id to one stop for good.
    """

    courier = models.ForeignKey("couriers.Courier", on_delete=models.PROTECT, related_name="+")
    client_id = models.UUIDField()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="proof_files")
    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="proof_files")
    epoch = models.PositiveIntegerField()  # of the leg when this courier had it
    stop = models.CharField(max_length=8, choices=Stop.choices)
    kind = models.CharField(max_length=12, choices=ProofAsked.choices, blank=True)  # empty until it is told
    device_time = models.DateTimeField(null=True, blank=True)
    size_bytes = models.PositiveIntegerField(default=0)  # of the original
    sha256 = models.CharField(max_length=64, blank=True)  # of the original: the file that is kept is another
    content_type = models.CharField(max_length=32, blank=True)
    signed_by = models.CharField(max_length=80, blank=True)
    received_bytes = models.PositiveIntegerField(default=0)
    pieces = models.JSONField(default=list, blank=True)  # names in the storage, in their order
    stored_as = models.CharField(max_length=120, blank=True)  # name in the storage of the file that is kept
    stored_bytes = models.PositiveIntegerField(default=0)
    named_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)  # when a person was told that it has not come
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["courier", "client_id"], name="one_proof_per_client_id")
        ]
        indexes: ClassVar = [
            models.Index(fields=["sha256"], name="proof_hash"),
            models.Index(fields=["completed_at", "named_at"], name="proof_awaited"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or 'proof'} at the {self.stop} of {self.order}"

    @property
    def is_complete(self) -> bool:
        """Whether its file is there."""
        return self.completed_at is not None

    @property
    def file_name(self) -> str:
        """What the picture is called by who keeps it. Reads the order."""
        return f"{self.kind}-{self.order.short_code}-{self.pk.hex[-6:]}.jpg"


class StopScan(Record):
    """A parcel was in a courier's hands at a stop: they scanned it there."""

    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="stop_scans")
    epoch = models.PositiveIntegerField()  # another courier scans anew
    stop = models.CharField(max_length=8, choices=Stop.choices)
    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="stop_scans")
    courier = models.ForeignKey("couriers.Courier", on_delete=models.PROTECT, related_name="+")
    device_time = models.DateTimeField()
    scanned_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["leg", "epoch", "stop", "parcel"], name="one_scan_per_stop_and_parcel")
        ]

    def __str__(self) -> str:
        return f"{self.parcel} at the {self.stop}"
