"""Checks a plan against its snapshot stop by stop, in plain arithmetic that shares nothing with the planner."""

from collections import Counter
from dataclasses import dataclass
from math import exp, inf, log, log1p

import pytest

from apps.core.geo import Point, distance_m
from apps.dispatch.engine import CourierState, OpenLeg, Plan, PlannedRoute, PlannedStop, Snapshot, StopKind
from apps.dispatch.engine.compiled import COMPILED

SLACK_S = 1e-3
SLACK_MIN = 1e-4
SLACK_L = 1e-9
LOADS = (("weight_g", "max_weight_g"), ("volume_l", "max_volume_l"), ("parcels", "max_parcels"))


@dataclass(frozen=True, slots=True)
class Visit:
    """One leg picked up or dropped off."""

    kind: StopKind
    leg: OpenLeg
    is_committed: bool

    @property
    def where(self) -> Point:
        return self.leg.pickup if self.kind is StopKind.PICKUP else self.leg.dropoff

    @property
    def half_s(self) -> float:
        is_pickup = self.kind is StopKind.PICKUP
        return (self.leg.pickup_service_s if is_pickup else self.leg.dropoff_service_s) / 2


@dataclass(frozen=True, slots=True)
class Made:
    """A visit as ridden: when he could leave for it, the ride, when he is there, since when everything so far picked up
    in the same stop is ready, the handover, half of the service, and whether it is one stop with the pickup before."""

    visit: Visit
    could_leave: float
    ride_s: float
    arrives: float
    ready_at: float
    handover: float
    half_s: float
    joins: bool

    @property
    def leaves(self) -> float:
        return self.handover + self.half_s


def is_searched(snapshot: Snapshot) -> bool:
    """Whether the plan is one of the search, not of the matching."""
    return COMPILED and snapshot.settings.routes_rounds > 0


def ride_s(snapshot: Snapshot, origin: Point, destination: Point, courier: CourierState) -> float:
    slowness = getattr(snapshot.travel, "slowness", 1.0)
    vehicle = courier.vehicle
    return distance_m(origin, destination) * vehicle.detour_factor * slowness / (vehicle.speed_kmh / 3.6)


def free_from(snapshot: Snapshot, courier: CourierState) -> float:
    return max(snapshot.now, courier.free_at, courier.on_duty_from)


def expected_later(ready_at: float, spread_s: float, arrives: float) -> float:
    """Mean of the later of the arrival and a readiness of logistic distribution."""
    if spread_s <= 0:
        return max(ready_at, arrives)
    late = arrives - ready_at
    return max(ready_at, arrives) + spread_s * log1p(exp(-abs(late) / spread_s))


def ride_through(snapshot: Snapshot, courier: CourierState, visits: list[Visit]) -> list[Made]:
    """Ride the visits in their order. Pickups of one place in a row are one stop: one service, the longest of them."""
    made: list[Made] = []
    here, leaves = courier.position, free_from(snapshot, courier)
    for visit in visits:
        ride = ride_s(snapshot, here, visit.where, courier)
        arrives = leaves + ride
        if visit.kind is StopKind.DROPOFF:
            opens = -inf if visit.leg.drop_from is None else visit.leg.drop_from
            handover = max(opens, arrives + visit.half_s)
            made.append(Made(visit, leaves, ride, arrives, opens, handover, visit.half_s, joins=False))
        elif made and made[-1].visit.kind is StopKind.PICKUP and is_one_place(made[-1].visit, visit):
            made.append(joined(snapshot, made[-1], visit))
        else:
            spread = visit.leg.ready_spread_s if is_searched(snapshot) else 0.0
            handover = expected_later(
                visit.leg.ready_at, spread, max(arrives + visit.half_s, wanted_at(snapshot, visit))
            )
            made.append(Made(visit, leaves, ride, arrives, visit.leg.ready_at, handover, visit.half_s, joins=False))
        here, leaves = visit.where, made[-1].leaves
    return made


def joined(snapshot: Snapshot, before: Made, visit: Visit) -> Made:
    """A pickup that is one stop with the one before. The search takes each parcel when it is ready; the matching takes
    all that is new at once, when the last is ready."""
    half, leg = max(before.half_s, visit.half_s), visit.leg
    ready_at = max(before.ready_at, leg.ready_at)
    if is_searched(snapshot):
        there = max(before.handover - before.half_s + half, wanted_at(snapshot, visit))
        handover = expected_later(leg.ready_at, leg.ready_spread_s, there)
    elif visit.is_committed:
        handover = max(leg.ready_at, before.handover - before.half_s + half)
    else:
        handover = max(ready_at, before.arrives + half)
    return Made(visit, before.leaves, 0.0, before.arrives, ready_at, handover, half, joins=True)


