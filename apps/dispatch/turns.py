"""Whose turn it is: a merchant's own fleets before connected ones, those before fleets that are open to all.

Within a rank couriers whom the planner knows go before a fleet that must be asked: it answers for them at once.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from apps.dispatch.eligibility import Networks, eligible_fleets
from apps.orders.models import Order


class Rank(IntEnum):
    """How near a fleet is to a merchant: the lower, the earlier it is asked."""

    OWN = 0
    CONNECTED = 1
    OPEN = 2


def rank_of(fleet_id: UUID, order: Order, networks: Networks) -> Rank:
    """The rank of a fleet that may carry the order."""
    if fleet_id in networks.owned_by.get(order.organisation_id, frozenset()):
        return Rank.OWN
    return Rank.OPEN if fleet_id in networks.open_fleets else Rank.CONNECTED


@dataclass(frozen=True, slots=True)
class FleetsAsked:
    """The fleets with a dispatch of their own that serve a zone, and what they were asked already."""

    external: frozenset[UUID] = frozenset()
    answered: dict[UUID, dict[UUID, bool]] = field(default_factory=dict)
    """Leg -> fleet that declined it or let it run out -> whether that is long enough ago to ask again."""
    waiting: Counter[UUID] = field(default_factory=Counter)
    """Fleet -> its live offers: among equals the one with the fewest is asked."""

    def may_carry(self, leg_id: UUID, order: Order, networks: Networks, at: datetime) -> frozenset[UUID]:
        """The fleets that may carry the leg now. An external one that declined is not "on duty" for it any more."""
        declined = frozenset(self.answered.get(leg_id, {}))
        if declined & networks.on_duty:
            networks = replace(networks, on_duty=networks.on_duty - declined)
        return eligible_fleets(order, networks, at=at)

    def next_fleet(
        self, leg_id: UUID, order: Order, networks: Networks, *, at: datetime, planned: Rank | None
    ) -> UUID | None:
        """The fleet to ask for a leg now, None for nobody.

        `planned` is the rank of the courier who has the leg in the plan; None when nobody has. Then a fleet that said
        no a while ago is asked again, once all others have.
        """
        fleets = self.may_carry(leg_id, order, networks, at) & self.external
        said_no = self.answered.get(leg_id, {})
        turns = {fleet: rank_of(fleet, order, networks) for fleet in fleets}
        if planned is not None:
            turns = {fleet: rank for fleet, rank in turns.items() if rank < planned}
        fresh = [fleet for fleet in turns if fleet not in said_no]
        again = [fleet for fleet in turns if said_no.get(fleet)] if planned is None and not fresh else []
        return min(fresh or again, key=lambda fleet: (turns[fleet], self.waiting[fleet], fleet), default=None)
