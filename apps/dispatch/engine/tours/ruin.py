"""String removal: takes strings of stops out of a few tours that are near each other.

Christiaens and Vanden Berghe (2020), Slack induction by string removals for vehicle routing problems, section 5.2.
A request goes with both its stops when either of them is in a string.
"""

from typing import NamedTuple

import numpy as np

from apps.dispatch.engine.compiled import lean_kernel
from apps.dispatch.engine.tours.rows import NOBODY, SPARE_ROWS, Rows, refresh
from apps.dispatch.engine.tours.tables import Tables
from apps.dispatch.engine.tours.undo import Undo, keep_row, take_out

SPLIT_SHARE = 0.5
"""Of strings that leave a stretch in their middle where it is."""
STRETCH_ENDS = 0.01
LONGEST_STRETCH = 10


class Strings(NamedTuple):
    """How much is removed."""

    stops: float
    """Mean number of stops, over all strings of a ruin."""
    longest: float
    """Most stops in one string."""


@lean_kernel
def ruin(tables: Tables, rows: Rows, undo: Undo, strings: Strings) -> float:
    """Take requests out into `undo.out`, behind all that are left out; returns what the changed rows had cost."""
    for request in range(len(rows.row_of)):
        if rows.row_of[request] == NOBODY:
            take_out(undo, request)
    used = 0
    for row in range(len(rows.length) - SPARE_ROWS):
        if rows.length[row] > 2:
            used += 1
    if used == 0:
        return 0.0
    n_requests = len(rows.row_of)
    longest = min(strings.longest, 2.0 * n_requests / used)
    most = 4.0 * strings.stops / (1.0 + longest) - 1.0
    to_ruin = int(np.random.random() * most + 1.0)
    drawn = int(np.random.random() * 2 * n_requests)
    seed = tables.pickup[drawn] if drawn < n_requests else tables.dropoff[drawn - n_requests]
    cost = 0.0
    for node in tables.near[seed]:
        row = rows.row_of[tables.request[node]]
        if row == NOBODY or undo.is_changed[row]:
            continue
        cost += keep_row(rows, undo, row)
        remove_string(tables, rows, undo, row, (rows.position[node], longest))
        to_ruin -= 1
        if to_ruin <= 0:
            break
    for u in range(undo.changed[-1]):
        close_up(tables, rows, undo, undo.changed[u])
    return cost


@lean_kernel
def remove_string(tables: Tables, rows: Rows, undo: Undo, row: int, around: tuple[int, float]) -> None:
    """Mark the requests of one string around a position, of at most so many stops."""
    position, longest = around
    stops = rows.length[row] - 2
    size = min(int(np.random.random() * min(float(stops), longest) + 1.0), stops)
    stretch = 0
    if 1 < size < stops and np.random.random() < SPLIT_SHARE:
        stretch = 1
        while size + stretch < stops and stretch < LONGEST_STRETCH and np.random.random() > STRETCH_ENDS:
            stretch += 1
        if np.random.random() < 0.5:
            stretch = 1 + int(np.random.random() * stretch)
    total = size + stretch
    first, last = max(1, position - total + 1), min(position, stops - total + 1)
    start = first + int(np.random.random() * (last - first + 1))
    stays = start + int(np.random.random() * size) if stretch > 0 else start + total
    for k in range(start, start + total):
        if k < stays or k >= stays + stretch:
            take_out(undo, tables.request[rows.nodes[row, k]])


@lean_kernel
def close_up(tables: Tables, rows: Rows, undo: Undo, row: int) -> None:
    """Drop the requests that are marked from a row."""
    n = 1
    nodes = rows.nodes
    for k in range(1, rows.length[row] - 1):
        node = nodes[row, k]
        request = tables.request[node]
        if undo.is_out[request]:
            rows.row_of[request] = NOBODY
            continue
        nodes[row, n] = node
        n += 1
    nodes[row, n] = tables.ends[row, 1]
    rows.length[row] = n + 1
    refresh(tables, rows, row, row)
