"""Guided ejection search: finds room for requests left out by pushing others out that are easier to place.

Nagata and Bräysy (2009), and for pickup and delivery Nagata and Kobayashi (2010). Each request counts how often it
found no place; a request pushes out those whose counts add up to least, as long as that is less than its own. After
each push the tours are shaken.
"""

from typing import NamedTuple

import numpy as np

from apps.dispatch.engine.compiled import lean_kernel
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.tours.insertion import ANY, FIRST, find_place, place_request
from apps.dispatch.engine.tours.rows import NOBODY, SPARE_ROWS, Rows, refresh
from apps.dispatch.engine.tours.shake import shake, take_away
from apps.dispatch.engine.tours.tables import Tables

NONE = -1
SHORT_TOUR = 8
"""Requests in a tour up to which three are pushed out at once; of longer ones at most two."""
MOVES = 100
"""Random moves after each push."""


class Pool(NamedTuple):
    """Requests that have no tour."""

    requests: Ints
    """(Q + 1,) a stack; the last one counts them."""
    failures: Ints
    """(Q,) how often each found no place."""
    of_row: Ints
    """(Q,) room for the requests of one row."""


def make_pool(n_requests: int) -> Pool:
    """An empty pool."""
    return Pool(
        requests=np.zeros(n_requests + 1, dtype=np.int64),
        failures=np.ones(n_requests, dtype=np.int64),
        of_row=np.zeros(n_requests, dtype=np.int64),
    )


@lean_kernel
def empty_pool(tables: Tables, rows: Rows, pool: Pool, tries: int) -> int:
    """Take up to so many requests from the pool, each into a tour; returns how many are left in it."""
    requests = pool.requests
    for _ in range(tries):
        if requests[-1] == 0:
            break
        requests[-1] -= 1
        request = requests[requests[-1]]
        if put_anywhere(tables, rows, request):
            continue
        pool.failures[request] += 1
        row, pushed = cheapest_push(tables, rows, pool, request)
        if row == NOBODY:
            requests[requests[-1]] = request
            requests[-1] += 1
        else:
            push_out(tables, rows, pool, pushed)
            place = find_place(tables, rows, row, row, request, np.inf, ANY)
            place_request(tables, rows, row, request, (place.pickup, place.dropoff))
        shake(tables, rows, MOVES)
    return int(requests[-1])


@lean_kernel
def put_anywhere(tables: Tables, rows: Rows, request: int) -> bool:
    """Put a request into any place of any row, all alike; returns whether there was one."""
    count, row, at = 0, NOBODY, (0, 0)
    for candidate in range(len(rows.length) - SPARE_ROWS):
        if not rows.allowed[candidate]:
            continue
        place = find_place(tables, rows, candidate, candidate, request, np.inf, ANY)
        if place.choices > 0:
            count += place.choices
            if np.random.random() * count < place.choices:
                row, at = candidate, (place.pickup, place.dropoff)
    if row == NOBODY:
        return False
    place_request(tables, rows, row, request, at)
    return True


@lean_kernel
def cheapest_push(tables: Tables, rows: Rows, pool: Pool, request: int) -> tuple[int, tuple[int, int, int]]:
    """The row, and up to three requests in it without which there is a place, whose failures add up to least.

    NOBODY when none add up to less than the request's own. Fewer than three repeat the last.
    """
    failures, of_row, n_rows = pool.failures, pool.of_row, len(rows.length) - SPARE_ROWS
    least, best, pushed = failures[request], NOBODY, (NONE, NONE, NONE)
    first = int(np.random.random() * n_rows)
    for turn in range(n_rows):
        row = (turn + first) % n_rows
        if not rows.allowed[row] or not tables.compatible[request, row]:
            continue
        n = shuffled_requests(tables, rows, row, of_row)
        for a in range(n):
            if failures[of_row[a]] >= least:
                continue
            for b in range(a, n):
                two = failures[of_row[a]] + (failures[of_row[b]] if b > a else 0)
                if two >= least:
                    continue
                for c in range(b, n if n <= SHORT_TOUR and b > a else b + 1):
                    total = two + (failures[of_row[c]] if c > b else 0)
                    if total < least:
                        these = (of_row[a], of_row[b], of_row[c])
                        if has_place_without(tables, rows, row, request, these):
                            least, best, pushed = total, row, these
    return best, pushed


@lean_kernel
def shuffled_requests(tables: Tables, rows: Rows, row: int, into: Ints) -> int:
    """List the requests of a row in random order; returns how many."""
    n = 0
    for k in range(1, rows.length[row] - 1):
        node = rows.nodes[row, k]
        request = tables.request[node]
        if tables.pickup[request] == node:
            other = int(np.random.random() * (n + 1))
            into[n] = into[other]
            into[other] = request
            n += 1
    return n


@lean_kernel
def has_place_without(tables: Tables, rows: Rows, row: int, request: int, without: tuple[int, int, int]) -> bool:
    """Whether the request finds a place in a row that others have left."""
    nodes, spare, n = rows.nodes, len(rows.length) - SPARE_ROWS, 1
    nodes[spare, 0] = nodes[row, 0]
    for k in range(1, rows.length[row] - 1):
        if tables.request[nodes[row, k]] not in without:
            nodes[spare, n] = nodes[row, k]
            n += 1
    nodes[spare, n] = tables.ends[row, 1]
    rows.length[spare] = n + 1
    refresh(tables, rows, spare, row)
    return find_place(tables, rows, spare, row, request, np.inf, FIRST).choices > 0


@lean_kernel
def push_out(tables: Tables, rows: Rows, pool: Pool, pushed: tuple[int, int, int]) -> None:
    """Take requests out of their row into the pool, each once."""
    for request in pushed:
        if rows.row_of[request] != NOBODY:
            take_away(tables, rows, request)
            pool.requests[pool.requests[-1]] = request
            pool.requests[-1] += 1
