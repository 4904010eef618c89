"""Which fleets may carry an order, by its network policy, and which of them are asked at a moment.

Fleets are asked in rounds: with `own_first` the merchant's own, then those connected to it, wave by wave in the order
of their priorities, then open ones; each round besides those before it. Nothing is kept of it: times, refusals,
offers and who is on duty say which round it is, so all who ask get the same answer.

A leg that was handed on is for the fleet that it was handed on to, for as long as a round, and for nobody else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.couriers.models import Fleet
from apps.dispatch.errors import FleetNotConnected
from apps.dispatch.networks import NOBODY, Networks
from apps.networks.selectors import is_connected
from apps.orders.lifecycle import HandOnEnd
from apps.orders.models import HandOn, Leg, NetworkPolicy, Order

__all__ = [
    "Asked",
    "Networks",
    "asked",
    "carriers",
    "check_connected",
    "eligible_fleets",
    "first_asked",
    "hand_on_ends_as",
    "may_begin",
]

OWN_ONLY_FOR = timedelta(minutes=5)  # how long a merchant's own fleets are asked alone
WAVE_LASTS = timedelta(minutes=3)  # how long connected fleets of one priority are asked before those of the next
ASKED_BEFORE_READY = timedelta(minutes=10)  # rounds of what was booked ahead begin when somebody would set out for it
BEFORE_SLOT = timedelta(minutes=45)  # as early as the tick has it picked up for a slot


@dataclass(frozen=True, slots=True)
class Round:
    """Fleets that are asked together, and how long they have before others are asked too."""

    fleets: frozenset[UUID]
    lasts: timedelta = WAVE_LASTS


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked to carry a leg at a moment."""

    fleets: frozenset[UUID]
    has_somebody: bool
    """Whether any of them has somebody on duty, or answers for itself and has not said no."""
    nobody_accepted: bool
    """Whether connected fleets were asked, and everybody who was has had their time, or refused."""


def eligible_fleets(leg: Leg, networks: Networks, *, at: datetime) -> frozenset[UUID]:
    """The fleets that may carry the leg at this moment: those asked so far. Needs its order at hand."""
    return asked(leg, networks, at=at).fleets


def asked(leg: Leg, networks: Networks, *, at: datetime) -> Asked:
    """Who is asked at this moment. A round with nobody on duty, or in which all refused, is over at once."""
    hand_on = networks.hand_ons.get(leg.pk)
    if hand_on and hand_on_ends_as(hand_on, leg, networks, at=at) is None:
        only = hand_on.to_fleet_id
        return Asked(frozenset({only}), has_somebody=networks.may_answer(leg, only), nobody_accepted=False)
    fleets, begins, opens = NOBODY, _asked_from(leg), _asked_from(leg)
    was_asked = False
    for step in _rounds(leg.order, networks):
        if was_asked and at < opens:
            return Asked(_without_refusals(fleets, leg, networks), has_somebody=True, nobody_accepted=False)
        fleets |= step.fleets
        there = [key for key in step.fleets if key in networks.on_duty]
        if there:
            was_asked = True
            opens = _ends(step, there, leg, networks, opens=opens, begins=begins)
    left = _without_refusals(fleets, leg, networks)
    is_over = was_asked and at >= opens and _asks_connected(leg.order, networks)
    return Asked(left, has_somebody=any(networks.may_answer(leg, key) for key in left), nobody_accepted=is_over)


def first_asked(leg: Leg, networks: Networks) -> frozenset[UUID]:
    """The fleets of the first round in which somebody may take it, however late it is: what is planned ahead is for
    them, and the tick asks the others for what they leave."""
    if handed_on := _handed_on(leg, networks):
        return handed_on
    fleets = NOBODY
    for step in _rounds(leg.order, networks):
        fleets |= step.fleets
        if any(key in networks.on_duty and networks.said_no_at(leg, key) is None for key in step.fleets):
            break
    return _without_refusals(fleets, leg, networks)


def carriers(leg: Leg, networks: Networks) -> frozenset[UUID]:
    """All fleets that the policy allows, whenever they are asked, without those that refused."""
    if handed_on := _handed_on(leg, networks):
        return handed_on
    fleets = NOBODY.union(*(step.fleets for step in _rounds(leg.order, networks)))
    return _without_refusals(fleets, leg, networks)


def hand_on_ends_as(hand_on: HandOn, leg: Leg, networks: Networks, *, at: datetime) -> HandOnEnd | None:
    """How a hand-on of a leg that nobody has is over at this moment, written already or not; None while it holds.

    The fleet has the time of a round, from when the leg's rounds begin.
    """
    fleet_id = hand_on.to_fleet_id
    if fleet_id in networks.refused.get(leg.order_id, {}):
        return HandOnEnd.REFUSED
    if not _are_connected(hand_on, leg, networks):
        return HandOnEnd.NOT_CONNECTED
    is_there, begins = fleet_id in networks.on_duty, max(hand_on.handed_on_at, _asked_from(leg))
    said_no_at = networks.asked_last_at(leg, fleet_id) if is_there else None
    if said_no_at and said_no_at >= hand_on.handed_on_at:
        return HandOnEnd.NOBODY_TOOK_IT
    if at < begins:
        return None
    if not is_there:
        return HandOnEnd.NOBODY_ON_DUTY
    return HandOnEnd.NOBODY_TOOK_IT if at >= begins + WAVE_LASTS else None


