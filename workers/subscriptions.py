"""Which event leads to which tasks: the whole reaction map on one screen.

To add a reaction: a line here and a task in the file of its queue. Delivery is at least once, so tasks are idempotent.
What other systems are told stands in `apps.webhooks.catalogue`: the relay itself writes those messages, since the
database is their queue.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.core.events import DomainEvent
from apps.couriers.events import DutyChanged
from apps.dispatch.events import FleetOfferEnded, FleetRefused, OfferEnded
from apps.orders.events import (
    LegHandedOn,
    LegHandOnEnded,
    LegMoved,
    LegPinned,
    OrderCancelled,
    OrderPlaced,
    OrderUpdated,
)
from apps.orders.lifecycle import LegStatus
from apps.webhooks.events import EndpointTestRequested

_FREES_A_COURIER_OR_A_LEG = frozenset(
    {LegStatus.OPEN, LegStatus.DELIVERED, LegStatus.FAILED, LegStatus.CANCELLED, LegStatus.RETURNED}
)
PLAN_ZONE = "dispatch.plan_zone"
_CONCERNS_MONEY = frozenset({LegStatus.PICKED_UP, LegStatus.DELIVERED, LegStatus.RETURNED})


def _always(event: Any) -> bool:  # noqa: ARG001 - the default of `when`
    return True


@dataclass(frozen=True, slots=True)
class Reaction:
    """A task to send: its arguments are the event's fields of these names."""

    task: str
    arguments: tuple[str, ...]
    when: Callable[[Any], bool] = _always


def _plan(when: Callable[[Any], bool] = _always) -> Reaction:
    return Reaction(PLAN_ZONE, ("zone_id",), when)


def _settle(when: Callable[[Any], bool] = _always) -> Reaction:
    return Reaction("maintenance.settle_order", ("order_id",), when)


SUBSCRIPTIONS: dict[type[DomainEvent], tuple[Reaction, ...]] = {
    OrderPlaced: (_plan(),),
    OrderUpdated: (_plan(lambda event: event.moves_plans), Reaction("dispatch.tell_of_change", ("order_id",))),
    OrderCancelled: (Reaction("dispatch.release_ended", ("order_id",)), _settle()),
    LegMoved: (
        _plan(lambda event: event.after in _FREES_A_COURIER_OR_A_LEG),
        _settle(lambda event: event.after in _CONCERNS_MONEY),
    ),
    LegPinned: (_plan(),),
    LegHandedOn: (_plan(),),
    LegHandOnEnded: (_plan(),),
    OfferEnded: (_plan(),),
    FleetOfferEnded: (_plan(),),
    FleetRefused: (_plan(),),
    EndpointTestRequested: (Reaction("webhooks.deliver_to", ("endpoint_id",)),),
    DutyChanged: (_plan(lambda event: event.zone_id is not None),),
}


def reactions_to(event: DomainEvent) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """The tasks that an event asks for, each with its arguments as text, ready to be sent once."""
    return [
        (reaction.task, tuple((name, str(getattr(event, name))) for name in reaction.arguments))
        for reaction in SUBSCRIPTIONS.get(type(event), ())
        if reaction.when(event)
    ]
