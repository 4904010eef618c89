"""Relocation: each leg in turn goes to where its route costs least, in a group of its own or in one of its place."""

from typing import NamedTuple

from apps.dispatch.engine.routes.compiled import kernel
from apps.dispatch.engine.routes.evaluate import evaluate, leg_cost
from apps.dispatch.engine.routes.state import NOBODY, Route, Routes, Scratch, store
from apps.dispatch.engine.routes.tables import RouteTables
from apps.dispatch.engine.tables import Ints

LEAST_GAIN_MIN = 1e-6  # anything less is rounding, and could go round in circles
ALONE, BEHIND, AHEAD = 0, 1, 2  # in a group of its own; joining the leg before; becoming the head of the group after


class Insertion(NamedTuple):
    """Where a leg would go, and what it adds there."""

    added_min: float
    courier: int
    position: int
    how: int


@kernel
def copy_without(routes: Routes, courier: int, leg: int, rest: Route) -> int:
    """Copy a route without one leg; behind a head that goes, the next of its group is head. Returns the length."""
    n, head_went = 0, False
    for i in range(routes.length[courier]):
        if routes.legs[courier, i] == leg:
            head_went = not routes.joined[courier, i]
            continue
        rest.legs[n] = routes.legs[courier, i]
        rest.joined[n] = routes.joined[courier, i] and not head_went
        head_went = False
        n += 1
    return n


@kernel
def insert(routes: Routes, leg: int, where: Insertion, into: Route) -> int:
    """Write the route of a courier with one more leg put in; returns its length."""
    courier, position, n = where.courier, where.position, routes.length[where.courier]
    for i in range(position):
        into.legs[i], into.joined[i] = routes.legs[courier, i], routes.joined[courier, i]
    into.legs[position], into.joined[position] = leg, where.how == BEHIND
    for i in range(position, n):
        into.legs[i + 1], into.joined[i + 1] = routes.legs[courier, i], routes.joined[courier, i]
    if where.how == AHEAD:
        into.joined[position + 1] = True
    return int(n + 1)


@kernel
def least_added(t: RouteTables, routes: Routes, leg: int, courier: int, position: int) -> float:
    """A bound on what a group of this leg alone adds there: its own cost, and the delay of the pickup behind it."""
    who, what = t.couriers[courier], t.legs[leg]
    vehicle = who["vehicle"]
    if position == 0:
        arrives_at = who["available_at"] + t.to_pickup_s[courier, what["point"]]
    else:
        before = routes.legs[courier, position - 1]
        leaves_at = routes.clock[courier, position - 1, 1] + t.legs[before]["dropoff_half_s"]
        arrives_at = leaves_at + t.next_pickup_s[vehicle, before, what["point"]]
    leaves_at = max(what["ready_at"], arrives_at + what["pickup_half_s"]) + what["pickup_half_s"]
    dropoff_at = leaves_at + t.from_pickup_s[vehicle, leg] + what["dropoff_half_s"]
    added = leg_cost(t, leg, dropoff_at) + who["tie_break_min"]
    if position < routes.length[courier]:
        behind = t.legs[routes.legs[courier, position]]
        arrives_at = dropoff_at + what["dropoff_half_s"] + t.next_pickup_s[vehicle, leg, behind["point"]]
        delay_s = arrives_at + behind["pickup_half_s"] - routes.clock[courier, position, 0]
        added += max(delay_s, 0.0) / 60.0
    return float(added)


@kernel
def best_insertion(t: RouteTables, routes: Routes, leg: int, best: Insertion, to: tuple[int, Route]) -> Insertion:
    """The cheapest way to put a leg into the route of a courier, or `best` if that is cheaper; `to`: he, and room."""
    courier, tried = to
    n, place = routes.length[courier], t.legs[leg]["place"]
    for position in range(n + 1):
        inside = position < n and routes.joined[courier, position]
        beside_head = position < n and not inside and t.legs[routes.legs[courier, position]]["place"] == place
        beside_last = position > 0 and t.legs[routes.legs[courier, position - 1]]["place"] == place
        alone = not inside and least_added(t, routes, leg, courier, position) < best.added_min
        for how in range(3):
            if (how == ALONE and alone) or (how == BEHIND and beside_last) or (how == AHEAD and beside_head):
                where = Insertion(0.0, courier, position, how)
                length = insert(routes, leg, where, tried)
                cost = evaluate(t, courier, tried.legs, tried.joined, length, tried.clock)
                if cost - routes.cost_min[courier] < best.added_min:
                    best = Insertion(cost - routes.cost_min[courier], courier, position, how)
    return best


@kernel
def take_away(t: RouteTables, routes: Routes, leg: int, skip_min: float, scratch: Scratch) -> float:
    """Take a leg from its courier, whose route stays in `scratch.before`; returns what that saves.

    Takes nothing and returns 0 when the leg costs its recipient at most `skip_min` more than it must.
    """
    home, rest, before = routes.courier_of[leg], scratch.tried, scratch.before
    n = copy_without(routes, home, leg, rest)
    rest_min = evaluate(t, home, rest.legs, rest.joined, n, rest.clock)
    gain = routes.cost_min[home] - rest_min
    if gain - t.couriers[home]["tie_break_min"] <= t.legs[leg]["ideal_min"] + skip_min:
        return 0.0
    for i in range(routes.length[home]):
        before.legs[i], before.joined[i] = routes.legs[home, i], routes.joined[home, i]
        before.clock[i, 0], before.clock[i, 1] = routes.clock[home, i, 0], routes.clock[home, i, 1]
    store(routes, home, rest, n, rest_min)
    return float(gain)


@kernel
def relocate_leg(t: RouteTables, routes: Routes, leg: int, limits: tuple[float, int], scratch: Scratch) -> bool:
    """Move one leg, or take it in, to where that gains most. Returns whether anything was gained."""
    skip_min, most_legs = limits
    home, gain = routes.courier_of[leg], t.legs[leg]["left_out_min"]
    if home != NOBODY:
        n, cost_min = routes.length[home], routes.cost_min[home]
        gain = take_away(t, routes, leg, skip_min, scratch)
        if gain == 0.0:
            return False
    best = Insertion(gain - LEAST_GAIN_MIN, NOBODY, -1, ALONE)
    for courier in t.nearest[leg]:
        # Whatever else he does, he is not there sooner than straight away.
        if t.bound_min[leg, courier] >= best.added_min:
            break
        if routes.length[courier] < most_legs:
            best = best_insertion(t, routes, leg, best, (courier, scratch.tried))
    if best.courier != NOBODY:
        tried = scratch.tried
        length = insert(routes, leg, best, tried)
        cost = evaluate(t, best.courier, tried.legs, tried.joined, length, tried.clock)
        store(routes, best.courier, tried, length, cost)
    elif home != NOBODY:
        store(routes, home, scratch.before, n, cost_min)
    return bool(best.courier != NOBODY)


@kernel
def relocate(t: RouteTables, routes: Routes, legs: Ints, limits: tuple[float, int], scratch: Scratch) -> int:
    """Relocate these legs, one after the other; returns how many moved.

    The limits: a leg that costs its recipient at most so many minutes more than it must stays, and no route grows
    beyond so many legs. Stops nowhere but at the end: callers with little time give few legs at once.
    """
    moved = 0
    for leg in legs:
        if relocate_leg(t, routes, leg, limits, scratch):
            moved += 1
    return moved
