"""Write down that hand-ons are over: eligibility knows it already, the history and the two sides are told here.

The leg's version moves on with it, so a commitment to the other fleet that was decided upon before fails.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.dispatch.eligibility import hand_on_ends_as
from apps.dispatch.networks import Networks
from apps.orders.lifecycle import HandOnEnd, LegStatus
from apps.orders.models import HandOn, Leg
from apps.orders.selectors.hand_ons import live_hand_on
from apps.orders.services import end_hand_on

logger = logging.getLogger(__name__)
_ENDS_WITH_LEG = {
    LegStatus.DELIVERED: HandOnEnd.DONE,
    LegStatus.RETURNED: HandOnEnd.DONE,
    LegStatus.CANCELLED: HandOnEnd.CANCELLED,
}


def end_those_over(legs: Iterable[Leg], networks: Networks, *, at: datetime) -> int:
    """End what is over of open legs, as they were read. Returns how many were ended; those have another version now.

    Not for what is in a kept tour: the other fleet has planned for it, and its courier sets out when it is time.
    """
    ended = 0
    for leg in legs:
        hand_on = networks.hand_ons.get(leg.pk)
        end = hand_on_ends_as(hand_on, leg, networks, at=at) if hand_on else None
        if hand_on is None or end is None:
            continue
        try:
            ended += _end(hand_on, leg, end)
        except Conflict as error:
            logger.info("Leg %s went elsewhere before its hand-on was ended: %s", leg.pk, error)
    return ended


@atomic(rereads=3)
def end_if_over(leg_id: UUID) -> None:
    """The same for one leg, read now. Nothing happens to one that somebody has or is offered."""
    leg = Leg.objects.select_related("order").filter(pk=leg_id, status=LegStatus.OPEN).first()
    hand_on = live_hand_on(leg_id) if leg else None
    if leg is None or hand_on is None:
        return
    end = hand_on_ends_as(hand_on, leg, Networks.in_zone(leg.zone_id, [leg]), at=clock.now())
    if end:
        _end(hand_on, leg, end)


@atomic
def give_elsewhere(leg: Leg, hand_on: HandOn | None, fleet_id: UUID) -> None:
    """A leg is given to a courier of some other fleet by hand: with the one that it was handed on to it is no more."""
    if hand_on and hand_on.to_fleet_id != fleet_id:
        end_hand_on(hand_on, leg, end=HandOnEnd.GIVEN_ELSEWHERE)


def end_those_of_ended_legs(*, order_id: UUID | None = None, limit: int = 500) -> int:
    """End the hand-ons of legs that were carried, or cancelled. Returns how many."""
    live = HandOn.objects.filter(is_live=True, leg__status__in=list(_ENDS_WITH_LEG)).select_related("leg")
    if order_id:
        live = live.filter(leg__order_id=order_id)
    return sum(
        end_hand_on(hand_on, hand_on.leg, end=_ENDS_WITH_LEG[LegStatus(hand_on.leg.status)])
        for hand_on in list(live[:limit])
    )


@atomic
def _end(hand_on: HandOn, leg: Leg, end: HandOnEnd) -> bool:
    leg.swap()
    return end_hand_on(hand_on, leg, end=end)
