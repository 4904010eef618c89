"""Tables of the kernel: the event log, which is also the outbox, and the answers kept for repeated requests."""

from typing import ClassVar

from django.db import models

from apps.core import clock
from apps.core.db import Record


class Event(Record):
    """One thing that happened: written in the transaction of the change, handed on by the relay, kept as history."""

    name = models.CharField(max_length=64)
    payload = models.JSONField()
    actor = models.CharField(max_length=80, default="system")
    organisation_id = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField(default=clock.now)
    relayed_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)  # wall time: a relay that died lets go of its batch then
    lease = models.UUIDField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["order_id", "id"], name="event_order"),
            models.Index(fields=["organisation_id", "id"], name="event_organisation"),
            models.Index(fields=["relayed_at", "id"], name="event_pending"),  # MongoDB has no partial index on NULL
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.occurred_at:%Y-%m-%d %H:%M:%S}"


class IdempotentAnswer(Record):
    """The answer to a request that carried an Idempotency-Key, written in the transaction of its work."""

    principal = models.CharField(max_length=80)
    operation = models.CharField(max_length=120)  # method and path
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the canonical body
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["principal", "operation", "key"], name="one_answer_per_key")
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="answer_age")]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"
