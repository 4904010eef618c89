"""What beat does when, in seconds of the wall. Each entry is harmless when it runs twice, or by two beats at once."""

from typing import Any

from celery.schedules import crontab


def schedule() -> dict[str, dict[str, Any]]:
    """The beat schedule. Messages expire before the next one comes: a queue that stood still is not flooded."""
    return {
        "relay what a lost wake-up left behind": _every(1.0, "relay.relay_events"),
        "plan the zones that are due": _every(0.5, "dispatch.plan_due_zones"),
        "close offers whose deadline passed": _every(1.0, "offers.expire_offers"),
        "plan slots into tours": _every(10.0, "maintenance.plan_due_tours"),
        "deliver the messages that are due": _every(1.0, "webhooks.deliver_due"),
        "find whatever is unattended": _every(10.0, "maintenance.sweep"),
        "charge what no message led to": _every(30.0, "maintenance.settle_what_was_missed"),
        "forget old answers and codes": _every(3600.0, "maintenance.forget_what_is_old"),
        "let robots carry test orders": _every(1.0, "maintenance.play_sandbox"),
        "keep the tracks of couriers": _every(10.0, "maintenance.keep_tracks"),
        "forget old tracks": _nightly(2, "maintenance.forget_tracks"),
        "learn from what couriers did": _every(3600.0, "maintenance.learn_times"),
        "learn how many orders to expect": _nightly(3, "maintenance.learn_demand"),
    }


def _nightly(hour: int, task: str) -> dict[str, Any]:
    """Once a day, at ten past an hour of UTC: of a period that long, beat would forget the start at each restart."""
    return {"task": task, "schedule": crontab(hour=hour, minute=10), "options": {"expires": 3600.0}}


def _every(seconds: float, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": max(5.0, 2 * seconds)}}
