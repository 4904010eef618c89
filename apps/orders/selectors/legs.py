"""A leg with its order: what every step of a courier, every assignment and every offer reads first."""

from uuid import UUID

from apps.core.known_queries import KnownRows
from apps.orders.errors import LegNotFound
from apps.orders.models import Leg

_legs = KnownRows(lambda key: Leg.objects.select_related("order").filter(pk=key))


def leg_with_order(leg_id: UUID) -> Leg:
    """The leg, with its order at hand. Raises LegNotFound."""
    leg = _legs.first(leg_id)
    if leg is None:
        raise LegNotFound
    return leg
