"""The state of the whole board, in one read model."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.accounts.principals import Principal
from apps.core import clock
from apps.core.ids import public_id
from apps.core.models import Event
from apps.dashboard.selectors.audience import board_orders_for, dispatches_somewhere
from apps.dashboard.selectors.couriers import CourierRow, courier_rows
from apps.dashboard.selectors.figures import Figures, figures
from apps.dashboard.selectors.rows import OrderRow, order_rows
from apps.orders.lifecycle import ORDER_ENDED, OrderStatus
from apps.orders.models import Order
from apps.zones.models import Zone
from apps.zones.selectors import active_zones

SHOWN_AFTER_END = timedelta(hours=1)
ENDED_ROWS = 200  # of the orders that ended lately, the newest
LIVE_ROWS = 2000  # more at once is no list for a person: the newest are shown and the screen says so
FURTHEST_BACK_S = 36 * 3600  # keys tell when an order was written: ended orders older than this are not looked at

PAUSED_AFTER = timedelta(seconds=30)  # of the wall: events that nobody has handed on for so long

LIVE_STATUSES = tuple(status for status in OrderStatus if status not in ORDER_ENDED)


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A zone to choose: its clock, and its corners west, south, east, north."""

    id: str
    name: str
    time_zone: str
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class BoardState:
    """Everything that the board shows. Times are the platform's; `speed` is how fast they run against the wall."""

    now: datetime
    speed: float
    zones: list[ZoneRow]
    orders: list[OrderRow]
    couriers: list[CourierRow]
    figures: Figures
    may_assign: bool
    is_cut: bool
    is_paused: bool


def board_state(principal: Principal, *, zone_id: UUID | None = None) -> BoardState:
    """What the principal sees now, in one zone or in all of them."""
    zones = active_zones()
    orders, is_cut = _orders(principal, zones, zone_id)
    return BoardState(
        now=clock.now(),
        speed=clock.speed(),
        zones=[_zone_row(zone) for zone in zones],
        orders=orders,
        couriers=courier_rows(principal, zone_id=zone_id),
        figures=figures(principal, zone_id=zone_id, time_zone=time_zone_of(zones, zone_id)),
        may_assign=dispatches_somewhere(principal),
        is_cut=is_cut,
        is_paused=is_dispatch_paused(),
    )


def is_dispatch_paused() -> bool:
    """Whether events pile up because no worker is there to act upon them. Orders are still taken then."""
    oldest = Event.objects.filter(relayed_at__isnull=True).order_by("id").values_list("occurred_at", flat=True).first()
    return oldest is not None and oldest < clock.now() - PAUSED_AFTER * clock.speed()


def time_zone_of(zones: Sequence[Zone], zone_id: UUID | None) -> str:
    """The clock of one zone, or of the first when all are shown."""
    chosen = next((zone for zone in zones if zone.pk == zone_id), zones[0] if zones else None)
    return chosen.time_zone if chosen else "UTC"


def _orders(principal: Principal, zones: Sequence[Zone], zone_id: UUID | None) -> tuple[list[OrderRow], bool]:
    """The live orders and those that ended within the hour, and whether there were more than fit."""
    visible = board_orders_for(principal).filter(zone_id__in=[zone_id] if zone_id else [zone.pk for zone in zones])
    live = list(visible.filter(status__in=LIVE_STATUSES).order_by("-pk").values_list("pk", flat=True)[: LIVE_ROWS + 1])
    lately = visible.filter(
        status__in=ORDER_ENDED, ended_at__gte=clock.now() - SHOWN_AFTER_END, pk__gte=_first_key(FURTHEST_BACK_S)
    )
    ended = list(lately.order_by("-pk").values_list("pk", flat=True)[:ENDED_ROWS])
    keys = live[:LIVE_ROWS] + ended
    return order_rows(Order.objects.filter(pk__in=keys), principal), len(live) > LIVE_ROWS


def _first_key(seconds_ago: float) -> UUID:
    """The least key (UUID version 7: its first 48 bits are wall milliseconds) of rows written since then."""
    return UUID(int=int((time.time() - seconds_ago) * 1000) << 80)  # wall: keys are born by it


def _zone_row(zone: Zone) -> ZoneRow:
    lons, lats = [corner[0] for corner in zone.ring], [corner[1] for corner in zone.ring]
    return ZoneRow(public_id("zon", zone.pk), zone.name, zone.time_zone, (min(lons), min(lats), max(lons), max(lats)))
