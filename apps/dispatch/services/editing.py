"""A fleet changes times and instructions of what it was asked for, as its connection allows: as its merchant would.

What may be changed until when is the orders' own table, so a fleet can do nothing that its merchant could not. It also
cannot make the merchant pay anything else: a time that has another price is the merchant's alone to ask for.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import FieldError, Invalid
from apps.dispatch.contact_times import sees_contacts
from apps.dispatch.errors import EditNotAllowed, LegTaken, PriceWouldChange
from apps.dispatch.executors import Executor
from apps.dispatch.leg_state import leg_state
from apps.dispatch.models import Assignment
from apps.dispatch.rights import rights_over
from apps.dispatch.services.within_reach import fleets_concerned, leg_in_reach
from apps.networks.lifecycle import Right
from apps.networks.models import Tariff
from apps.networks.tariffs.pricing import Rates, Trip, price_of
from apps.networks.tariffs.selectors import connected_fleets, platform_tariff, rates_of
from apps.orders.models import Leg
from apps.orders.selectors.hand_ons import live_hand_on
from apps.orders.services import OrderChanges, update_order
from apps.orders.tariffs import trip_of


@dataclass(frozen=True, slots=True)
class EditedLeg:
    """A leg after a change, and whether who changed it may see the people at its stops."""

    leg: Leg
    is_shown: bool


@atomic(rereads=3)
def edit_leg(*, executor: Executor, leg_id: UUID, changes: OrderChanges) -> EditedLeg:
    """Change times and instructions of the order of a leg that the executor has, is offered, or is asked for.

    Raises LegNotFound, LegTaken with the state, EditNotAllowed, Invalid, PriceWouldChange, VersionChanged, or
    TooFarToChange.
    """
    leg, may_carry = leg_in_reach(executor, leg_id)
    concerned = fleets_concerned(executor, leg, may_carry)
    if not concerned:
        raise LegTaken(state=leg_state(leg))
    rights = {key: rights_over(leg, executor.fleets[key]) for key in sorted(concerned)}
    allowed = [key for key, each in rights.items() if Right.EDIT in each]
    fleet_id = min(allowed, key=lambda key: Right.SEE not in rights[key], default=None)
    if fleet_id is None:
        raise EditNotAllowed
    is_shown = _sees_contacts(leg, rights[fleet_id])
    _check_ends(leg, changes, is_shown=is_shown)
    was_ready_at = leg.ready_at
    update_order(order_id=leg.order_id, changes=replace(changes, fleet_id=fleet_id))
    edited = Leg.objects.select_related("order__organisation", "zone").prefetch_related("order__parcels").get(pk=leg_id)
    if edited.organisation_id not in executor.organisation_ids and edited.ready_at != was_ready_at:
        _check_same_price(edited, was_ready_at)
    return EditedLeg(edited, is_shown)


def _sees_contacts(leg: Leg, rights: frozenset[Right]) -> bool:
    """As everywhere: with a courier of its own who has it, or had it until a while ago; before that by the right."""
    if leg.courier_id is None:
        return Right.SEE in rights
    held = Assignment.objects.filter(leg=leg, courier_id=leg.courier_id).order_by("-epoch").first()
    return held is not None and sees_contacts(held, clock.now())


def _check_ends(leg: Leg, changes: OrderChanges, *, is_shown: bool) -> None:
    """A hub's times and instructions are not the order's; and what somebody cannot read they do not write over."""
    ends = (("pickup", leg.pickup_hub_id, changes.pickup), ("dropoff", leg.dropoff_hub_id, changes.dropoff))
    at_hub = [place for place, hub_id, wanted in ends if hub_id and wanted]
    if at_hub:
        message = "This end of the leg is a hub: the order's own stop is another leg's."
        raise Invalid(fields=tuple(FieldError(place, "at_hub", message) for place in at_hub))
    if not is_shown and any("instructions" in wanted for _, _, wanted in ends):
        raise EditNotAllowed("Instructions are changed by who sees them.")


def _check_same_price(leg: Leg, was_ready_at: datetime) -> None:
    """By the tariffs of everybody who might be paid for it: nobody knows yet who will. All of them count peak hours."""
    now = trip_of(leg)
    before = replace(now, at=was_ready_at)
    if any(_costs(now, rates) != _costs(before, rates) for rates in _rates_in_question(leg)):
        raise PriceWouldChange


def _costs(trip: Trip, rates: Rates) -> int:
    return price_of(trip, rates).gross_cents


def _rates_in_question(leg: Leg) -> list[Rates]:
    hand_on = live_hand_on(leg.pk)
    payers = {leg.organisation_id, hand_on.executor_id} if hand_on else {leg.organisation_id}
    agreed = [fleet.tariff.rates for payer in sorted(payers) for fleet in connected_fleets(payer)]
    priced_by = Tariff.objects.filter(pk=leg.order.tariff_id) if leg.order.tariff_id else []
    return [platform_tariff().rates, *agreed, *(rates_of(tariff) for tariff in priced_by)]
