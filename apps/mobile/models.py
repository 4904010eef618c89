"""The one table of the mobile surface: what couriers' phones sent, so that sending it twice does nothing twice."""

from typing import ClassVar

from django.db import models

from apps.core import clock
from apps.core.db import Record


class CourierAction(Record):
    """An action of a courier, under the id that the phone gave it, with the result it got the first time."""

    courier = models.ForeignKey("couriers.Courier", on_delete=models.CASCADE, related_name="+")
    client_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    sequence = models.PositiveBigIntegerField()
    device_time = models.DateTimeField()
    received_at = models.DateTimeField(default=clock.now)
    result = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["courier", "client_id"], name="one_result_per_client_id")
        ]
        indexes: ClassVar = [models.Index(fields=["courier", "sequence"], name="action_sequence")]

    def __str__(self) -> str:
        return f"{self.kind} by {self.courier_id}"
