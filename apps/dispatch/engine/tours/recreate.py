"""Greedy insertion with blinks: puts requests back, one after the other, where each costs least.

Christiaens and Vanden Berghe (2020), section 5.3; here a blink overlooks a whole tour, not one position. What the
cheapest place in a row costs is remembered with the row's version, so that after a step that was taken back, or far
away, nothing has to be worked out again.
"""

from typing import NamedTuple

import numpy as np

from apps.dispatch.engine.compiled import lean_kernel
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.tours.insertion import CHEAPEST, NOWHERE, find_place, place_request
from apps.dispatch.engine.tours.rows import NOBODY, SPARE_ROWS, Rows
from apps.dispatch.engine.tours.tables import Tables
from apps.dispatch.engine.tours.undo import Undo, begin_step, keep_row, take_out
from apps.dispatch.engine.travel import Floats

UNKNOWN = -1
ORDER_SHARES = np.array([4.0, 8.0, 10.0, 11.0, 13.0, 15.0, 17.0]) / 17.0
"""How often, added up: at random, large loads first, far, near, tight, early, late; 4 : 4 : 2 : 1 : 2 : 2 : 2."""


class Known(NamedTuple):
    """The cheapest place of each request in each row, as far as it was looked for."""

    added: Floats
    """(Q, V) what it adds; if there is no place, what any place would add at least."""
    place: Ints
    """(Q, V, 2) as `insertion.Place`."""
    version: Ints
    """(Q, V) of the row when this was worked out."""
    kind_tried: Ints
    """(V + 1,) by kind of vehicle, when one that is empty was last tried; the last one counts."""
    key: Floats
    """(Q,) room for what requests are sorted by."""


def nothing_known(q: int, v: int) -> Known:
    """Room for what will be known of q requests and v vehicles."""
    return Known(
        added=np.zeros((q, v)),
        place=np.zeros((q, v, 2), dtype=np.int64),
        version=np.full((q, v), UNKNOWN, dtype=np.int64),
        kind_tried=np.zeros(v + 1, dtype=np.int64),
        key=np.zeros(q),
    )


@lean_kernel
def sort_out(tables: Tables, undo: Undo, known: Known) -> None:
    """Bring the requests taken out into an order, drawn anew each time."""
    out, key, n = undo.out, known.key, undo.out[-1]
    drawn = np.random.random()
    order = 0
    while drawn >= ORDER_SHARES[order]:
        order += 1
    for u in range(n):
        key[u] = np.random.random() if order == 0 else tables.sort_keys[order - 1, out[u]]
    for u in range(1, n):
        request, value, at = out[u], key[u], u - 1
        while at >= 0 and key[at] > value:
            key[at + 1], out[at + 1] = key[at], out[at]
            at -= 1
        key[at + 1], out[at + 1] = value, request


@lean_kernel
def recreate(tables: Tables, rows: Rows, undo: Undo, known: Known, limits: tuple[float, float]) -> tuple[float, float]:
    """Put back all that is in `undo.out`, or give up when what finds no place costs more than the second limit.

    The first limit is the chance of a blink. Returns what newly changed rows had cost, and what is left out costs.
    """
    blink, most_lost = limits
    before, lost = 0.0, 0.0
    for u in range(undo.out[-1]):
        request = undo.out[u]
        row = cheapest_row(tables, rows, known, request, blink)
        if row == NOBODY:
            lost += tables.left_out[request]
            if lost > most_lost:
                break
            continue
        before += keep_row(rows, undo, row)
        at = known.place[request, row]
        place_request(tables, rows, row, request, (at[0], at[1]))
    return before, lost


@lean_kernel
def put_back(tables: Tables, rows: Rows, undo: Undo, known: Known) -> None:
    """Put in all that is left out, where there is a place, without blinks."""
    begin_step(undo)
    for request in range(len(rows.row_of)):
        if rows.row_of[request] == NOBODY:
            take_out(undo, request)
    sort_out(tables, undo, known)
    recreate(tables, rows, undo, known, (0.0, np.inf))


@lean_kernel
def cheapest_row(tables: Tables, rows: Rows, known: Known, request: int, blink: float) -> int:
    """The row in which the request costs least, its place in `known`; NOBODY when leaving it out costs less.

    What is known already comes first, so that little is left to look for in the rest.
    """
    best, limit = NOBODY, tables.left_out[request]
    known.kind_tried[-1] += 1
    until_blink = steps_to_blink(blink)
    for must_look in (False, True):
        for row in range(len(rows.length) - SPARE_ROWS):
            is_empty = rows.length[row] == 2
            room = limit - (rows.price[row] if is_empty else 0.0)
            if not rows.allowed[row] or is_settled(rows, known, request, row, room) != (not must_look):
                continue
            if is_empty and must_look and not is_first_empty(tables, known, row):
                continue
            until_blink -= 1
            if until_blink == 0:
                until_blink = steps_to_blink(blink)
                continue
            if must_look:
                look(tables, rows, known, request, row, room)
            if known.place[request, row, 0] != NOWHERE and known.added[request, row] < room:
                best, limit = row, known.added[request, row] + limit - room
    return best


@lean_kernel
def is_settled(rows: Rows, known: Known, request: int, row: int, room: float) -> bool:
    """Whether what is known says which place is the cheapest, or that none adds less than `room`."""
    if known.version[request, row] != rows.version[row]:
        return False
    return bool(known.place[request, row, 0] != NOWHERE or known.added[request, row] >= room)


@lean_kernel
def look(tables: Tables, rows: Rows, known: Known, request: int, row: int, limit: float) -> None:  # noqa: PLR0917  see `insertion.find_place`
    """Work out the cheapest place in a row that adds less than `limit`."""
    place = find_place(tables, rows, row, row, request, limit, CHEAPEST)
    known.added[request, row] = place.added
    known.place[request, row, 0], known.place[request, row, 1] = place.pickup, place.dropoff
    known.version[request, row] = rows.version[row]


@lean_kernel
def is_first_empty(tables: Tables, known: Known, row: int) -> bool:
    """Whether no other empty vehicle of this kind was tried for this request: one stands for all."""
    kind = tables.kind[row]
    if known.kind_tried[kind] == known.kind_tried[-1]:
        return False
    known.kind_tried[kind] = known.kind_tried[-1]
    return True


@lean_kernel
def steps_to_blink(blink: float) -> int:
    """After how many places one is overlooked, if each is with the chance `blink`."""
    if blink <= 0.0:
        return 1 << 60
    return int(np.log(1.0 - np.random.random()) / np.log(1.0 - blink)) + 1
