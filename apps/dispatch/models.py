"""Tables of dispatch: offers, assignments, refusals, learned figures."""

from typing import ClassVar

from django.db import models

from apps.core import clock
from apps.core.db import Record
from apps.dispatch.lifecycle import AssignedBy, AssignmentEnd, OfferStatus


class Offer(Record):
    """A leg proposed to one courier until a deadline, on the platform's clock."""

    leg = models.ForeignKey("orders.Leg", on_delete=models.CASCADE, related_name="offers")
    courier = models.ForeignKey("couriers.Courier", on_delete=models.CASCADE, related_name="offers")
    status = models.CharField(max_length=12, choices=OfferStatus.choices, default=OfferStatus.LIVE)
    payout_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=80, blank=True)  # of a decline
    why = models.JSONField(default=dict)
    offered_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["leg"], condition=models.Q(status="live"), name="one_live_offer_per_leg")
        ]
        indexes: ClassVar = [
            models.Index(fields=["courier", "status"], name="offer_courier_status"),
            models.Index(fields=["status", "expires_at"], name="offer_due"),
        ]

    def __str__(self) -> str:
        return f"{self.leg} to {self.courier}: {self.status}"


class FleetOffer(Record):
    """A leg proposed to a fleet with a dispatch of its own, until a deadline on the platform's clock.

    It moves the leg to `offered` as an offer to a courier does, so a leg has one live offer of either kind, or none.
    """

    leg = models.ForeignKey("orders.Leg", on_delete=models.CASCADE, related_name="fleet_offers")
    fleet = models.ForeignKey("couriers.Fleet", on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=12, choices=OfferStatus.choices, default=OfferStatus.LIVE)
    payout_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=80, blank=True)  # of a decline or a withdrawal
    assignment_id = models.UUIDField(null=True, blank=True)  # what accepting it led to
    offered_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["leg"], condition=models.Q(status="live"), name="one_live_fleet_offer_per_leg"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["fleet", "status", "-id"], name="fleet_offer_newest"),
            models.Index(fields=["status", "expires_at"], name="fleet_offer_due"),
        ]

    def __str__(self) -> str:
        return f"{self.leg} to {self.fleet}: {self.status}"

    @property
    def is_open(self) -> bool:
        """Whether it can be accepted at this moment, swept already or not."""
        return self.status == OfferStatus.LIVE and self.expires_at > clock.now()

    def move_to(self, status: OfferStatus, *, reason: str = "") -> bool:
        """End it. False when it is not live any more: somebody was faster."""
        live = FleetOffer.objects.filter(pk=self.pk, status=OfferStatus.LIVE)
        if not live.update(status=status, reason=reason, ended_at=clock.now()):
            return False
        self.status, self.reason = status, reason
        return True


class Assignment(Record):
    """The link between a leg and the courier who has it. Ended ones are kept: they are the history of who had it."""

    leg = models.ForeignKey("orders.Leg", on_delete=models.CASCADE, related_name="assignments")
    courier = models.ForeignKey("couriers.Courier", on_delete=models.PROTECT, related_name="assignments")
    fleet_id = models.UUIDField(null=True)  # of the courier when they got it: its owner's lists need no join
    epoch = models.PositiveIntegerField()  # of the leg: an action with another one is refused
    is_live = models.BooleanField(default=True)
    assigned_by = models.CharField(max_length=12, choices=AssignedBy.choices)
    why = models.JSONField(default=dict)  # cost of this courier and of the next three, in minutes
    pickup_place = models.PositiveIntegerField()  # places in the courier's route: stops are done in this order
    dropoff_place = models.PositiveIntegerField()
    expected_pickup_at = models.DateTimeField(null=True, blank=True)
    expected_dropoff_at = models.DateTimeField(null=True, blank=True)
    payout_cents = models.PositiveIntegerField(null=True, blank=True)  # promised when it was given; None: nothing was
    currency = models.CharField(max_length=3, blank=True)
    assigned_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=16, choices=AssignmentEnd.choices, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["leg"], condition=models.Q(is_live=True), name="one_live_assignment_per_leg"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["courier", "is_live"], name="assignment_courier_live"),
            models.Index(fields=["fleet_id", "-id"], name="assignment_fleet_newest"),
            models.Index(fields=["courier", "ended_at"], name="assignment_courier_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.leg} with {self.courier}"


class ProgressReport(Record):
    """What a fleet's system reported of a leg, under the id that it gave the report: sent twice, it counts once."""

    fleet_id = models.UUIDField()
    client_id = models.UUIDField()
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="reports")
    action = models.CharField(max_length=16)
    device_time = models.DateTimeField()
    received_at = models.DateTimeField(default=clock.now)
    state = models.JSONField()  # of the leg after it, as it was answered the first time

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["fleet_id", "client_id"], name="one_report_per_client_id")
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.assignment_id}"


class FleetRefusal(Record):
    """A fleet will not carry an order that it was asked for: it is not asked again."""

    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="+")
    fleet = models.ForeignKey("couriers.Fleet", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=80)
    refused_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "fleet"], name="one_refusal_per_order_and_fleet")
        ]

    def __str__(self) -> str:
        return f"{self.order} refused by {self.fleet}"


class FigureKind(models.TextChoices):
    """What is learned about a zone."""

    DEMAND = "demand"
    SERVICE = "service"
    PREPARATION = "preparation"
    TRAVEL = "travel"


class LearnedFigure(Record):
    """One figure learned from what happened, in place of a constant when there is enough behind it.

    `key` by kind: demand `weekday/13` (orders an hour), service `pickup` (seconds), preparation `48.86000,2.35000`
    (seconds, by pickup place), travel `08/bike` (a factor on every ride, by local hour and kind of vehicle).
    """

    zone = models.ForeignKey("zones.Zone", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=FigureKind.choices)
    key = models.CharField(max_length=40)
    value = models.FloatField()
    spread = models.FloatField()  # in the unit of the value: how far single samples lie from each other
    samples = models.PositiveIntegerField()
    days = models.PositiveSmallIntegerField()  # on how many days they were taken
    learned_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["zone", "kind", "key"], name="one_figure_per_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.value:g}"
