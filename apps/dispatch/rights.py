"""What a fleet may do with a leg that it is asked for, by the connections over which it is."""

from apps.couriers.models import Fleet
from apps.networks.lifecycle import Right
from apps.networks.selectors import rights_of
from apps.orders.models import Leg
from apps.orders.selectors.hand_ons import live_hand_on

ALL = frozenset(Right)


def rights_over(leg: Leg, fleet: Fleet) -> frozenset[Right]:
    """The rights of a fleet over a leg: all of a merchant's own; those of its connection; and of what was handed on to
    it, those that both connections carry, except that it may always refuse it.
    """
    if fleet.organisation_id == leg.organisation_id:
        return ALL
    hand_on = live_hand_on(leg.pk)
    if hand_on is None or hand_on.to_fleet_id != fleet.pk:
        return rights_of(leg.organisation_id, fleet.pk)
    is_own = hand_on.executor_id == leg.organisation_id
    first = ALL if is_own else rights_of(leg.organisation_id, hand_on.from_fleet_id)
    return (first & rights_of(hand_on.executor_id, fleet.pk)) | {Right.REJECT}
