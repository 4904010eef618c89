"""Tables of billing: handovers, statements, charges, and how far the event log was read."""

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models

from apps.core import clock
from apps.core.db import Record, VersionedRecord
from apps.core.money import Money

MONTH = "%Y-%m"


class ChargeKind(models.TextChoices):
    """What is paid for."""

    DELIVERY = "delivery"
    RETURN = "return"  # brought back instead: the way was ridden all the same
    CANCELLATION = "cancellation"


class Handover(Record):
    """The parcels of a leg went on board of another organisation's fleet: by which terms it is charged in the end.

    Written at the pickup, so that a tariff agreed while a courier is under way does not change what this leg costs.
    A leg that was handed on has two: its merchant owes the fleet that handed it on, and that fleet's owner the other.
    """

    leg = models.ForeignKey("orders.Leg", on_delete=models.PROTECT, related_name="+")
    orderer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    fleet = models.ForeignKey("couriers.Fleet", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("networks.Connection", null=True, on_delete=models.PROTECT, related_name="+")
    tariff = models.ForeignKey("networks.Tariff", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["leg", "orderer"], name="one_handover_per_leg_and_orderer")
        ]

    def __str__(self) -> str:
        return f"{self.leg} to {self.fleet}"


class Statement(Record):
    """What one organisation owes another for a month, over a connection or, where it is NULL, to its open fleets.

    The month is that of the executor's time zone, who issues it: both sides read the same sum.
    """

    key = models.CharField(max_length=160, unique=True)  # all of the below in one: NULLs are no reason for a second one
    connection = models.ForeignKey("networks.Connection", null=True, on_delete=models.PROTECT, related_name="+")
    orderer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    executor = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)  # 2026-06
    currency = models.CharField(max_length=3)
    is_test = models.BooleanField(default=False)  # of robots' deliveries: nobody pays it

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["orderer", "month", "-id"], name="statement_orderer"),
            models.Index(fields=["executor", "month", "-id"], name="statement_executor"),
            models.Index(fields=["connection", "month"], name="statement_connection"),
        ]

    def __str__(self) -> str:
        return f"{self.month}: {self.orderer} to {self.executor}"

    @property
    def is_closed(self) -> bool:
        """Whether its month is over."""
        return month_of(clock.now(), self.executor.time_zone) > self.month


class Charge(Record):
    """What is owed for one leg. Who owes it to whom, and over which connection, is on its statement.

    `orderer` is there once more for the unique index: one charge of a kind for a leg and whoever owes it.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="charges")
    orderer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    leg = models.ForeignKey("orders.Leg", on_delete=models.PROTECT, related_name="+")
    fleet = models.ForeignKey("couriers.Fleet", on_delete=models.PROTECT, related_name="+")
    tariff = models.ForeignKey("networks.Tariff", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=ChargeKind.choices)
    lines = models.JSONField()
    net_cents = models.PositiveIntegerField()
    tax_cents = models.PositiveIntegerField()
    gross_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()  # when the leg ended

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["leg", "kind", "orderer"], name="one_charge_per_leg_kind_and_orderer")
        ]
        indexes: ClassVar = [models.Index(fields=["statement", "-id"], name="charge_statement_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.gross}"

    @property
    def is_handed_on(self) -> bool:
        """Whether somebody else than the order's merchant owes it. Reads the order."""
        return self.orderer_id != self.order.organisation_id

    @property
    def gross(self) -> Money:
        """What is paid for it."""
        return Money(self.gross_cents, self.currency)


class LogPosition(VersionedRecord):
    """How far the event log was read for charges: whatever a lost message left behind is found from there."""

    reader = models.CharField(max_length=20, unique=True)
    event_id = models.UUIDField()  # the last one that was read

    def __str__(self) -> str:
        return f"{self.reader} at {self.event_id}"


def month_of(moment: datetime, time_zone: str) -> str:
    """The month of a moment in a time zone, `2026-06`; such texts sort by time."""
    return moment.astimezone(ZoneInfo(time_zone)).strftime(MONTH)
