"""What a courier may be: off duty, on duty, or pausing; and how a fleet hands out work."""

from django.db.models import TextChoices

from apps.core.errors import Conflict


class CourierStatus(TextChoices):
    """Whether a courier can be given work."""

    OFF_DUTY = "off_duty"
    ON_DUTY = "on_duty"
    PAUSED = "paused"  # finishes what they have, gets nothing new


class FleetMode(TextChoices):
    """How a fleet's couriers get work."""

    ASSIGNED = "assigned"  # employed couriers: the planner decides
    OFFERED = "offered"  # freelance couriers: they accept or decline, until a deadline
    EXTERNAL = "external"  # a dispatch of its own: the fleet is offered legs, and says which courier has them


class Language(TextChoices):
    """In which a courier is written to."""

    FRENCH = "fr", "French"
    ENGLISH = "en", "English"


MOVES: frozenset[tuple[CourierStatus, CourierStatus]] = frozenset(
    {
        (CourierStatus.OFF_DUTY, CourierStatus.ON_DUTY),
        (CourierStatus.ON_DUTY, CourierStatus.PAUSED),
        (CourierStatus.PAUSED, CourierStatus.ON_DUTY),
        (CourierStatus.ON_DUTY, CourierStatus.OFF_DUTY),
        (CourierStatus.PAUSED, CourierStatus.OFF_DUTY),
    }
)


class IllegalDutyMove(Conflict):
    """The table has no such move."""

    code = "illegal_duty_move"


def check_move(current: CourierStatus, wanted: CourierStatus) -> None:
    """Raises IllegalDutyMove unless the table has the move."""
    if (current, wanted) not in MOVES:
        raise IllegalDutyMove(f"A courier who is {current} cannot become {wanted}.")
