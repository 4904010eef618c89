"""How long the carrier of a leg sees the people at its stops: while it has the leg, and two hours after its end."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from apps.dispatch.lifecycle import AssignmentEnd
from apps.dispatch.models import Assignment
from apps.networks.contacts import Part, contacts_are_shown
from apps.networks.selectors import seeing
from apps.orders.models import HandOn, Leg
from apps.orders.selectors.hand_ons import live_hand_ons

_CARRIED_TO_THE_END = frozenset({AssignmentEnd.DELIVERED, AssignmentEnd.FAILED})


def sees_contacts(assignment: Assignment, at: datetime) -> bool:
    """Whether names, numbers and instructions are shown in full with this assignment.

    Who had the leg taken from them sees no more of it from that moment on, whatever their rights: somebody else
    carries it. The right to see counts before anybody has it. A leg through a hub ends for its carrier at the hub.
    """
    part = Part(accepted_at=assignment.assigned_at, ended_at=assignment.ended_at)
    return has_carried(assignment) and contacts_are_shown(part, (), at=at)


def has_carried(assignment: Assignment) -> bool:
    """Whether its courier has the leg, or carried it to its end: it did not go to somebody else."""
    return assignment.is_live or assignment.end in _CARRIED_TO_THE_END


def shown_before(fleet_ids: Collection[UUID], legs: Collection[Leg]) -> frozenset[tuple[UUID, UUID]]:
    """Leg and fleet, for each of these fleets that sees the contacts of a leg before it carries it. Two queries.

    By its connection with who ordered; of what was handed on to it, by both connections.
    """
    hand_ons = live_hand_ons([leg.pk for leg in legs])
    sees = seeing({*fleet_ids, *(hand_on.from_fleet_id for hand_on in hand_ons.values())})
    return frozenset(
        (leg.pk, fleet_id) for leg in legs for fleet_id in fleet_ids if _sees(leg, fleet_id, hand_ons.get(leg.pk), sees)
    )


def _sees(leg: Leg, fleet_id: UUID, hand_on: HandOn | None, sees: frozenset[tuple[UUID, UUID]]) -> bool:
    if hand_on is None or hand_on.to_fleet_id != fleet_id:
        return (leg.organisation_id, fleet_id) in sees
    is_own = hand_on.executor_id == leg.organisation_id
    first = is_own or (leg.organisation_id, hand_on.from_fleet_id) in sees
    return first and (hand_on.executor_id, fleet_id) in sees
