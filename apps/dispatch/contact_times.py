"""How long the carrier of a leg sees the people at its stops: while it has the leg, and two hours after its end."""

from datetime import datetime

from apps.dispatch.lifecycle import AssignmentEnd
from apps.dispatch.models import Assignment
from apps.networks.contacts import Part, contacts_are_shown

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
