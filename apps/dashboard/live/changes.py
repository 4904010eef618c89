"""What one viewer is told: the rows that changed, and the positions that moved. Keeps what they know already."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.accounts.principals import Principal
from apps.core import clock
from apps.core.ids import parse_public_id, public_id
from apps.couriers.positions import positions_now
from apps.dashboard.selectors import CourierRow, board_orders_for, courier_rows, figures, order_rows
from apps.dashboard.selectors.board import LIVE_STATUSES, time_zone_of
from apps.zones.selectors import active_zones


@dataclass
class Viewer:
    """One open board: who looks, at which zone (None: all), and what was sent to it."""

    principal: Principal
    zone_id: UUID | None
    time_zone: str = ""
    order_ids: set[UUID] = field(default_factory=set)
    couriers: dict[str, CourierRow] = field(default_factory=dict)
    courier_ids: list[UUID] = field(default_factory=list)
    positions: dict[str, list[float]] = field(default_factory=dict)

    def hello(self) -> dict[str, Any]:
        """Take stock. The board reads its whole state after this, so nothing that changes from now on is missed."""
        self.time_zone = time_zone_of(active_zones(), self.zone_id)
        visible = board_orders_for(self.principal).filter(status__in=LIVE_STATUSES)
        self.order_ids = set(visible.values_list("pk", flat=True))
        self._look_at_couriers()
        return {"now": clock.now(), "speed": clock.speed()}

    def changes(self, order_ids: set[UUID]) -> dict[str, Any]:
        """The fresh rows of orders that something happened to, the couriers that differ, and who is gone."""
        visible = board_orders_for(self.principal, among=order_ids)
        if self.zone_id:
            visible = visible.filter(zone_id=self.zone_id)
        rows = order_rows(visible, self.principal)
        seen = {parse_public_id("ord", row.id) for row in rows}
        gone = (order_ids & self.order_ids) - seen
        self.order_ids = (self.order_ids | seen) - gone
        before = self.couriers
        self._look_at_couriers()
        return {
            "now": clock.now(),
            "speed": clock.speed(),
            "orders": rows,
            "gone": [public_id("ord", key) for key in gone],
            "couriers": [row for key, row in self.couriers.items() if row != before.get(key)],
            "off_duty": [key for key in before if key not in self.couriers],
        }

    def moved(self) -> dict[str, list[float]]:
        """The positions, [lon, lat], of those couriers who are elsewhere than when this was asked last."""
        fresh = {
            public_id("cou", key): [round(at.lon, 6), round(at.lat, 6)]
            for key, at in positions_now(self.courier_ids).items()
        }
        moved = {key: at for key, at in fresh.items() if self.positions.get(key) != at}
        self.positions |= moved
        return moved

    def figures(self) -> dict[str, Any]:
        """The figures on top."""
        fresh = figures(self.principal, zone_id=self.zone_id, time_zone=self.time_zone)
        return {"delivered_today": fresh.delivered_today, "click_to_door_min": fresh.click_to_door_min}

    def _look_at_couriers(self) -> None:
        self.couriers = {row.id: row for row in courier_rows(self.principal, zone_id=self.zone_id)}
        self.courier_ids = [parse_public_id("cou", key) for key in self.couriers]
