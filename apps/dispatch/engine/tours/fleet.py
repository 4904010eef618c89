"""Fewer vehicles: gives up one after the other, and finds places for its requests by guided ejection search."""

import numpy as np

from apps.dispatch.engine.tours.ejection import Pool, empty_pool, make_pool
from apps.dispatch.engine.tours.rows import NOBODY, tours_in
from apps.dispatch.engine.tours.search_state import Search, Solution

PATIENCE = 60
"""Tries per request after which a vehicle is kept."""
TRY_WORTH = 20
"""Steps of annealing that take as long as one try of the ejection search, roughly."""


def reduce_fleet(search: Search, solution: Solution, until: float, least: int = 1) -> Solution:
    """Give up vehicles until one must be kept, `least` are left, or this share of the budget is spent."""
    while len(solution) > least and search.budget.spent() < until:
        given_up = int(search.chance.integers(len(solution)))
        rest = [tour for at, tour in enumerate(solution) if at != given_up]
        search.load(rest)
        search.allow(rest)
        waiting = [int(search.tables.request[stop]) for stop in solution[given_up][1]]
        if not _serve(search, list(dict.fromkeys(waiting)), until):
            break
        solution = tours_in(search.rows.nodes, search.rows.length)
    return solution


def serve_left_out(search: Search, solution: Solution, until: float) -> Solution:
    """Find places for requests that are left out although some vehicle could serve them."""
    search.load(solution)
    search.allow(None)
    left_out = np.flatnonzero(search.rows.row_of == NOBODY).tolist()
    if left_out and _serve(search, left_out, until):
        return tours_in(search.rows.nodes, search.rows.length)
    return solution


def _serve(search: Search, requests: list[int], until: float) -> bool:
    """Find places for all of these in the vehicles allowed; returns whether there are."""
    pool: Pool = make_pool(len(search.tables.pickup))
    pool.requests[: len(requests)] = search.chance.permutation(requests)
    pool.requests[-1] = len(requests)
    tries = 0

    def call(n: int) -> bool:
        nonlocal tries
        tries += n
        waiting = empty_pool(search.tables, search.rows, pool, n)
        return waiting > 0 and tries < PATIENCE * len(search.tables.pickup)

    search.budget.run(call, until, TRY_WORTH)
    return bool(pool.requests[-1] == 0)
