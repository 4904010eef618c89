"""Tables of webhooks: endpoints, messages to them, attempts to deliver a message. The rows are the queue."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from apps.core import clock
from apps.core.db import Record, VersionedRecord
from apps.webhooks.lifecycle import MOVES, DisabledReason, MessageStatus, check_move

TEST_KIND = "webhook.test"
LANES = (1, 2)  # of an endpoint: so many deliveries at a time
TEST_LANE = 3  # in which a test event stands from when it is written, without a lease until a worker takes it


class Endpoint(VersionedRecord):
    """Where an organisation's system listens. Holds seeds, no secrets: see `signing`."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    url = models.CharField(max_length=500)
    kinds = models.JSONField(default=list, blank=True)  # that are wanted; empty: all
    description = models.CharField(max_length=200, blank=True)
    is_test = models.BooleanField(default=False)  # told of test orders, and of nothing else
    seed = models.CharField(max_length=64)
    former_seed = models.CharField(max_length=64, blank=True)  # signs too, while a rotation lasts
    former_until = models.DateTimeField(null=True, blank=True)  # wall time, as receivers rotate by theirs
    created_at = models.DateTimeField(default=clock.now)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=12, choices=DisabledReason.choices, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)  # the first failure after the last success
    failures_in_row = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)  # the circuit is open: nothing is tried before

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "is_test", "-id"], name="endpoint_newest")]

    def __str__(self) -> str:
        return self.url

    @property
    def is_enabled(self) -> bool:
        """Whether it is sent anything."""
        return self.disabled_at is None and self.deleted_at is None


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages, and moves of many at once."""

    def waiting(self) -> "MessageQuerySet":
        """Those that are to be delivered and that no worker has in hand."""
        return self.filter(status=MessageStatus.PENDING, lane=0)

    def move_to(self, status: MessageStatus, **changes: Any) -> int:
        """Move all of them that may make the move. Returns how many: whoever holds one of them loses the race."""
        before = [known for known, after in MOVES.items() if status in after]
        return self.filter(status__in=before, lane=0).update(status=status, version=F("version") + 1, **changes)


class Message(VersionedRecord):
    """One event on its way to one endpoint: the body as it is signed and sent, and how far it is."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="messages")
    event_id = models.UUIDField()  # of the event log; sorts messages of one order
    order_id = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=64)
    body = models.TextField()  # JSON; its UTF-8 bytes are what is signed
    status = models.CharField(max_length=10, choices=MessageStatus.choices, default=MessageStatus.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)  # in vain, since it was written or replayed
    attempts_made = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    lane = models.PositiveSmallIntegerField(default=0)  # in which a worker has it in hand; 0: none has
    leased_until = models.DateTimeField(null=True, blank=True)  # wall time
    created_at = models.DateTimeField(default=clock.now)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = MessageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="one_message_per_event"),
            models.UniqueConstraint(fields=["endpoint", "lane"], condition=Q(lane__gt=0), name="one_message_per_lane"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "next_attempt_at"], name="message_due"),
            models.Index(fields=["endpoint", "status", "next_attempt_at"], name="message_endpoint_due"),
            models.Index(fields=["endpoint", "-id"], name="message_newest"),
            models.Index(fields=["order_id", "endpoint"], name="message_order"),
            models.Index(fields=["created_at"], name="message_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M:%S}"

    @property
    def is_trial(self) -> bool:
        """A test event: tried once, and no sign of how the endpoint does."""
        return self.kind == TEST_KIND

    def move_to(self, status: MessageStatus, **changes: Any) -> None:
        """Make one move of the table, with whatever changes beside it. Raises IllegalMessageMove or Conflict."""
        check_move(MessageStatus(self.status), status)
        self.swap(status=status, lane=0, leased_until=None, **changes)


class Attempt(Record):
    """One try to deliver a message: what the endpoint answered, or why it did not."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now)
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=40, blank=True)
    duration_ms = models.PositiveIntegerField()
    answer = models.TextField(blank=True)  # its first 16 kB

    class Meta:
        indexes: ClassVar = [models.Index(fields=["message", "number"], name="attempt_number")]

    def __str__(self) -> str:
        return f"{self.number}: {self.status_code or self.error}"