def is_one_place(a: Visit, b: Visit) -> bool:
    return a.leg.pickup_place == b.leg.pickup_place


def check_plan(snapshot: Snapshot, outcome: Plan) -> None:
    """Raises AssertionError where the plan is not what it says, or breaks a hard limit."""
    planned = [leg_id for route in outcome.routes for leg_id in route.leg_ids]
    assert sorted([*planned, *outcome.unassigned]) == sorted(leg.id for leg in snapshot.legs)
    assert len({route.courier_id for route in outcome.routes}) == len(outcome.routes)
    for route in outcome.routes:
        check_route(snapshot, route)


def check_route(snapshot: Snapshot, route: PlannedRoute) -> None:
    courier = next(c for c in snapshot.couriers if c.id == route.courier_id)
    visits = visits_of(snapshot, courier, route)
    made = ride_through(snapshot, courier, visits)
    baseline = ride_through(snapshot, courier, [visit for visit in visits if visit.is_committed])
    check_who(courier, visits)
    check_counts(snapshot, courier, visits)
    check_stated_times(snapshot, route, made)
    check_windows(courier, made)
    check_committed(courier, made, baseline)
    check_time_on_board(snapshot, courier, made, baseline)
    check_loads(courier, visits)
    check_places_on_board(snapshot, courier, visits)
    check_cost(snapshot, route, made)


def visits_of(snapshot: Snapshot, courier: CourierState, route: PlannedRoute) -> list[Visit]:
    """The visits of a route; what is committed is all there, in its order, and each open leg is picked up, then dropped
    off."""
    open_legs = {leg.id: leg for leg in snapshot.legs}
    held = {stop.leg.id: stop.leg for stop in courier.stops}
    visits = [
        Visit(stop.kind, held[leg_id] if stop.is_committed else open_legs[leg_id], stop.is_committed)
        for stop in route.stops
        for leg_id in stop.leg_ids
    ]
    committed = [(visit.kind, visit.leg.id) for visit in visits if visit.is_committed]
    assert committed == [(stop.kind, stop.leg.id) for stop in courier.stops]
    assert all(visit.is_committed for visit in visits[: min(courier.fixed_stops, len(courier.stops))])
    new = [visit for visit in visits if not visit.is_committed]
    picked = [visit.leg.id for visit in new if visit.kind is StopKind.PICKUP]
    dropped = [visit.leg.id for visit in new if visit.kind is StopKind.DROPOFF]
    assert sorted(picked) == sorted(dropped)
    assert set(Counter(picked).values()) <= {1}
    for leg_id in picked:
        kinds = [visit.kind for visit in new if visit.leg.id == leg_id]
        assert kinds == [StopKind.PICKUP, StopKind.DROPOFF]
    for stop in route.stops:
        assert len(stop.leg_ids) == 1 or stop.kind is StopKind.PICKUP
    return visits


def check_who(courier: CourierState, visits: list[Visit]) -> None:
    for visit in visits:
        leg = visit.leg
        if visit.is_committed:
            continue
        assert leg.eligible_fleets is None or courier.fleet_id in leg.eligible_fleets
        assert leg.skills <= courier.skills
        assert courier.id not in leg.excluded_couriers
        assert leg.vehicle_kinds is None or courier.vehicle.kind in leg.vehicle_kinds


def check_counts(snapshot: Snapshot, courier: CourierState, visits: list[Visit]) -> None:
    new = len({visit.leg.id for visit in visits if not visit.is_committed})
    held = len({stop.leg.id for stop in courier.stops})
    assert new <= snapshot.settings.routes_max_legs
    if courier.max_legs is not None:
        assert new <= max(0, courier.max_legs - held)


def check_stated_times(snapshot: Snapshot, route: PlannedRoute, made: list[Made]) -> None:
    """Times are those of the ride. Pickups that are one stop with those before are reached with them."""
    rest = list(made)
    before: PlannedStop | None = None
    for stop in route.stops:
        visits, rest = rest[: len(stop.leg_ids)], rest[len(stop.leg_ids) :]
        first, last = visits[0], visits[-1]
        assert all(visit.joins for visit in visits[1:])
        assert stop.handover_at == pytest.approx(last.handover, abs=SLACK_S)
        assert stop.leaves_at == pytest.approx(last.leaves, abs=SLACK_S)
        if first.joins and before:
            departs, arrives = before.departs_at, before.arrives_at
        else:
            departs = max(first.could_leave, departure_of(snapshot, visits, stop.departs_at))
            arrives = departs + first.ride_s
        assert stop.departs_at == pytest.approx(departs, abs=SLACK_S)
        assert stop.arrives_at == pytest.approx(arrives, abs=SLACK_S)
        assert stop.departs_at <= stop.arrives_at <= stop.handover_at + SLACK_S
        before = stop
    assert rest == []


