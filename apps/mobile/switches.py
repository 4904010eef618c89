"""Duty is a switch, not a way: the last action by the phone's own order decides, in whichever order they arrive."""

from uuid import UUID

from apps.mobile.action import Action
from apps.mobile.models import CourierAction

REPORT = "report"  # of an accident or a breakdown: it pauses
DUTY_KINDS = frozenset({"start_shift", "end_shift", "pause", "resume"})


def has_switched_since(courier_id: UUID, action: Action) -> bool:
    """Whether a later action of the courier changed their duty already.

    "Later" means both by sequence and by device time, so a phone that starts counting anew is not held to the numbers
    of the one before.
    """
    later = CourierAction.objects.filter(
        courier_id=courier_id,
        kind__in=[*DUTY_KINDS, REPORT],
        sequence__gt=action.sequence,
        device_time__gte=action.device_time,
    )
    return any(
        result["outcome"] == "applied" and (kind in DUTY_KINDS or result.get("is_paused"))
        for kind, result in later.values_list("kind", "result")
    )
