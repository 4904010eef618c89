"""Couriers and legs as columns of numbers, one row each, in the order of the snapshot."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from apps.core.geo import Point
from apps.dispatch.engine.cost import tie_break_min
from apps.dispatch.engine.settings import PlannerSettings
from apps.dispatch.engine.snapshot import CourierState, OpenLeg
from apps.dispatch.engine.travel import Floats, TravelModel, VehicleProfile

Ints: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]


def _positions(points: Sequence[Point]) -> Floats:
    return np.array([(point.lat, point.lon) for point in points], dtype=float).reshape(-1, 2)


def _column(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=float)


def _limits(values: Sequence[float | None], none: float) -> Floats:
    return np.array([none if value is None else value for value in values], dtype=float)


def _room_for_legs(state: CourierState) -> float:
    held = len({stop.leg.id for stop in state.stops})
    return math.inf if state.max_legs is None else max(0, state.max_legs - held)


@dataclass(frozen=True, slots=True)
class CourierTable:
    """Couriers of one matching; every array is (n_couriers,) but `position` (n_couriers, 2)."""

    states: tuple[CourierState, ...]
    position: Floats
    available_at: Floats
    """The latest of now, free and on duty."""
    shift_ends_at: Floats
    drop_by: Floats
    """Infinite where he finishes what he has picked up."""
    room_for_legs: Floats
    """How many legs he may take beyond those he has; infinite where only the settings limit it."""
    tie_break_min: Floats
    """Minutes added per leg given to him, see `cost.tie_break_min`."""
    spare_weight_g: Floats
    spare_parcels: Floats
    spare_volume_l: Floats
    vehicles: tuple[VehicleProfile, ...]
    vehicle: Ints
    """Row of each courier's profile in `vehicles`."""

    @classmethod
    def of(cls, states: Sequence[CourierState], now: float, settings: PlannerSettings) -> "CourierTable":
        """Table of these couriers."""
        rows: dict[VehicleProfile, int] = {}
        vehicle = [rows.setdefault(state.vehicle, len(rows)) for state in states]
        start = [s.on_duty_from if s.shift_starts_at is None else s.shift_starts_at for s in states]
        ends_at = _column([s.shift_ends_at for s in states])
        return cls(
            states=tuple(states),
            position=_positions([s.position for s in states]),
            available_at=_column([max(now, s.free_at, s.on_duty_from) for s in states]),
            shift_ends_at=ends_at,
            drop_by=_limits([s.drop_by for s in states], np.inf),
            room_for_legs=_column([_room_for_legs(s) for s in states]),
            tie_break_min=tie_break_min(
                legs_done=_column([s.legs_done for s in states]),
                worked_s=np.clip(now, _column(start), ends_at) - _column(start),
                settings=settings,
            ),
            spare_weight_g=_column([s.vehicle.max_weight_g - s.weight_on_board_g for s in states]),
            spare_parcels=_column([s.vehicle.max_parcels - s.parcels_on_board for s in states]),
            spare_volume_l=_column([s.vehicle.max_volume_l - s.volume_on_board_l for s in states]),
            vehicles=tuple(rows),
            vehicle=np.array(vehicle, dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.states)

    def rides_to(self, places: Floats, travel: TravelModel) -> Floats:
        """Seconds from where each courier is free to each place; places (m, 2), answer (m, n_couriers)."""
        if len(self.vehicles) == 1:
            return travel.seconds(self.position, places, self.vehicles[0]).T
        rides = np.empty((len(places), len(self)))
        for row, profile in enumerate(self.vehicles):
            on_it = self.vehicle == row
            rides[:, on_it] = travel.seconds(self.position[on_it], places, profile).T
        return rides


@dataclass(frozen=True, slots=True)
class LegTable:
    """Legs of one matching; every array is (n_legs,) but the places (n_legs, 2)."""

    legs: tuple[OpenLeg, ...]
    pickup: Floats
    dropoff: Floats
    placed_at: Floats
    ready_at: Floats
    due_at: Floats
    drop_by: Floats
    """Infinite where there is no hard end; the same for `pickup_by` and `max_on_board_s`."""
    pickup_by: Floats
    drop_from: Floats
    """Minus infinite where there is no start."""
    max_on_board_s: Floats
    ready_spread_s: Floats
    weight_g: Floats
    volume_l: Floats
    parcels: Floats
    pickup_half_s: Floats
    """Half of the service time: what passes before the handover, and again after it."""
    dropoff_half_s: Floats

    @classmethod
    def of(cls, legs: Sequence[OpenLeg], settings: PlannerSettings) -> "LegTable":
        """Table of these legs."""
        threshold = settings.lateness_threshold_s
        return cls(
            legs=tuple(legs),
            pickup=_positions([leg.pickup for leg in legs]),
            dropoff=_positions([leg.dropoff for leg in legs]),
            placed_at=_column([leg.placed_at for leg in legs]),
            ready_at=_column([leg.ready_at for leg in legs]),
            due_at=_column([leg.placed_at + threshold if leg.due_at is None else leg.due_at for leg in legs]),
            drop_by=_limits([leg.drop_by for leg in legs], np.inf),
            pickup_by=_limits([leg.pickup_by for leg in legs], np.inf),
            drop_from=_limits([leg.drop_from for leg in legs], -np.inf),
            max_on_board_s=_limits([leg.max_on_board_s for leg in legs], np.inf),
            ready_spread_s=_column([leg.ready_spread_s for leg in legs]),
            weight_g=_column([leg.weight_g for leg in legs]),
            volume_l=_column([leg.volume_l for leg in legs]),
            parcels=_column([leg.parcels for leg in legs]),
            pickup_half_s=_column([leg.pickup_service_s / 2 for leg in legs]),
            dropoff_half_s=_column([leg.dropoff_service_s / 2 for leg in legs]),
        )

    def at(self, rows: Sequence[int]) -> "LegTable":
        """The table of the legs in these rows."""
        picked, names = list(rows), [field.name for field in fields(self) if field.name != "legs"]
        return LegTable(tuple(self.legs[row] for row in rows), **{name: getattr(self, name)[picked] for name in names})

    def __len__(self) -> int:
        return len(self.legs)
