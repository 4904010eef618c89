"""Read models of the screens. Who may see what is decided in `audience` and nowhere else."""

from apps.dashboard.selectors.audience import (
    board_couriers_for,
    board_order,
    board_orders_for,
    courier_dispatched_by,
    dispatches_somewhere,
    may_dispatch,
)
from apps.dashboard.selectors.board import BoardState, board_state
from apps.dashboard.selectors.candidates import Candidate, candidates_for
from apps.dashboard.selectors.couriers import CourierRow, courier_rows
from apps.dashboard.selectors.figures import Figures, figures
from apps.dashboard.selectors.order_detail import OrderDetail, order_detail
from apps.dashboard.selectors.rows import OrderRow, order_rows

__all__ = [
    "BoardState",
    "Candidate",
    "CourierRow",
    "Figures",
    "OrderDetail",
    "OrderRow",
    "board_couriers_for",
    "board_order",
    "board_orders_for",
    "board_state",
    "candidates_for",
    "courier_dispatched_by",
    "courier_rows",
    "dispatches_somewhere",
    "figures",
    "may_dispatch",
    "order_detail",
    "order_rows",
]
