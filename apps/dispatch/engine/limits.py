"""The hard limits that do not depend on time: who may carry what.

Masks are (n_legs, n_couriers), True where allowed.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from apps.dispatch.engine.snapshot import CourierState, OpenLeg
from apps.dispatch.engine.tables import CourierTable, LegTable, Mask

Key: TypeAlias = frozenset[str] | None


def _mask(keys: Sequence[Key], couriers: CourierTable, allows: Callable[[frozenset[str], CourierState], bool]) -> Mask:
    """One row per leg by its key; rows of equal keys are worked out once. No key allows everyone."""
    rows: dict[Key, int] = {}
    index = [rows.setdefault(key, len(rows)) for key in keys]
    table = np.ones((len(rows), len(couriers)), dtype=bool)
    for key, row in rows.items():
        if key is not None:
            table[row] = [allows(key, courier) for courier in couriers.states]
    return table[index]


def in_eligible_fleet(legs: Sequence[OpenLeg], couriers: CourierTable) -> Mask:
    """Whether the courier's fleet may carry the leg."""
    return _mask([leg.eligible_fleets for leg in legs], couriers, lambda fleets, courier: courier.fleet_id in fleets)


def has_skills(legs: Sequence[OpenLeg], couriers: CourierTable) -> Mask:
    """Whether the courier has all the skills of the leg."""
    return _mask([leg.skills or None for leg in legs], couriers, lambda skills, courier: skills <= courier.skills)


def is_not_excluded(legs: Sequence[OpenLeg], couriers: CourierTable) -> Mask:
    """Whether the courier has neither declined the leg nor been kept from it."""
    column = {courier.id: row for row, courier in enumerate(couriers.states)}
    mask = np.ones((len(legs), len(couriers)), dtype=bool)
    for row, leg in enumerate(legs):
        for courier_id in leg.excluded_couriers:
            if courier_id in column:
                mask[row, column[courier_id]] = False
    return mask


def can_carry_weight(legs: LegTable, couriers: CourierTable) -> Mask:
    """Whether the leg's weight fits on top of what the courier has on board."""
    return legs.weight_g[:, None] <= couriers.spare_weight_g[None, :]


def has_room(legs: LegTable, couriers: CourierTable) -> Mask:
    """Whether the leg's parcels fit beside those on board."""
    return legs.parcels[:, None] <= couriers.spare_parcels[None, :]


def fits_in(legs: LegTable, couriers: CourierTable) -> Mask:
    """Whether the leg's volume fits beside what is on board."""
    return legs.volume_l[:, None] <= couriers.spare_volume_l[None, :]


def has_vehicle(legs: Sequence[OpenLeg], couriers: CourierTable) -> Mask:
    """Whether the courier rides what the leg asks for."""
    return _mask([leg.vehicle_kinds for leg in legs], couriers, lambda kinds, courier: courier.vehicle.kind in kinds)


def may_carry(legs: LegTable, couriers: CourierTable) -> Mask:
    """Whether the courier may take the leg alone, as far as time does not matter."""
    mask: Mask = in_eligible_fleet(legs.legs, couriers) & has_skills(legs.legs, couriers)
    mask &= is_not_excluded(legs.legs, couriers)
    mask &= can_carry_weight(legs, couriers)
    mask &= has_room(legs, couriers)
    mask &= fits_in(legs, couriers)
    mask &= has_vehicle(legs.legs, couriers)
    return mask