def wanted_at(snapshot: Snapshot, visit: Visit) -> float:
    """The handover before which nobody needs to be there; of an uncertain one, when it is ready with the chance
    taken."""
    if visit.kind is StopKind.DROPOFF:
        return -inf if visit.leg.drop_from is None else visit.leg.drop_from
    risk = snapshot.settings.ready_risk
    spread = visit.leg.ready_spread_s if is_searched(snapshot) else 0.0
    return visit.leg.ready_at + spread * log(risk / (1 - risk))


def departure_of(snapshot: Snapshot, visits: list[Made], stated: float) -> float:
    """The latest departure that delays nothing, in time for every parcel. When one must be gone before the last is
    ready, in time for the first; of committed ones both are right."""
    first, last = visits[0], visits[-1]
    latest = max(wanted_at(snapshot, one.visit) for one in visits) - last.half_s - first.ride_s
    sooner = wanted_at(snapshot, first.visit) - first.half_s - first.ride_s
    if first.visit.is_committed:
        return sooner if stated == pytest.approx(max(first.could_leave, sooner), abs=SLACK_S) else latest
    ends = [one.visit.leg.pickup_by for one in visits]
    return sooner if any(end is not None and end < last.handover - SLACK_S for end in ends) else latest


def check_windows(courier: CourierState, made: list[Made]) -> None:
    """Of open legs."""
    for one in made:
        leg, at = one.visit.leg, one.handover
        if one.visit.is_committed:
            continue
        if one.visit.kind is StopKind.PICKUP:
            assert at >= leg.ready_at - SLACK_S
            assert at <= courier.shift_ends_at + SLACK_S
            assert leg.pickup_by is None or at <= leg.pickup_by + SLACK_S
        else:
            assert leg.drop_from is None or at >= leg.drop_from - SLACK_S
            assert leg.drop_by is None or at <= leg.drop_by + SLACK_S
            assert courier.drop_by is None or at <= courier.drop_by + SLACK_S


def check_committed(courier: CourierState, made: list[Made], baseline: list[Made]) -> None:
    """No committed stop is later than its limit, or than it would be without any new leg if that is later."""
    kept = [one for one in made if one.visit.is_committed]
    for one, alone in zip(kept, baseline, strict=True):
        leg = one.visit.leg
        if one.visit.kind is StopKind.PICKUP:
            ends = [leg.pickup_by, courier.shift_ends_at]
        else:
            ends = [leg.drop_by, courier.drop_by, leg.promised_at]
        limit = min((end for end in ends if end is not None), default=inf)
        assert one.handover <= max(limit, alone.handover) + SLACK_S


def boarding(snapshot: Snapshot, courier: CourierState, made: list[Made]) -> dict[str, float]:
    """Seconds on board by leg dropped off. Of a leg on board whose pickup is not known, from now."""
    since = {
        stop.leg.id: snapshot.now if stop.picked_up_at is None else stop.picked_up_at
        for stop in courier.stops
        if stop.kind is StopKind.DROPOFF
    }
    lasts: dict[str, float] = {}
    for k, one in enumerate(made):
        if one.visit.kind is StopKind.PICKUP:
            since[one.visit.leg.id] = one.handover if is_searched(snapshot) else stop_ends(made, k)
        else:
            lasts[one.visit.leg.id] = one.handover - since[one.visit.leg.id]
    return lasts


def stop_ends(made: list[Made], k: int) -> float:
    """The handover of the last pickup in one stop with the k-th visit."""
    while k + 1 < len(made) and made[k + 1].joins:
        k += 1
    return made[k].handover


def check_time_on_board(snapshot: Snapshot, courier: CourierState, made: list[Made], baseline: list[Made]) -> None:
    lasts, alone = boarding(snapshot, courier, made), boarding(snapshot, courier, baseline)
    for one in made:
        leg = one.visit.leg
        if leg.max_on_board_s is not None:
            assert lasts[leg.id] <= max(leg.max_on_board_s, alone.get(leg.id, -inf)) + SLACK_S


def check_loads(courier: CourierState, visits: list[Visit]) -> None:
    """Whenever an open leg is on board, everything on board fits. What is committed may overload, but by itself
    only."""
    for field, most in LOADS:
        load = getattr(courier, field.replace("_", "_on_board_", 1) if "_" in field else f"{field}_on_board")
        new_on_board = 0.0
        for visit in visits:
            size = getattr(visit.leg, field) * (1 if visit.kind is StopKind.PICKUP else -1)
            load += size
            if not visit.is_committed:
                new_on_board += size
            if visit.kind is StopKind.PICKUP and new_on_board > SLACK_L:
                assert load <= getattr(courier.vehicle, most) + SLACK_L, field


