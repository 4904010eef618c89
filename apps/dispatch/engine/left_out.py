"""Finding the true reason why a leg is in no route."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from apps.dispatch.engine.bundles import BundleTable, price
from apps.dispatch.engine.limits import (
    can_carry_weight,
    fits_in,
    has_room,
    has_skills,
    has_vehicle,
    in_eligible_fleet,
    is_not_excluded,
)
from apps.dispatch.engine.market import Market
from apps.dispatch.engine.plan import MOST_NAMED, Exclusion
from apps.dispatch.engine.reasons import UnassignedReason
from apps.dispatch.engine.searching import is_searched
from apps.dispatch.engine.snapshot import CourierState, OpenLeg, Snapshot
from apps.dispatch.engine.tables import Mask


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What one plan left over."""

    legs: tuple[OpenLeg, ...]
    """Legs within the horizon that have no route."""
    on_duty: tuple[CourierState, ...]
    idle: frozenset[str]
    """Couriers who took part in the matching and got nothing."""
    cut_couriers: frozenset[str]
    """Couriers on duty who did not take part, because the plan is limited in size."""
    cut_legs: frozenset[str]
    """The same for legs."""


def explain(snapshot: Snapshot, leftovers: Leftovers) -> dict[str, UnassignedReason]:
    """The reason for each leg left over.

    Couriers are struck out by one limit after the other; the reason is the limit that strikes out the last of them.
    """
    legs, on_duty = leftovers.legs, leftovers.on_duty
    if not on_duty:
        return {leg.id: UnassignedReason.NO_COURIER_ON_SHIFT for leg in legs}
    if not legs:
        return {}
    market = Market.of(snapshot, on_duty, legs)
    reasons: dict[str, UnassignedReason] = {}
    remaining = np.ones((len(legs), len(on_duty)), dtype=bool)
    for reason, allowed in _limits(market):
        remaining &= allowed
        for row in np.flatnonzero(~remaining.any(axis=1)).tolist():
            reasons.setdefault(legs[row].id, reason)
    is_idle = np.array([courier.id in leftovers.idle for courier in on_duty], dtype=bool)
    is_cut = np.array([courier.id in leftovers.cut_couriers for courier in on_duty], dtype=bool)
    for row, leg in enumerate(legs):
        if leg.id in reasons:
            continue
        if leg.id in leftovers.cut_legs:
            reasons[leg.id] = UnassignedReason.BEYOND_PLAN_SIZE
        elif (remaining[row] & is_idle).any():
            reasons[leg.id] = UnassignedReason.WAITING_FOR_A_BETTER_COURIER
        elif (remaining[row] & is_cut).any():
            reasons[leg.id] = UnassignedReason.BEYOND_PLAN_SIZE
        else:
            reasons[leg.id] = UnassignedReason.NO_COURIER_FREE
    return reasons


def excluded_from(market: Market) -> dict[str, tuple[Exclusion, ...]]:
    """By leg of the market: which of its couriers could not have it, and by which limit."""
    legs, ids = market.legs.legs, [courier.id for courier in market.couriers.states]
    if not legs or not ids:
        return {}
    excluded: dict[str, list[Exclusion]] = {leg.id: [] for leg in legs}
    remaining = np.ones((len(legs), len(ids)), dtype=bool)
    for reason, allowed in _limits(market):
        rows, columns = np.nonzero(remaining & ~allowed)
        remaining &= allowed
        ends, begins = np.searchsorted(rows, np.arange(1, len(legs) + 1)).tolist(), 0
        for leg, end in zip(legs, ends, strict=True):
            if end > begins:
                named = tuple([ids[column] for column in columns[begins : min(end, begins + MOST_NAMED)].tolist()])
                excluded[leg.id].append(Exclusion(reason, end - begins, named))
            begins = end
    return {leg_id: tuple(found) for leg_id, found in excluded.items()}


def _limits(market: Market) -> Iterator[tuple[UnassignedReason, Mask]]:
    """The limits in the order in which couriers are struck out; masks (n_legs, n_couriers)."""
    legs, couriers = market.legs, market.couriers
    yield UnassignedReason.NO_ELIGIBLE_FLEET, in_eligible_fleet(legs.legs, couriers)
    yield UnassignedReason.MISSING_SKILL, has_skills(legs.legs, couriers)
    yield UnassignedReason.NO_SUITABLE_VEHICLE, has_vehicle(legs.legs, couriers)
    yield UnassignedReason.TOO_HEAVY, can_carry_weight(legs, couriers)
    yield UnassignedReason.TOO_LARGE, fits_in(legs, couriers)
    yield UnassignedReason.TOO_MANY_PARCELS, has_room(legs, couriers)
    yield UnassignedReason.EVERY_COURIER_DECLINED, is_not_excluded(legs.legs, couriers)
    alone = BundleTable.of([(row,) for row in range(len(legs))], market)
    prices = price(alone, market, is_searched=is_searched(market.settings))
    yield UnassignedReason.SHIFT_ENDS_TOO_SOON, prices.within_shift
    yield UnassignedReason.WINDOW_CANNOT_BE_MET, prices.in_time
    yield UnassignedReason.TOO_LONG_ON_BOARD, prices.feasible
