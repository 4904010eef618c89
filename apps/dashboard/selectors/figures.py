"""The figures on top of the board that cannot be read off its rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from apps.accounts.principals import Principal
from apps.core import clock
from apps.dashboard.selectors.audience import board_couriers_for
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg

LATELY = timedelta(hours=1)
LONGEST_AHEAD = timedelta(days=2)  # an order delivered today was placed since then, or is too rare to count


@dataclass(frozen=True, slots=True)
class Figures:
    """Deliveries since midnight in the zone, and the median of the last hour's click-to-door, None without one."""

    delivered_today: int
    click_to_door_min: float | None


def figures(principal: Principal, *, zone_id: UUID | None, time_zone: str) -> Figures:
    """The figures of what the principal ordered or carried. Three queries at most."""
    at = clock.now()
    at_the_door = Leg.objects.filter(is_test=False, dropoff_hub_id__isnull=True)
    delivered = at_the_door.filter(status=LegStatus.DELIVERED, placed_at__gte=at - LONGEST_AHEAD)
    if zone_id:
        delivered = delivered.filter(zone_id=zone_id)
    if not principal.sees_all:
        carried_by = list(board_couriers_for(principal).values_list("pk", flat=True))
        delivered = delivered.filter(Q(organisation_id__in=principal.organisation_ids) | Q(courier_id__in=carried_by))
    lately = delivered.filter(delivered_at__gte=at - LATELY).values_list("placed_at", "delivered_at")
    minutes = [(done - placed).total_seconds() / 60 for placed, done in lately if done]
    return Figures(
        delivered_today=delivered.filter(delivered_at__gte=_midnight(at, time_zone)).count(),
        click_to_door_min=round(median(minutes), 1) if minutes else None,
    )


def _midnight(at: datetime, time_zone: str) -> datetime:
    """The last midnight on the walls of the zone."""
    return at.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
