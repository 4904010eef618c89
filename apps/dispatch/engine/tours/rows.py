"""Tours while they are being improved: one row per vehicle, changed in place by the operators."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from apps.dispatch.engine.compiled import lean_kernel
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tours.drive import drive
from apps.dispatch.engine.tours.tables import Tables
from apps.dispatch.engine.travel import Floats

NOBODY = -1
SPARE_ROWS = 2


class Rows(NamedTuple):
    """A row is a tour with its start and end; V vehicles and two spare rows, W nodes at most, K loads.

    Valid whenever no operator is running: windows, loads and pickup before drop-off hold in every row.
    """

    nodes: Ints
    """(V + 2, W); the last row is for places that must be driven through, the one before for ejections."""
    length: Ints
    """(V + 2,) 2 for an empty row."""
    clock: Floats
    """(V + 2, W, 2) earliest start of service, and the latest that still lets all that follows be in time."""
    load: Floats
    """(V + 2, W, K) on board when leaving."""
    cost: Floats
    """(V + 2,) distance on top of the straight way, lateness and, unless empty, the price of the vehicle with that
    way."""
    lateness: Floats
    """(V + 2,) the part of the cost that is lateness."""
    price: Floats
    """(V + 2,) of using the vehicle."""
    allowed: Mask
    """(V + 2,) whether the row may be used at all."""
    position: Ints
    """(N,) place of each node in its row."""
    row_of: Ints
    """(Q,) or NOBODY for a request left out."""
    version: Ints
    """(V + 3,) changes with the content of a row; the last one counts."""


def empty_rows(tables: Tables, price: Floats) -> Rows:
    """All vehicles empty, all requests left out."""
    v, k = tables.capacity.shape
    q, n = len(tables.pickup), len(tables.window)
    width = 2 * q + 4
    rows = Rows(
        nodes=np.zeros((v + 2, width), dtype=np.int64),
        length=np.full(v + 2, 2, dtype=np.int64),
        clock=np.zeros((v + 2, width, 2)),
        load=np.zeros((v + 2, width, k)),
        cost=np.zeros(v + 2),
        lateness=np.zeros(v + 2),
        price=np.append(price, [0.0, 0.0]),
        allowed=np.arange(v + 2) < v,
        position=np.zeros(n, dtype=np.int64),
        row_of=np.full(q, NOBODY, dtype=np.int64),
        version=np.zeros(v + 3, dtype=np.int64),
    )
    fill_rows(tables, rows, [])
    return rows


def fill_rows(tables: Tables, rows: Rows, tours: Iterable[tuple[int, Sequence[int]]]) -> None:
    """Make these the tours, pairs of a vehicle and its stops in order; every other row is empty."""
    v = len(tables.capacity)
    rows.length[:] = 2
    rows.nodes[:v, :2] = tables.ends
    rows.row_of[:] = NOBODY
    for vehicle, stops in tours:
        n = len(stops)
        rows.nodes[vehicle, 1 : n + 1] = stops
        rows.nodes[vehicle, n + 1] = tables.ends[vehicle, 1]
        rows.length[vehicle] = n + 2
    for row in range(v):
        refresh(tables, rows, row, row)


def tours_in(nodes: Ints, length: Ints) -> list[tuple[int, list[int]]]:
    """Pairs of a vehicle and its stops, of the rows that are not empty."""
    used = [row for row in range(len(length) - SPARE_ROWS) if length[row] > 2]
    return [(row, nodes[row, 1 : length[row] - 1].tolist()) for row in used]


@lean_kernel
def refresh(tables: Tables, rows: Rows, row: int, vehicle: int) -> None:
    """Work out everything that follows from the nodes of a row, driven by `vehicle`.

    A spare row is a trial with some vehicle: positions of its nodes are not touched.
    """
    nodes, length, clock, load = rows.nodes, rows.length, rows.clock, rows.load
    travel, window, distance, added = tables.travel, tables.window, tables.distance, tables.load
    n, kinds, real, way = length[row], added.shape[1], row == vehicle, tables.rides[vehicle]
    here = nodes[row, 0]
    cost = -distance[way, here, nodes[row, n - 1]]  # part of the price of using the vehicle: unused it drives nowhere
    clock[row, 0, 0] = max(window[here, 0], tables.shift[vehicle, 0])
    for k in range(kinds):
        load[row, 0, k] = 0.0
    for i in range(1, n):
        there = nodes[row, i]
        clock[row, i, 0] = max(clock[row, i - 1, 0] + travel[way, here, there], window[there, 0])
        cost += distance[way, here, there]
        for k in range(kinds):
            load[row, i, k] = load[row, i - 1, k] + added[there, k]
        if real and i < n - 1:
            rows.position[there] = i
            rows.row_of[tables.request[there]] = row
        here = there
    clock[row, n - 1, 1] = min(window[here, 1], tables.shift[vehicle, 1])
    for i in range(n - 2, -1, -1):
        there = here
        here = nodes[row, i]
        clock[row, i, 1] = min(clock[row, i + 1, 1] - travel[way, here, there], window[here, 1])
    rows.lateness[row] = drive(tables, nodes[row], n, clock[row], way) if tables.needs_drive else 0.0
    rows.cost[row] = cost + rows.lateness[row] + (rows.price[row] if n > 2 else 0.0)
    rows.version[-1] += 1
    rows.version[row] = rows.version[-1]


@lean_kernel
def put(rows: Rows, row: int, stops: tuple[int, int], at: tuple[int, int]) -> None:
    """Put a pickup and its drop-off behind two positions of the row as it is, the second not before the first."""
    nodes, n = rows.nodes, rows.length[row]
    behind_pickup, behind_dropoff = at
    for k in range(n - 1, behind_dropoff, -1):
        nodes[row, k + 2] = nodes[row, k]
    nodes[row, behind_dropoff + 2] = stops[1]
    for k in range(behind_dropoff, behind_pickup, -1):
        nodes[row, k + 1] = nodes[row, k]
    nodes[row, behind_pickup + 1] = stops[0]
    rows.length[row] = n + 2


@lean_kernel
def copy_without(rows: Rows, row: int, into: int, stops: tuple[int, int]) -> None:
    """Copy a row into another, or into itself, without two stops."""
    nodes, n = rows.nodes, 0
    for k in range(rows.length[row]):
        node = nodes[row, k]
        if node not in stops:
            nodes[into, n] = node
            n += 1
    rows.length[into] = n