def check_places_on_board(snapshot: Snapshot, courier: CourierState, visits: list[Visit]) -> None:
    """With `one_place_on_board`, a pickup with something on board is one stop with the pickups before it. Couriers who
    are committed to something else are let off; so is the number of legs they carry by commitment."""
    if not snapshot.settings.one_place_on_board:
        return
    kept = [visit for visit in visits if visit.is_committed]
    mixes, most_committed = peak_on_board(courier, kept)
    mixes_with_new, most = peak_on_board(courier, visits)
    assert mixes or not mixes_with_new
    assert most <= max(snapshot.settings.max_bundle_legs, most_committed)


def peak_on_board(courier: CourierState, visits: list[Visit]) -> tuple[bool, int]:
    """Whether something is picked up at another place than what is on board, and the most legs on board."""
    taken = {stop.leg.id for stop in courier.stops if stop.kind is StopKind.PICKUP}
    aboard = len({stop.leg.id for stop in courier.stops} - taken)
    most, mixes = aboard, False
    before: Visit | None = None
    for visit in visits:
        if visit.kind is StopKind.PICKUP:
            joins = before is not None and before.kind is StopKind.PICKUP and is_one_place(before, visit)
            mixes = mixes or (aboard > 0 and not joins)
            aboard += 1
        else:
            aboard -= 1
        most, before = max(most, aboard), visit
    return mixes, most


def check_cost(snapshot: Snapshot, route: PlannedRoute, made: list[Made]) -> None:
    """The search prices every leg and the riding; the matching only what is new, and no riding."""
    assert route.cost_min == pytest.approx(cost_of(snapshot, route.courier_id, made), abs=SLACK_MIN)


def cost_of(snapshot: Snapshot, courier_id: str, made: list[Made]) -> float:
    courier = next(c for c in snapshot.couriers if c.id == courier_id)
    rules, total = snapshot.settings, 0.0
    for one in made:
        leg, is_new = one.visit.leg, not one.visit.is_committed
        if is_searched(snapshot):
            total += rules.riding_price * one.ride_s / 60
        if one.visit.kind is StopKind.PICKUP:
            continue
        if is_new or is_searched(snapshot):
            due = leg.placed_at + rules.lateness_threshold_s if leg.due_at is None else leg.due_at
            total += (one.handover - leg.placed_at + rules.lateness_slope * max(0.0, one.handover - due)) / 60
        if is_new:
            total += tie_break_min(snapshot, courier)
            if is_searched(snapshot):
                total += change_min(snapshot, courier, leg)
    return total


def left_out_min(snapshot: Snapshot, leg: OpenLeg) -> float:
    """What leaving a leg out costs, spelled out from the settings."""
    rules = snapshot.settings
    by_placement = leg.placed_at + 60 * rules.leave_out_price_min
    dropped = max(by_placement, max(leg.ready_at, snapshot.now) + 60 * rules.leave_out_floor_min)
    due = leg.placed_at + rules.lateness_threshold_s if leg.due_at is None else leg.due_at
    return (dropped - leg.placed_at) / 60 + rules.lateness_slope * max(0.0, dropped - due) / 60


def tie_break_min(snapshot: Snapshot, courier: CourierState) -> float:
    rules = snapshot.settings
    starts = courier.on_duty_from if courier.shift_starts_at is None else courier.shift_starts_at
    worked_h = (min(max(snapshot.now, starts), courier.shift_ends_at) - starts) / 3600
    return rules.tie_break_min * (courier.legs_done - rules.guaranteed_legs_per_hour * worked_h)


def change_min(snapshot: Snapshot, courier: CourierState, leg: OpenLeg) -> float:
    """The price of a leg that another courier, who still takes part, had in the last plan."""
    taking_part = {c.id for c in couriers_of(snapshot)}
    had = [who for who, stops in snapshot.last_routes.items() if leg.id in {leg_id for _, leg_id in stops}]
    changes = bool(had) and had[0] in taking_part and had[0] != courier.id
    return snapshot.settings.change_price_min if changes else 0.0


def couriers_of(snapshot: Snapshot) -> list[CourierState]:
    """Those who take part in the plan: on duty now or soon, and among the first to be free."""
    begins_by = snapshot.now + snapshot.settings.shift_lookahead_s
    on_duty = [
        c for c in snapshot.couriers if c.on_duty_from <= begins_by and free_from(snapshot, c) <= c.shift_ends_at
    ]
    return sorted(on_duty, key=lambda c: max(c.free_at, c.on_duty_from))[: snapshot.settings.max_couriers]
