"""Joining legs of one pickup place under pressure.

After Reyes, Erera, Savelsbergh, Sahasrabudhe and O'Neil, The Meal Delivery Routing Problem (2018), section 4.2: the
target size Z is the number of legs soon ready per courier soon free. While Z is 1 nothing is joined: recipients wait
longer for a bundle, and it pays only when couriers are short.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from apps.dispatch.engine.market import Market
from apps.dispatch.engine.tables import CourierTable
from apps.dispatch.engine.travel import Floats, VehicleProfile


def target_size(market: Market) -> int:
    """Z: how many legs a bundle should have now, between 1 and what the settings allow."""
    rules = market.settings
    soon = market.now + market.settings.bundle_window_s
    ready = int(np.count_nonzero(market.legs.ready_at <= soon))
    free = int(np.count_nonzero(market.couriers.available_at <= soon))
    return max(1, min(rules.max_bundle_legs, rules.routes_max_legs, math.ceil(ready / max(1, free))))


def make_bundles(market: Market, size: int) -> list[tuple[int, ...]]:
    """Partition the legs of a market into bundles of at most `size`: rows of legs in drop-off order.

    Legs whose drop-off must not be too early stay alone: a bundle would have to wait at their doors.

    The legs of a place are dealt out, the first to be ready first, over as few bundles as the size allows, each to
    where it delays riding and waiting least. Two legs meet only when some courier may carry both at once.
    """
    legs = market.legs
    if size <= 1:
        return [(row,) for row in range(len(legs))]
    by_place: dict[str, list[int]] = {}
    for row, leg in enumerate(legs.legs):
        by_place.setdefault(leg.pickup_place if leg.drop_from is None else f"leg {leg.id}", []).append(row)
    bundles: list[tuple[int, ...]] = []
    for rows in by_place.values():
        if len(rows) == 1:
            bundles.append((rows[0],))
            continue
        rows.sort(key=lambda row: (legs.ready_at[row], legs.placed_at[row], legs.legs[row].id))
        slots = _deal(_Place.of(rows, market), size)
        bundles.extend(tuple(rows[k] for k in slot) for slot in slots if slot)
    return bundles


def _commonest_vehicle(couriers: CourierTable) -> VehicleProfile:
    return couriers.vehicles[int(np.bincount(couriers.vehicle).argmax())]


@dataclass(frozen=True, slots=True)
class _Place:
    """Legs of one place, numbered from 0; arrays by leg (n,) and from leg to leg (n, n), seconds."""

    market: Market
    rows: Sequence[int]
    ready_at: Floats
    from_place: Floats
    between: Floats
    service_s: Floats

    @classmethod
    def of(cls, rows: Sequence[int], market: Market) -> "_Place":
        legs, vehicle = market.legs, _commonest_vehicle(market.couriers)
        dropoff = legs.dropoff[rows]
        return cls(
            market=market,
            rows=rows,
            ready_at=legs.ready_at[rows],
            from_place=market.travel.seconds(legs.pickup[rows[:1]], dropoff, vehicle)[0],
            between=market.travel.seconds(dropoff, dropoff, vehicle),
            service_s=2 * legs.dropoff_half_s[rows],
        )

    def burden(self, slot: Sequence[int]) -> float:
        """Seconds a bundle lasts, plus the weighted seconds its legs wait for the last one to be ready."""
        if not slot:
            return 0.0
        lasts = self.from_place[slot[0]] + sum(self.service_s[k] for k in slot)
        lasts += sum(self.between[a, b] for a, b in pairwise(slot))
        ready_at = max(self.ready_at[k] for k in slot)
        waits = sum(ready_at - self.ready_at[k] for k in slot)
        return float(lasts + self.market.settings.bundle_delay_weight * waits)

    def can_be_carried(self, slot: Sequence[int]) -> bool:
        """Whether anybody may carry these legs together."""
        return bool(self.market.may_carry_together([self.rows[k] for k in slot]).any())


def _deal(place: _Place, size: int) -> list[list[int]]:
    """Cheapest insertion of each leg into one of ceil(n / size) slots, or into a new one where none can have it."""
    n = len(place.rows)
    slots: list[list[int]] = [[] for _ in range(math.ceil(n / size))]
    for k in range(n):
        best, best_slot, best_order = math.inf, -1, [k]
        for index, slot in enumerate(slots):
            if len(slot) >= size or (slot and not place.can_be_carried([*slot, k])):
                continue
            before = place.burden(slot)
            for position in range(len(slot) + 1):
                order = [*slot[:position], k, *slot[position:]]
                added = place.burden(order) - before
                if added < best - 1e-6:
                    best, best_slot, best_order = added, index, order
        if best_slot < 0:
            slots.append(best_order)
        else:
            slots[best_slot] = best_order
    return slots
