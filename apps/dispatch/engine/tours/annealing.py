"""Ruin and recreate under simulated annealing: the search for shorter tours.

A step takes requests out and puts them back. It is kept when it costs less than before plus a random allowance, which
grows with the heat (acceptance as in Christiaens and Vanden Berghe 2020), else taken back.
"""

from typing import NamedTuple

import numpy as np

from apps.dispatch.engine.compiled import lean_kernel
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.tours.recreate import Known, recreate, sort_out
from apps.dispatch.engine.tours.rows import NOBODY, SPARE_ROWS, Rows
from apps.dispatch.engine.tours.ruin import Strings, ruin
from apps.dispatch.engine.tours.tables import Tables
from apps.dispatch.engine.tours.undo import Undo, begin_step, take_back
from apps.dispatch.engine.travel import Floats

BLINK = 0.01
"""Chance of overlooking a tour when a request is put back."""
LEAST_GAIN = 1e-7  # anything less is rounding
HOPELESS = 40.0  # times the heat: an allowance this large is drawn once in 10^17 steps


class Best(NamedTuple):
    """The cheapest rows met, and the account of the search."""

    nodes: Ints
    """(V, W)"""
    length: Ints
    """(V + SPARE_ROWS,)"""
    account: Floats
    """(3,) cost of the rows as they are, cost of the best, and what those left out now cost (part of the first)."""


@lean_kernel
def open_account(tables: Tables, rows: Rows, best: Best) -> None:
    """Begin with the rows as they are."""
    lost, cost = 0.0, 0.0
    for request in range(len(rows.row_of)):
        if rows.row_of[request] == NOBODY:
            lost += tables.left_out[request]
    for row in range(len(rows.length) - SPARE_ROWS):
        cost += rows.cost[row]
    best.account[0], best.account[1], best.account[2] = cost + lost, cost + lost, lost
    copy_rows(rows, best)


@lean_kernel
def copy_rows(rows: Rows, best: Best) -> None:
    """Make the rows the best."""
    for row in range(len(rows.length) - SPARE_ROWS):
        best.length[row] = rows.length[row]
        for k in range(rows.length[row]):
            best.nodes[row, k] = rows.nodes[row, k]


@lean_kernel
def anneal(  # noqa: PLR0917  see `insertion.find_place`
    tables: Tables, rows: Rows, undo: Undo, known: Known, best: Best, strings: Strings, steps: int, heat: float
) -> None:
    """So many steps at one heat."""
    account = best.account
    for _ in range(steps):
        begin_step(undo)
        before = ruin(tables, rows, undo, strings)
        sort_out(tables, undo, known)
        most_lost = account[2] + HOPELESS * heat
        also_before, lost = recreate(tables, rows, undo, known, (BLINK, most_lost))
        added = lost - account[2] - before - also_before
        for u in range(undo.changed[-1]):
            added += rows.cost[undo.changed[u]]
        if lost > most_lost or added >= -heat * np.log(1.0 - np.random.random()):
            take_back(tables, rows, undo)
            continue
        account[0] += added
        account[2] = lost
        if account[0] < account[1] - LEAST_GAIN:
            account[1] = account[0]
            copy_rows(rows, best)
