"""How long the carrier of a leg sees the people at its stops: while it has the leg, and two hours after its end."""

from datetime import datetime, timedelta

from apps.dispatch.lifecycle import AssignmentEnd
from apps.dispatch.models import Assignment

KEPT_AFTER_END = timedelta(hours=2)
_CARRIED_TO_THE_END = frozenset({AssignmentEnd.DELIVERED, AssignmentEnd.FAILED})


def sees_contacts(assignment: Assignment, at: datetime) -> bool:
    """Whether names, numbers and instructions are shown in full with this assignment.

    Who had the leg taken from them sees no more of it from that moment on: somebody else carries it.
    """
    if assignment.is_live:
        return True
    ended_at = assignment.ended_at
    return has_carried(assignment) and ended_at is not None and at < ended_at + KEPT_AFTER_END


def has_carried(assignment: Assignment) -> bool:
    """Whether its courier has the leg, or carried it to its end: it did not go to somebody else."""
    return assignment.is_live or assignment.end in _CARRIED_TO_THE_END
