"""What one step of the search changes, kept so that it can be taken back, and room for its lists."""

from typing import NamedTuple

import numpy as np

from apps.dispatch.engine.compiled import lean_kernel
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tours.rows import NOBODY, SPARE_ROWS, Rows, refresh
from apps.dispatch.engine.tours.tables import Tables


class Undo(NamedTuple):
    """Rows as they were before a step."""

    nodes: Ints
    """(V, W)"""
    length: Ints
    """(V,)"""
    version: Ints
    """(V,)"""
    is_changed: Mask
    """(V,)"""
    changed: Ints
    """(V + 1,) rows that are changed; the last one counts them."""
    out: Ints
    """(Q + 1,) requests taken out of their rows, or left out before; the last one counts them."""
    is_out: Mask
    """(Q,)"""


def make_undo(rows: Rows) -> Undo:
    """Room for a step on such rows."""
    v, q = len(rows.length) - SPARE_ROWS, len(rows.row_of)
    return Undo(
        nodes=np.zeros((v, rows.nodes.shape[1]), dtype=np.int64),
        length=np.zeros(v, dtype=np.int64),
        version=np.zeros(v, dtype=np.int64),
        is_changed=np.zeros(v, dtype=np.bool_),
        changed=np.zeros(v + 1, dtype=np.int64),
        out=np.zeros(q + 1, dtype=np.int64),
        is_out=np.zeros(q, dtype=np.bool_),
    )


@lean_kernel
def begin_step(undo: Undo) -> None:
    """Forget the last step. Requests left out take part in every step."""
    for u in range(undo.changed[-1]):
        undo.is_changed[undo.changed[u]] = False
    for u in range(undo.out[-1]):
        undo.is_out[undo.out[u]] = False
    undo.changed[-1] = undo.out[-1] = 0


@lean_kernel
def take_out(undo: Undo, request: int) -> None:
    """Mark a request as taken out, once."""
    if not undo.is_out[request]:
        undo.is_out[request] = True
        undo.out[undo.out[-1]] = request
        undo.out[-1] += 1


@lean_kernel
def keep_row(rows: Rows, undo: Undo, row: int) -> float:
    """Keep a row before it is changed for the first time; returns its cost then, else 0."""
    if undo.is_changed[row]:
        return 0.0
    undo.is_changed[row] = True
    undo.changed[undo.changed[-1]] = row
    undo.changed[-1] += 1
    undo.length[row], undo.version[row] = rows.length[row], rows.version[row]
    for k in range(rows.length[row]):
        undo.nodes[row, k] = rows.nodes[row, k]
    return float(rows.cost[row])


@lean_kernel
def take_back(tables: Tables, rows: Rows, undo: Undo) -> None:
    """Bring back the rows as they were; with their versions, so that what is known of their places stays known."""
    for u in range(undo.out[-1]):
        rows.row_of[undo.out[u]] = NOBODY
    for u in range(undo.changed[-1]):
        row = undo.changed[u]
        rows.length[row] = undo.length[row]
        for k in range(undo.length[row]):
            rows.nodes[row, k] = undo.nodes[row, k]
        refresh(tables, rows, row, row)
        rows.version[row] = undo.version[row]