def may_begin(leg: Leg, fleet_id: UUID, networks: Networks, *, at: datetime) -> bool:
    """Whether a leg may be handed on to a fleet: somebody of it is there, or it is asked only later."""
    return at < _asked_from(leg) or fleet_id in networks.on_duty


def check_connected(leg: Leg, fleet: Fleet, hand_on: HandOn | None) -> None:
    """Raises FleetNotConnected when only a connection would let the fleet carry the leg, and there is none now; or when
    the leg was handed on to another fleet, or one of the two connections over which it was is not open now.

    Asked when work is given: a connection may be paused or ended between a plan and its commitment. Needs the order,
    and how the leg is handed on now.
    """
    order = leg.order
    if order.is_test:  # robots carry those
        return
    if hand_on is None:
        needs_none = fleet.is_open and order.network_policy != NetworkPolicy.CONNECTED
        if needs_none or _is_connected_now(order.organisation_id, fleet.organisation_id, fleet.pk):
            return
        raise FleetNotConnected
    if hand_on.to_fleet_id != fleet.pk:
        raise FleetNotConnected("This leg was handed on to another fleet.")
    first = _is_connected_now(order.organisation_id, hand_on.executor_id, hand_on.from_fleet_id)
    if not (first and is_connected(hand_on.executor_id, fleet.pk)):
        raise FleetNotConnected


def _is_connected_now(orderer_id: UUID, owner_id: UUID, fleet_id: UUID) -> bool:
    return owner_id == orderer_id or is_connected(orderer_id, fleet_id)


def _are_connected(hand_on: HandOn, leg: Leg, networks: Networks) -> bool:
    first = networks.are_connected(leg.organisation_id, hand_on.from_fleet_id)
    return first and networks.are_connected(hand_on.executor_id, hand_on.to_fleet_id)


def _handed_on(leg: Leg, networks: Networks) -> frozenset[UUID]:
    """The one fleet that it was handed on to, however late it is; nobody when it was not, or that fleet may not."""
    hand_on = networks.hand_ons.get(leg.pk)
    if hand_on is None or not _are_connected(hand_on, leg, networks):
        return NOBODY
    return _without_refusals(frozenset({hand_on.to_fleet_id}), leg, networks)


def _rounds(order: Order, networks: Networks) -> list[Round]:
    own = networks.own(order.organisation_id)
    waves = networks.waves.get(order.organisation_id, ())
    match NetworkPolicy(order.network_policy):
        case NetworkPolicy.OWN_ONLY:
            return [Round(own)]
        case NetworkPolicy.CONNECTED:
            return [Round(wave) for wave in waves]
        case NetworkPolicy.NAMED:
            named = frozenset(UUID(key) for key in order.fleet_ids)
            return [Round(named & own.union(networks.open_fleets, *waves))]
        case NetworkPolicy.ANY_OPEN:
            return [Round(own | networks.open_fleets)]
        case NetworkPolicy.OWN_FIRST:
            return [Round(own, OWN_ONLY_FOR), *map(Round, waves), Round(networks.open_fleets)]


def _asks_connected(order: Order, networks: Networks) -> bool:
    in_waves = order.network_policy in (NetworkPolicy.CONNECTED, NetworkPolicy.OWN_FIRST)
    return in_waves and bool(networks.waves.get(order.organisation_id))


def _asked_from(leg: Leg) -> datetime:
    """When the first round begins to count: from placing, or shortly before it can be picked up."""
    ready_at = leg.ready_at
    if leg.drop_from:
        ready_at = max(ready_at, min(leg.drop_from, leg.pickup_by or leg.drop_from) - BEFORE_SLOT)
    return max(leg.placed_at, ready_at - ASKED_BEFORE_READY)


def _ends(
    step: Round, there: list[UUID], leg: Leg, networks: Networks, *, opens: datetime, begins: datetime
) -> datetime:
    """When the next round is asked too: after this one's time, or when the last of those who are there said no."""
    time_is_up = max(opens, begins) + step.lasts
    said_no = [networks.said_no_at(leg, key) for key in there]
    moments = [moment for moment in said_no if moment is not None]
    return min(time_is_up, max(moments)) if len(moments) == len(there) else time_is_up


def _without_refusals(fleets: frozenset[UUID], leg: Leg, networks: Networks) -> frozenset[UUID]:
    return fleets - networks.refused.get(leg.order_id, {}).keys()
