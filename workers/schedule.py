"""What beat does when, in seconds of the wall. Each entry is harmless when it runs twice, or by two beats at once."""

from typing import Any


def schedule() -> dict[str, dict[str, Any]]:
    """The beat schedule. Messages expire before the next one comes: a queue that stood still is not flooded."""
    return {
        "relay what a lost wake-up left behind": _every(1.0, "relay.relay_events"),
        "plan the zones that are due": _every(1.0, "dispatch.plan_due_zones"),
        "close offers whose deadline passed": _every(1.0, "offers.expire_offers"),
        "find whatever is unattended": _every(10.0, "maintenance.sweep"),
        "forget old answers and codes": _every(3600.0, "maintenance.forget_what_is_old"),
    }


def _every(seconds: float, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": max(5.0, 2 * seconds)}}
