"""Everything about one order, for the drawer of the board."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts.principals import Principal
from apps.core import clock
from apps.core.ids import public_id
from apps.couriers.models import Courier
from apps.dashboard import words
from apps.dashboard.selectors.audience import board_order, dispatches_somewhere, may_dispatch
from apps.dashboard.selectors.history import HistoryLine, history_lines
from apps.dashboard.selectors.proofs import StopProofs, proofs_at_stops
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.networks.contacts import Part, contacts_are_shown
from apps.orders.lifecycle import WAITING, LegStatus, current_leg
from apps.orders.models import Leg, Order, Parcel

UNASSIGNABLE = frozenset({LegStatus.ASSIGNED, LegStatus.AT_PICKUP})  # the parcels are still at the pickup
ASSIGNABLE = WAITING | UNASSIGNABLE
_BY = {
    AssignedBy.PLANNER: "Chosen by the planner",
    AssignedBy.COURIER: "Accepted by the courier",
    AssignedBy.DISPATCHER: "Assigned by hand",
}


@dataclass(frozen=True, slots=True)
class StopView:
    """One end of the order, or its hub. Contact, phone and instructions are empty for those who have no part in it."""

    kind: str
    address: str
    contact_name: str
    phone: str
    instructions: str
    promised_at: datetime
    expected_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A courier in the reasons of an assignment: what giving it to them would cost, in minutes."""

    name: str
    cost_min: float
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Why:
    """Why this courier: who decided, and the costs that were compared, chosen one first."""

    decided: str
    choices: list[Choice]

    @property
    def highest_min(self) -> float:
        """The dearest of them: the length of the longest bar."""
        return max((choice.cost_min for choice in self.choices), default=0.0)


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """One order as the drawer shows it."""

    id: str
    order: Order
    leg: Leg
    status_word: str
    state: str
    attention: str
    note: str
    stops: list[StopView]
    proofs: list[StopProofs]
    parcels: list[Parcel]
    price_lines: list[dict[str, Any]]
    courier: Courier | None
    courier_id: str
    why: Why | None
    history: list[HistoryLine]
    may_assign: bool
    may_unassign: bool
    time_zone: str


def order_detail(principal: Principal, order_id: UUID) -> OrderDetail:
    """One order that the principal may see. Raises OrderNotFound. A fixed number of queries."""
    order = board_order(principal, order_id)
    legs = list(order.legs.select_related("courier__fleet", "courier__vehicle").order_by("sequence"))
    leg = legs[current_leg([LegStatus(each.status) for each in legs])]
    courier, assignment = leg.courier, _assignment(leg)
    has_part = _has_part(principal, order, courier)
    shows_contacts = _shows_contacts(principal, order, assignment, has_part=has_part)
    parcels = list(order.parcels.order_by("pk"))
    movable = courier is None or may_dispatch(principal, courier.fleet.organisation_id)
    return OrderDetail(
        id=public_id("ord", order.pk),
        order=order,
        leg=leg,
        status_word=words.STATUS[leg.status],
        state=words.state_of(leg.status),
        attention=words.reason(order.attention_reason) or "Look at this order" if order.needs_attention else "",
        note=words.reason(leg.unassigned_reason) if leg.status == LegStatus.OPEN else "",
        stops=_stops(order, legs, leg, assignment, shows_contacts=shows_contacts),
        proofs=proofs_at_stops(principal, order, legs, parcels, names_people=shows_contacts),
        parcels=parcels,
        price_lines=order.price_lines,
        courier=courier if has_part else None,
        courier_id=public_id("cou", courier.pk) if courier and _follows(principal, courier) else "",
        why=_why(assignment, principal) if assignment and has_part else None,
        history=history_lines(order.pk, principal, named=[courier.pk] if courier and has_part else []),
        may_assign=leg.status in ASSIGNABLE and movable and dispatches_somewhere(principal),
        may_unassign=leg.status in UNASSIGNABLE and courier is not None and movable,
        time_zone=order.zone.time_zone,
    )


def _has_part(principal: Principal, order: Order, courier: Courier | None) -> bool:
    """Whether the principal ordered it or carries it: others see no name and no phone number."""
    return (
        principal.sees_all
        or order.organisation_id in principal.organisation_ids
        or (courier is not None and _follows(principal, courier))
    )


def _shows_contacts(principal: Principal, order: Order, assignment: Assignment | None, *, has_part: bool) -> bool:
    """Of those who have a part in it, who carried it sees people's names and numbers for a while only."""
    if principal.sees_all or order.organisation_id in principal.organisation_ids:
        return True
    part = Part(accepted_at=assignment.assigned_at if assignment else None, ended_at=order.ended_at)
    return has_part and contacts_are_shown(part, (), at=clock.now())


def _follows(principal: Principal, courier: Courier) -> bool:
    return principal.sees_all or courier.fleet.organisation_id in principal.organisation_ids


def _assignment(leg: Leg) -> Assignment | None:
    """Its live assignment, or how the last one was."""
    if leg.courier_id is None:
        return None
    return Assignment.objects.filter(leg_id=leg.pk, courier_id=leg.courier_id).order_by("-epoch").first()


def _stops(
    order: Order, legs: list[Leg], leg: Leg, assignment: Assignment | None, *, shows_contacts: bool
) -> list[StopView]:
    """The ends of the order and the hub between them; expected times are those of the leg that is under way."""
    expected = (assignment.expected_pickup_at, assignment.expected_dropoff_at) if assignment else (None, None)
    first, last = legs[0], legs[-1]
    ends = [
        ("Pickup", order.pickup, order.promised_pickup_at, expected[0] if leg is first else None, first.picked_up_at),
        ("Dropoff", order.dropoff, order.promised_dropoff_at, expected[1] if leg is last else None, last.delivered_at),
    ]
    if first.dropoff_hub_id:
        to_hub = expected[1] if leg is first else None
        ends.insert(1, ("Hub", order.hub or {}, first.due_at, to_hub, first.delivered_at))
    return [
        StopView(
            kind=kind,
            address=place.get("address", ""),
            contact_name=place.get("contact_name", "") if shows_contacts else "",
            phone=place.get("phone", "") if shows_contacts else "",
            instructions=place.get("instructions", "") if shows_contacts else "",
            promised_at=promised_at,
            expected_at=None if done_at else expected_at,
            done_at=done_at,
        )
        for kind, place, promised_at, expected_at, done_at in ends
    ]


def _why(assignment: Assignment, principal: Principal) -> Why:
    """Reads `{"cost_min": 12.3, "others": [{"courier_id": "...", "cost_min": 14.0}]}`; by hand there are no costs."""
    facts = assignment.why if isinstance(assignment.why, dict) else {}
    costs = [(str(assignment.courier_id), facts["cost_min"], True)] if "cost_min" in facts else []
    costs += [(str(other["courier_id"]), other["cost_min"], False) for other in facts.get("others", [])]
    rows = Courier.objects.filter(pk__in=[UUID(key) for key, _, _ in costs]).values_list(
        "pk", "name", "fleet__organisation_id"
    )
    names = {
        str(pk): name if principal.sees_all or owner_id in principal.organisation_ids else "a courier"
        for pk, name, owner_id in (rows if costs else ())
    }
    return Why(
        decided=_BY.get(AssignedBy(assignment.assigned_by), ""),
        choices=[
            Choice(names.get(key, "a courier"), round(float(cost), 1), is_chosen) for key, cost, is_chosen in costs
        ],
    )
