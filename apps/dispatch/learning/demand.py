"""Orders to expect in an hour, by zone, weekday or weekend, and local hour.

    value = (S + K x m) / (n + K)

S: orders placed in that hour of the day over the n days of that class; m: orders an hour at that hour over all days of
the zone, of both classes; K = 2 days. With few weekends the figure stays near the usual day, with many it is the plain
mean. Days count from the zone's first order in the window to yesterday, those without any order too. `spread` is the
standard deviation of single days. UTC hours are counted, so a zone half an hour off UTC is counted half an hour off.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Count
from django.db.models.functions import TruncHour

from apps.core import clock
from apps.dispatch.learning.figures import Learned, write_figures
from apps.dispatch.learning.selectors import WEEKDAY, WEEKEND, day_class, demand_key
from apps.dispatch.learning.thresholds import WINDOW
from apps.dispatch.models import FigureKind
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.zones.selectors import active_zones

K_DAYS = 2
Counts = dict[date, np.ndarray]  # local day -> orders by hour, (24,)


def learn_demand() -> int:
    """Learn the demand of all zones: two reads, whatever there is. Returns how many figures there are."""
    zones = {zone.pk: ZoneInfo(zone.time_zone) for zone in active_zones()}
    at = clock.now()
    counts = _orders_by_hour(zones, since=at - WINDOW)
    figures = [
        figure
        for zone_id, by_day in counts.items()
        for figure in _figures(zone_id, by_day, today=at.astimezone(zones[zone_id]).date())
    ]
    return write_figures(FigureKind.DEMAND, figures)


def _orders_by_hour(zones: dict[UUID, ZoneInfo], *, since: datetime) -> dict[UUID, Counts]:
    """Whole local days only: the window begins within one, which is left out."""
    legs = Leg.objects.filter(status__in=LegStatus.values, placed_at__gte=since, sequence=1, is_test=False)
    hours = legs.annotate(hour=TruncHour("placed_at")).values("zone_id", "hour").annotate(orders=Count("pk"))
    counts: dict[UUID, Counts] = defaultdict(lambda: defaultdict(lambda: np.zeros(24)))
    for row in hours.order_by():
        zone_id = row["zone_id"]
        if zone_id not in zones:
            continue
        local = row["hour"].astimezone(zones[zone_id])
        if local.date() > since.astimezone(zones[zone_id]).date():
            counts[zone_id][local.date()][local.hour] += row["orders"]
    return counts


def _figures(zone_id: UUID, by_day: Counts, *, today: date) -> Iterator[Learned]:
    first = min(by_day)
    days = [first + timedelta(days=n) for n in range((today - first).days)]
    if not days:
        return
    table = np.array([by_day.get(day, np.zeros(24)) for day in days])
    usual = table.mean(axis=0)
    for which in (WEEKDAY, WEEKEND):
        rows = table[[day_class(day) == which for day in days]]
        value = (rows.sum(axis=0) + K_DAYS * usual) / (len(rows) + K_DAYS)
        spread = rows.std(axis=0) if len(rows) else np.zeros(24)
        for hour in range(24):
            yield Learned(
                zone_id,
                demand_key(which, hour),
                value=float(value[hour]),
                spread=float(spread[hour]),
                samples=int(rows[:, hour].sum()),
                days=len(rows),
            )
