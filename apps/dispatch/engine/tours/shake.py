"""Random moves that keep every limit: requests change tours, or places with each other, whatever it costs."""

import numpy as np

from apps.dispatch.engine.compiled import lean_kernel
from apps.dispatch.engine.tours.insertion import ANY, NOWHERE, find_place, place_request
from apps.dispatch.engine.tours.rows import NOBODY, SPARE_ROWS, Rows, copy_without, refresh
from apps.dispatch.engine.tours.tables import Tables


@lean_kernel
def shake(tables: Tables, rows: Rows, moves: int) -> None:
    """Try so many moves, half of them relocations and half exchanges."""
    n_requests, n_rows = len(rows.row_of), len(rows.length) - SPARE_ROWS
    for _ in range(moves):
        request = int(np.random.random() * n_requests)
        if rows.row_of[request] == NOBODY:
            continue
        if np.random.random() < 0.5:
            relocate(tables, rows, request, int(np.random.random() * n_rows))
        else:
            exchange(tables, rows, request, int(np.random.random() * n_requests))


@lean_kernel
def relocate(tables: Tables, rows: Rows, request: int, row: int) -> None:
    """Move a request to any place of a row."""
    home = rows.row_of[request]
    if row == home or not rows.allowed[row]:
        return
    place = find_place(tables, rows, row, row, request, np.inf, ANY)
    if place.choices > 0:
        take_away(tables, rows, request)
        place_request(tables, rows, row, request, (place.pickup, place.dropoff))


@lean_kernel
def exchange(tables: Tables, rows: Rows, one: int, other: int) -> None:
    """Let two requests change tours, each to any place of the other's."""
    home, away = rows.row_of[one], rows.row_of[other]
    if away in (NOBODY, home):
        return
    there = any_place_instead(tables, rows, one, other)
    if there[0] == NOWHERE:
        return
    here = any_place_instead(tables, rows, other, one)
    if here[0] == NOWHERE:
        return
    take_away(tables, rows, one)
    take_away(tables, rows, other)
    place_request(tables, rows, away, one, there)
    place_request(tables, rows, home, other, here)


@lean_kernel
def any_place_instead(tables: Tables, rows: Rows, request: int, instead_of: int) -> tuple[int, int]:
    """Any place for a request in the row of another that leaves it; NOWHERE when there is none."""
    row, spare = rows.row_of[instead_of], len(rows.length) - SPARE_ROWS
    copy_without(rows, row, spare, (tables.pickup[instead_of], tables.dropoff[instead_of]))
    refresh(tables, rows, spare, row)
    place = find_place(tables, rows, spare, row, request, np.inf, ANY)
    return place.pickup, place.dropoff


@lean_kernel
def take_away(tables: Tables, rows: Rows, request: int) -> None:
    """Take a request out of its row."""
    row = rows.row_of[request]
    copy_without(rows, row, row, (tables.pickup[request], tables.dropoff[request]))
    rows.row_of[request] = NOBODY
    refresh(tables, rows, row, row)
