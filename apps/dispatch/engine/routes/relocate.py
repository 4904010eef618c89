"""Relocation: each leg in turn goes to where its route costs least, in a group of its own or in one of its place."""

from apps.dispatch.engine.routes.compiled import kernel
from apps.dispatch.engine.routes.evaluate import evaluate
from apps.dispatch.engine.routes.state import NOBODY, Routes, Scratch
from apps.dispatch.engine.routes.tables import RouteTables
from apps.dispatch.engine.tables import Ints, Mask

LEAST_GAIN_MIN = 1e-6  # anything less is rounding, and could go round in circles
ALONE, BEHIND, AHEAD = 0, 1, 2  # in a group of its own; joining the leg before; becoming the head of the group after


@kernel
def copy_without(routes: Routes, courier: int, leg: int, legs: Ints, joined: Mask) -> int:
    """Copy a route without one leg; behind a head that goes, the next of its group is head. Returns the length."""
    n, head_went = 0, False
    for i in range(routes.length[courier]):
        if routes.legs[courier, i] == leg:
            head_went = not routes.joined[courier, i]
            continue
        legs[n] = routes.legs[courier, i]
        joined[n] = routes.joined[courier, i] and not head_went
        head_went = False
        n += 1
    return n


@kernel
def may_insert(t: RouteTables, legs: Ints, joined: Mask, n: int, leg: int, position: int, how: int) -> bool:
    """Whether a leg may be put at a position this way: groups stay whole and of one place."""
    inside = position < n and joined[position]
    if how == ALONE:
        return not inside
    if how == BEHIND:
        return bool(position > 0 and t.place[legs[position - 1]] == t.place[leg])
    return bool(position < n and not inside and t.place[legs[position]] == t.place[leg])


@kernel
def insert(legs: Ints, joined: Mask, n: int, leg: int, position: int, how: int, into_legs: Ints, into: Mask) -> None:
    """Write a route of `n` legs with one more put in."""
    for i in range(position):
        into_legs[i], into[i] = legs[i], joined[i]
    into_legs[position], into[position] = leg, how == BEHIND
    for i in range(position, n):
        into_legs[i + 1], into[i + 1] = legs[i], joined[i]
    if how == AHEAD:
        into[position + 1] = True


@kernel
def best_insertion(
    t: RouteTables, courier: int, legs: Ints, joined: Mask, n: int, leg: int, most: float, scratch: Scratch
) -> tuple[float, int, int]:
    """Cheapest way to put a leg into a route: the new cost of the route, position and way; or `most` and -1."""
    best, best_position, best_how = most, -1, ALONE
    for position in range(n + 1):
        for how in range(3):
            if may_insert(t, legs, joined, n, leg, position, how):
                insert(legs, joined, n, leg, position, how, scratch.tried_legs, scratch.tried_joined)
                cost = evaluate(t, courier, scratch.tried_legs, scratch.tried_joined, n + 1, scratch.clock)
                if cost < best:
                    best, best_position, best_how = cost, position, how
    return best, best_position, best_how


@kernel
def store(routes: Routes, courier: int, legs: Ints, joined: Mask, n: int, cost_min: float) -> None:
    """Make this the route of a courier."""
    for i in range(n):
        routes.legs[courier, i], routes.joined[courier, i] = legs[i], joined[i]
        routes.courier_of[legs[i]] = courier
    routes.length[courier] = n
    routes.cost_min[courier] = cost_min


@kernel
def relocate_leg(t: RouteTables, routes: Routes, leg: int, skip_min: float, most_legs: int, scratch: Scratch) -> bool:
    """Move one leg, or take it in, to where that gains most. Returns whether anything was gained."""
    home = routes.courier_of[leg]
    n_home, home_cost, gain = 0, 0.0, t.left_out_min[leg]
    if home != NOBODY:
        n_home = copy_without(routes, home, leg, scratch.legs, scratch.joined)
        home_cost = evaluate(t, home, scratch.legs, scratch.joined, n_home, scratch.clock)
        gain = routes.cost_min[home] - home_cost
        if gain - t.tie_break_min[home] <= t.ideal_min[leg] + skip_min:
            return False
    added, to, position, way = gain - LEAST_GAIN_MIN, NOBODY, -1, ALONE
    for courier in t.nearest[leg]:
        # Whatever else he does, he is not there sooner than straight away.
        if t.bound_min[leg, courier] >= added:
            break
        legs, joined = routes.legs[courier], routes.joined[courier]
        n, cost = routes.length[courier], routes.cost_min[courier]
        if courier == home:
            legs, joined, n, cost = scratch.legs, scratch.joined, n_home, home_cost
        if n >= most_legs:
            continue
        best, at, how = best_insertion(t, courier, legs, joined, n, leg, cost + added, scratch)
        if at >= 0:
            added, to, position, way = best - cost, courier, at, how
    if to == NOBODY:
        return False
    if home != NOBODY:
        store(routes, home, scratch.legs, scratch.joined, n_home, home_cost)
    for i in range(routes.length[to]):
        scratch.legs[i], scratch.joined[i] = routes.legs[to, i], routes.joined[to, i]
    n, cost = routes.length[to], routes.cost_min[to]
    insert(scratch.legs, scratch.joined, n, leg, position, way, scratch.tried_legs, scratch.tried_joined)
    store(routes, to, scratch.tried_legs, scratch.tried_joined, n + 1, cost + added)
    return True


@kernel
def relocate(t: RouteTables, routes: Routes, legs: Ints, skip_min: float, most_legs: int, scratch: Scratch) -> int:
    """Relocate these legs, one after the other; returns how many moved.

    A leg that costs its recipient at most `skip_min` minutes more than it must stays. No route grows beyond
    `most_legs`. Stops nowhere but at the end: callers with little time give few legs at once.
    """
    moved = 0
    for leg in legs:
        if relocate_leg(t, routes, leg, skip_min, most_legs, scratch):
            moved += 1
    return moved
