"""Riding times from an OSRM server's tables, with another model behind them that answers for whatever it does not."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from apps.dispatch.engine.travel import Floats, TravelModel, VehicleProfile
from apps.dispatch.travel.osrm_answer import OsrmError, believable, great_circle_m
from apps.dispatch.travel.osrm_server import OsrmServer, Question
from apps.dispatch.travel.pair_cache import PairCache, point_keys
from apps.dispatch.travel.tiles import Tile, tiles_nearest_first

LEAST_TO_CALIBRATE = 20  # answered cells, before their median says how the others are off


@dataclass(slots=True)
class OsrmTable:
    """Travel times of one plan. The same question gets the same answer as long as it lives, so make one per plan.

    `budget_s` of waiting, `budget_cells` to ask for and `budget_lookups` of what is known are for the whole plan; one
    question takes at most half of the cells that are left. Nearest pairs come first; the others get the default's time
    x the median of OSRM over default among what was answered ("calibrated").
    """

    server: OsrmServer
    default: TravelModel
    budget_s: float = 0.5
    budget_cells: int = 50_000
    budget_lookups: int = 200_000
    _answers: dict[tuple[bytes, bytes, VehicleProfile], Floats] = field(default_factory=dict)
    _ratios: dict[VehicleProfile, float] = field(default_factory=dict)

    def seconds(self, origins: Floats, destinations: Floats, vehicle: VehicleProfile) -> Floats:
        """As `TravelModel.seconds`. Never raises for the server's sake."""
        key = (origins.tobytes(), destinations.tobytes(), vehicle)
        if key not in self._answers:
            self._answers[key] = self._work_out(origins, destinations, vehicle)
        return self._answers[key].copy()

    def _work_out(self, origins: Floats, destinations: Floats, vehicle: VehicleProfile) -> Floats:
        straight = self.default.seconds(origins, destinations, vehicle)
        profile = self.server.profiles.get(vehicle.kind)
        if profile is None or straight.size == 0:
            return straight
        table = _Table(profile, origins, destinations, straight)
        cache = self.server.caches[profile]
        self._ask(table, self._missing(table, cache), cache)
        self._count(table)
        return np.where(np.isfinite(table.seconds), table.seconds, straight * self._ratio(table, vehicle))

    def _missing(self, table: "_Table", cache: PairCache) -> list[Tile]:
        """Take what is known already. Returns tiles to ask for: the nearest, as many as the question may have."""
        missing = []
        cells, lookups = self.budget_cells // 2, self.budget_lookups // 2
        for tile in tiles_nearest_first(
            table.origins, table.destinations, table.straight, max_locations=self.server.max_locations
        ):
            if tile.cells > lookups:
                break
            lookups -= tile.cells
            self.budget_lookups -= tile.cells
            if table.fill_from(cache, tile) and tile.cells <= cells:
                cells -= tile.cells
                self.budget_cells -= tile.cells
                missing.append(tile)
        return missing

    def _ask(self, table: "_Table", tiles: Sequence[Tile], cache: PairCache) -> None:
        """Ask the server for tiles, and keep what can be believed."""
        if not tiles:
            return
        began = time.monotonic()
        answers = self.server.ask([table.question(tile) for tile in tiles], budget_s=self.budget_s)
        self.budget_s -= time.monotonic() - began
        is_well = False
        for tile, answer in zip(tiles, answers, strict=True):
            if answer is None:
                continue
            try:
                table.take(tile, answer, cache)
            except OsrmError as error:
                self.server.breaker.failed(str(error))
                return
            is_well = True
        if is_well:
            self.server.breaker.succeeded()

    def _ratio(self, table: "_Table", vehicle: VehicleProfile) -> float:
        """What the default is off by. Settled with the first table that says enough: later ones must not contradict."""
        used = np.isfinite(table.seconds) & (table.straight > 0)
        if vehicle not in self._ratios and np.count_nonzero(used) >= LEAST_TO_CALIBRATE:
            self._ratios[vehicle] = float(np.median(table.seconds[used] / table.straight[used]))
        return self._ratios.get(vehicle, 1.0)

    def _count(self, table: "_Table") -> None:
        no_way = int(np.count_nonzero(np.isinf(table.seconds)))
        self.server.fallback_cells["no_way"] += no_way
        self.server.fallback_cells["no_answer"] += int(np.count_nonzero(np.isnan(table.seconds)))


@dataclass(slots=True)
class _Table:
    """A table on its way: `seconds` (n, m) is NaN where nobody answered yet, infinity where there is no way."""

    profile: str
    origins: Floats
    destinations: Floats
    straight: Floats
    seconds: Floats = field(init=False)
    origin_keys: list[int] = field(init=False)
    destination_keys: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.seconds = np.full(self.straight.shape, np.nan)
        self.origin_keys, self.destination_keys = point_keys(self.origins), point_keys(self.destinations)

    def fill_from(self, cache: PairCache, tile: Tile) -> bool:
        """Take what is known of a tile. Returns whether anything is missing."""
        known = cache.lookup(*self._keys(tile))
        self.seconds[tile.cut] = known
        return bool(np.isnan(known).any())

    def question(self, tile: Tile) -> Question:
        """What to ask the server about a tile."""
        return Question(self.profile, self.origins[tile.rows], self.destinations[tile.columns])

    def take(self, tile: Tile, answer: Floats, cache: PairCache) -> None:
        """Take the server's answer about a tile. Raises OsrmError when most of it cannot be."""
        metres = great_circle_m(self.origins[tile.rows], self.destinations[tile.columns])
        fine = believable(answer, straight=self.straight[tile.cut], metres=metres)
        fine[np.isnan(fine)] = np.inf  # there is no telling: nobody shall ask again at the next tick
        known = self.seconds[tile.cut]
        self.seconds[tile.cut] = np.where(np.isnan(known), fine, known)
        cache.keep(*self._keys(tile), fine)

    def _keys(self, tile: Tile) -> tuple[list[int], list[int]]:
        return (
            [self.origin_keys[row] for row in tile.rows.tolist()],
            [self.destination_keys[column] for column in tile.columns.tolist()],
        )
