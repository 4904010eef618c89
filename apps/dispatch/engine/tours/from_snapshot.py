"""A snapshot as a `TourProblem`: the couriers, legs, limits and prices that the tick knows, in the arrays of tours.

Costs are minutes, as in `cost`: riding by its price, lateness by one minute and its slope, leaving out as it costs
there. Two things differ. Who chose a slot does not wait before it is due, so click-to-door counts from then on only;
and a courier who is sent out at all has a price. Times are handovers: halves of service are part of the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.dispatch.engine import limits
from apps.dispatch.engine.committed_stops import after_stops, planned_stops
from apps.dispatch.engine.cost import left_out_cost_min
from apps.dispatch.engine.plan import PlannedStop
from apps.dispatch.engine.reasons import UnassignedReason
from apps.dispatch.engine.settings import MINUTE_S
from apps.dispatch.engine.snapshot import CourierState, LastRoutes, OpenLeg, Snapshot
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.tables import CourierTable, Ints, LegTable, Mask
from apps.dispatch.engine.tours.problem import Fleet, TourProblem
from apps.dispatch.engine.travel import Floats, TravelModel

DAY_S = 86_400.0
ROUNDING_L = 1e-9
ROUNDING_S = 1e-6  # of seconds since 1970


@dataclass(frozen=True)
class Translation:
    """A problem, and what its numbers stand for. Nodes: where each courier starts, the end, pickups, drop-offs."""

    problem: TourProblem
    couriers: tuple[CourierState, ...]
    """As they are when what they are committed to is done: tours begin after that."""
    ridden: tuple[tuple[PlannedStop, ...], ...]
    """What each is committed to, with its times."""
    legs: tuple[OpenLeg, ...]
    reasons: dict[int, UnassignedReason]
    """By leg row: why nobody may carry it, time apart."""

    def stop_at(self, node: int) -> tuple[StopKind, int]:
        """The kind of the stop at a node, and the row of its leg."""
        row = node - len(self.couriers) - 1
        return (StopKind.PICKUP, row) if row < len(self.legs) else (StopKind.DROPOFF, row - len(self.legs))

    def nodes_of(self, routes: LastRoutes) -> dict[int, list[int]]:
        """Routes as nodes by row of the courier; couriers and legs that are not there are passed over."""
        courier_row = {state.id: row for row, state in enumerate(self.couriers)}
        leg_row = {leg.id: row for row, leg in enumerate(self.legs)}
        first, n = len(self.couriers) + 1, len(self.legs)
        return {
            courier_row[who]: [
                first + leg_row[leg_id] + (n if kind is StopKind.DROPOFF else 0)
                for kind, leg_id in stops
                if leg_id in leg_row
            ]
            for who, stops in routes.items()
            if who in courier_row
        }


def translate(snapshot: Snapshot, *, courier_price_min: float) -> Translation:
    """The snapshot as a problem; at least one courier and one leg. Uncertain readiness is taken for certain."""
    ridden = tuple(planned_stops(state, snapshot) for state in snapshot.couriers)
    couriers = tuple(after_stops(state, stops) for state, stops in zip(snapshot.couriers, ridden, strict=True))
    table = CourierTable.of(couriers, snapshot.now, snapshot.settings)
    legs = LegTable.of(snapshot.legs, snapshot.settings)
    allowed, reasons = _who_may_carry(snapshot.legs, table)
    fleet = _fleet(snapshot.couriers, table, courier_price_min)
    n_couriers, n_legs = len(couriers), len(legs)
    travel, riding = _ways(table, legs, snapshot.travel)
    slope = 1.0 + snapshot.settings.lateness_slope
    never_due = np.full(n_couriers + 1 + n_legs, np.inf)
    problem = TourProblem(
        distance=riding * (snapshot.settings.riding_price / MINUTE_S),
        travel=travel,
        pickup=np.arange(n_couriers + 1, n_couriers + 1 + n_legs),
        dropoff=np.arange(n_couriers + 1 + n_legs, n_couriers + 1 + 2 * n_legs),
        window=_windows(legs, fleet),
        load=np.column_stack([legs.weight_g, legs.volume_l, legs.parcels, np.ones(n_legs)]),
        fleet=fleet,
        compatible=allowed,
        max_on_board=legs.max_on_board_s,
        due=np.concatenate([never_due, legs.due_at]),
        lateness_price=slope / MINUTE_S,
        left_out_price=left_out_cost_min(
            now=snapshot.now,
            placed_at=legs.placed_at,
            ready_at=legs.ready_at,
            due_at=legs.due_at,
            settings=snapshot.settings,
        ),
        fleet_first=False,
        rounding=ROUNDING_S,
    )
    return Translation(problem, couriers, ridden, legs.legs, reasons)


def _who_may_carry(legs: Sequence[OpenLeg], couriers: CourierTable) -> tuple[Mask, dict[int, UnassignedReason]]:
    """(n_legs, n_couriers) by the limits that neither time nor load touches, and why a leg is left with nobody."""
    allowed = np.ones((len(legs), len(couriers)), dtype=np.bool_)
    reasons: dict[int, UnassignedReason] = {}
    for reason, mask in (
        (UnassignedReason.NO_ELIGIBLE_FLEET, limits.in_eligible_fleet(legs, couriers)),
        (UnassignedReason.MISSING_SKILL, limits.has_skills(legs, couriers)),
        (UnassignedReason.NO_SUITABLE_VEHICLE, limits.has_vehicle(legs, couriers)),
        (UnassignedReason.EVERY_COURIER_DECLINED, limits.is_not_excluded(legs, couriers)),
        (UnassignedReason.SHIFT_ENDS_TOO_SOON, couriers.available_at <= _ends_at(couriers)),
    ):
        allowed &= mask
        for row in np.flatnonzero(~allowed.any(axis=1)).tolist():
            reasons.setdefault(row, reason)
    return allowed, reasons


def _fleet(states: Sequence[CourierState], table: CourierTable, price_min: float) -> Fleet:
    """Each courier once: from where and when he is free until his shift ends, wherever he is then."""
    n = len(states)
    at_once = np.array([np.inf if state.max_legs is None else state.max_legs for state in states])
    ends_at = np.maximum(_ends_at(table), table.available_at)  # who is free after his shift is sorted out already
    spare_l = table.spare_volume_l + ROUNDING_L
    return Fleet(
        capacity=np.column_stack([table.spare_weight_g, spare_l, table.spare_parcels, at_once]),
        start=np.arange(n),
        end=np.full(n, n),
        shift=np.column_stack([table.available_at, ends_at]),
        price=np.full(n, price_min),
        rides=table.vehicle,
    )


def _ends_at(couriers: CourierTable) -> Floats:
    """When the last drop-off of each courier must be done, (n_couriers,)."""
    answer: Floats = np.minimum(couriers.shift_ends_at, couriers.drop_by)
    return answer


def _ways(couriers: CourierTable, legs: LegTable, travel: TravelModel) -> tuple[Floats, Floats]:
    """Seconds from handover to handover, and those of them that are ridden; both (n_vehicles, N, N)."""
    end, n_legs = len(couriers), len(legs)
    first = end + 1
    points = np.concatenate([couriers.position, legs.pickup[:1], legs.pickup, legs.dropoff])
    place = _places(legs)
    half = np.concatenate([np.zeros(first), _longest_half(legs, place), legs.dropoff_half_s])
    riding = np.stack([travel.seconds(points, points, vehicle) for vehicle in couriers.vehicles])
    riding[:, :, end] = riding[:, end, :] = 0.0
    way = riding + half[:, None] + half[None, :]
    pickups = slice(first, first + n_legs)
    together = place[:, None] == place[None, :]
    riding[:, pickups, pickups][:, together] = 0.0
    way[:, pickups, pickups][:, together] = 0.0  # one stop, with one service
    return way, riding


def _places(legs: LegTable) -> Ints:
    """A number for each pickup place, (n_legs,)."""
    rows: dict[str, int] = {}
    return np.array([rows.setdefault(leg.pickup_place, len(rows)) for leg in legs.legs], dtype=np.int64)


def _longest_half(legs: LegTable, place: Ints) -> Floats:
    """Half of the longest service of all legs of a place: what is picked up with others takes as long as they do."""
    longest = np.zeros(place.max(initial=-1) + 1)
    np.maximum.at(longest, place, legs.pickup_half_s)
    answer: Floats = longest[place]
    return answer


def _windows(legs: LegTable, fleet: Fleet) -> Floats:
    """(N, 2) of handovers, all finite: a window without an end is open for longer than anybody works."""
    opens = np.maximum(legs.ready_at, legs.drop_from)
    begin = float(min(fleet.shift[:, 0].min(), legs.ready_at.min()))
    end = float(max(fleet.shift[:, 1].max(), opens.max())) + DAY_S
    anywhere = np.tile([begin, end], (len(fleet.start) + 1, 1))
    pickup_by, drop_by = np.minimum(legs.pickup_by, end), np.minimum(legs.drop_by, end)
    return np.concatenate([anywhere, np.column_stack([legs.ready_at, pickup_by]), np.column_stack([opens, drop_by])])
