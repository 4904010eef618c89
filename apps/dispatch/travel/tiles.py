"""Cuts a large table into tiles that a server answers at once, the nearest first."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from apps.dispatch.engine.travel import Floats

Rows: TypeAlias = NDArray[np.intp]
_BITS = 10


@dataclass(frozen=True, slots=True)
class Tile:
    """Part of a table: these origins to these destinations."""

    rows: Rows
    columns: Rows

    @property
    def cells(self) -> int:
        """How many pairs."""
        return len(self.rows) * len(self.columns)

    @property
    def cut(self) -> tuple[Rows, Rows]:
        """What to index a table with, to read or write this part of it."""
        return self.rows[:, None], self.columns[None, :]


def tiles_nearest_first(origins: Floats, destinations: Floats, seconds: Floats, *, max_locations: int) -> list[Tile]:
    """All pairs in tiles of at most `max_locations` points, by the mean of `seconds` (n, m), a straight line's.

    Points are dealt out along a Z-order curve, so that a tile joins two neighbourhoods: who is far from whom then is a
    matter of tiles, and the far ones, which hardly any route uses, come last.
    """
    rows, columns = z_order(origins), z_order(destinations)
    height = min(len(rows), max(max_locations // 2, max_locations - len(columns)))
    width = max_locations - height
    tiles = [
        Tile(rows[top : top + height], columns[left : left + width])
        for top in range(0, len(rows), height)
        for left in range(0, len(columns), width)
    ]
    return sorted(tiles, key=lambda tile: float(seconds[np.ix_(tile.rows, tile.columns)].mean()))


def z_order(points: Floats) -> Rows:
    """Indices of the points along a Z-order (Morton) curve: neighbours in it are neighbours on the map."""
    low, high = points.min(axis=0), points.max(axis=0)
    cells = ((points - low) / np.maximum(high - low, 1e-9) * (2**_BITS - 1)).astype(np.int64)
    code = np.zeros(len(points), dtype=np.int64)
    for bit in range(_BITS):
        code |= ((cells[:, 0] >> bit) & 1) << (2 * bit + 1) | ((cells[:, 1] >> bit) & 1) << (2 * bit)
    return np.argsort(code, kind="stable")
