"""The hard limits that do not depend on time: who may carry what. Masks are (n_legs, n_couriers), True where allowed."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from apps.dispatch.engine.snapshot import OpenLeg
from apps.dispatch.engine.tables import CourierTable, LegTable, Mask

Key: TypeAlias = frozenset[str] | None


def _mask(keys: Sequence[Key], n_couriers: int, row_of: Callable[[frozenset[str]], list[bool]]) -> Mask:
    """One row per leg by its key; rows of equal keys are worked out once. An empty or missing key allows everyone."""
    rows: dict[Key, int] = {}
    index = [rows.setdefault(key, len(rows)) for key in keys]
    table = np.ones((len(rows), n_couriers), dtype=bool)
    for key, row in rows.items():
        if key is not None:
            table[row] = row_of(key)
    return table[index]


def in_eligible_fleet(legs: Sequence[OpenLeg], couriers: CourierTable) -> Mask:
    """Whether the courier's fleet may carry the leg."""
    return _mask(
        [leg.eligible_fleets for leg in legs], len(couriers), lambda fleets: [s.fleet_id in fleets for s in couriers.states]
    )


def has_skills(legs: Sequence[OpenLeg], couriers: CourierTable) -> Mask:
    """Whether the courier has all the skills of the leg."""
    return _mask(
        [leg.skills or None for leg in legs], len(couriers), lambda skills: [skills <= s.skills for s in couriers.states]
    )


def is_not_excluded(legs: Sequence[OpenLeg], couriers: CourierTable) -> Mask:
    """Whether the courier has neither declined the leg nor been kept from it."""
    return _mask(
        [leg.excluded_couriers or None for leg in legs],
        len(couriers),
        lambda excluded: [s.id not in excluded for s in couriers.states],
    )


def can_carry_weight(legs: LegTable, couriers: CourierTable) -> Mask:
    """Whether the leg's weight fits on top of what the courier has on board."""
    return legs.weight_g[:, None] <= couriers.spare_weight_g[None, :]


def has_room(legs: LegTable, couriers: CourierTable) -> Mask:
    """Whether the leg's parcels fit beside those on board."""
    return legs.parcels[:, None] <= couriers.spare_parcels[None, :]


def may_carry(legs: LegTable, couriers: CourierTable) -> Mask:
    """Whether the courier may take the leg alone, as far as time does not matter."""
    mask: Mask = in_eligible_fleet(legs.legs, couriers) & has_skills(legs.legs, couriers)
    mask &= is_not_excluded(legs.legs, couriers)
    mask &= can_carry_weight(legs, couriers)
    mask &= has_room(legs, couriers)
    return mask
