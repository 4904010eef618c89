"""Whose turn it is: a merchant's own fleets before connected ones, those by priority, and these before open ones.

Within a rank couriers whom the planner knows go before a fleet that must be asked: it answers for them at once.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.dispatch.networks import Networks
from apps.orders.models import Leg, Order

ASK_AGAIN_AFTER = timedelta(minutes=3)  # who declined a leg may be asked again, when nobody else is left


def rank_of(fleet_id: UUID, order: Order, networks: Networks) -> int:
    """How near a fleet is to the merchant: 0 own, then one rank for each wave of connected ones, then the open ones.

    An open fleet that is connected too has the rank of its connection.
    """
    nearer = (networks.own(order.organisation_id), *networks.waves.get(order.organisation_id, ()))
    return next((rank for rank, fleets in enumerate(nearer) if fleet_id in fleets), len(nearer))


@dataclass(frozen=True, slots=True)
class Turns:
    """Whose turn it is at one moment among fleets with a dispatch of their own."""

    networks: Networks
    at: datetime
    waiting: Counter[UUID]
    """Fleet -> its live offers: among equals the one with the fewest is asked."""

    def rank_of(self, fleet_id: UUID, order: Order) -> int:
        """As above."""
        return rank_of(fleet_id, order, self.networks)

    def next_fleet(self, leg: Leg, asked: frozenset[UUID], *, planned: int | None) -> UUID | None:
        """The fleet to offer a leg to now, of those that are asked to carry it; None for nobody.

        `planned` is the rank of the courier who has the leg in the plan; None when nobody has. Then a fleet that said
        no a while ago is asked again, once all others have.
        """
        turns = {fleet: self.rank_of(fleet, leg.order) for fleet in asked & self.networks.external}
        if planned is not None:
            turns = {fleet: rank for fleet, rank in turns.items() if rank < planned}
        said_no = self.networks.passed.get(leg.pk, {})
        choice = [fleet for fleet in turns if fleet not in said_no]
        if planned is None and not choice:
            choice = [fleet for fleet in turns if self.at - said_no[fleet].asked_at > ASK_AGAIN_AFTER]
        return min(choice, key=lambda fleet: (turns[fleet], self.waiting[fleet], fleet), default=None)
