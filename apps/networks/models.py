"""Tables of networks: tariffs and connections."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from apps.core import clock
from apps.core.db import Record, VersionedRecord
from apps.networks.lifecycle import ConnectionStatus, Side, check_move


class Tariff(Record):
    """How a fleet's owner makes a price. Never changed but replaced: what was charged stays true."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    currency = models.CharField(max_length=3, default="EUR")
    base_cents = models.PositiveIntegerField()
    per_km_cents = models.PositiveIntegerField(default=0)
    weight_bands = models.JSONField(default=list)  # [{"up_to_g": 5000, "cents": 0}, ...], ascending; null: no limit
    zone_cents = models.JSONField(default=dict)  # {zone id: cents} on top in that zone
    peaks = models.JSONField(default=list)  # [{"from": "12:00", "to": "14:00", "days": [0, ..., 6], "cents": 80}, ...]
    tax_basis_points = models.PositiveIntegerField(default=0)  # 2000 is 20 %, on top of all lines
    created_at = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True, blank=True)
    replaced_by_id = models.UUIDField(null=True, blank=True)  # the tariff that took its place

    def __str__(self) -> str:
        return self.name


class Connection(VersionedRecord):
    """The link between an ordering organisation and a fleet that it does not own."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")  # who orders
    fleet = models.ForeignKey("couriers.Fleet", on_delete=models.PROTECT, related_name="+")
    executor = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")  # its owner
    invited_by = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=ConnectionStatus.choices, default=ConnectionStatus.INVITED)
    is_live = models.BooleanField(default=True)  # not ended
    priority = models.PositiveSmallIntegerField(default=100)  # the lowest is asked first
    rights = models.JSONField(default=list)  # of the executor, as `Right`
    tariff = models.ForeignKey(Tariff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    end_reason = models.CharField(max_length=80, blank=True)
    is_paused_by_orderer = models.BooleanField(default=False)  # each side has a switch of its own
    is_paused_by_executor = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(  # of other terms, which wait for the other side; NULL: none are proposed
        "accounts.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_rights = models.JSONField(default=list, blank=True)
    proposed_tariff = models.ForeignKey(Tariff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "fleet"],
                condition=models.Q(is_live=True),
                name="one_live_connection_per_fleet",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "is_live"], name="connection_orderer"),
            models.Index(fields=["executor", "is_live"], name="connection_executor"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} with {self.fleet}: {self.status}"

    def side_of(self, organisation_id: UUID) -> Side:
        """Which side an organisation is that has a part in it."""
        return Side.ORDERER if organisation_id == self.organisation_id else Side.EXECUTOR

    @property
    def paused_by(self) -> list[Side]:
        """Who paused it, the one side or both."""
        flags = {Side.ORDERER: self.is_paused_by_orderer, Side.EXECUTOR: self.is_paused_by_executor}
        return [side for side, is_set in flags.items() if is_set]

    def move_to(self, wanted: ConnectionStatus, **changes: Any) -> None:
        """Change the status, if the table allows it. Raises IllegalConnectionMove or Conflict."""
        check_move(ConnectionStatus(self.status), wanted)
        self.swap(status=wanted, is_live=wanted != ConnectionStatus.ENDED, **changes)
