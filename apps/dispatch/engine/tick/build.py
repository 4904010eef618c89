"""From a market to the rows of the kernels, and back to nothing: only numbers leave this file."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.dispatch.engine.market import Market
from apps.dispatch.engine.settings import MINUTE_S
from apps.dispatch.engine.snapshot import OpenLeg
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.tables import Ints, LegTable
from apps.dispatch.engine.tick.candidates import cheapest_couriers, nearest_legs
from apps.dispatch.engine.tick.committed import relax
from apps.dispatch.engine.tick.places import great_circle_paces, in_space, ride_table
from apps.dispatch.engine.tick.rows import COURIER, STOP, Records
from apps.dispatch.engine.tick.state import Routes, World, no_routes
from apps.dispatch.engine.tick.walk import ROUNDING_L
from apps.dispatch.engine.travel import Floats

NEIGHBOURS = 10  # of each kind, see `candidates.nearest_legs`


@dataclass(frozen=True, slots=True)
class TickProblem:
    """A market as the kernels see it: the world, the routes as committed, and the legs by row, open ones first."""

    market: Market
    world: World
    routes: Routes
    legs: tuple[OpenLeg, ...]
    n_open: int
    """Open legs, those that are only expected among them; the ones before `n_real` are real."""
    n_real: int


def build(market: Market) -> TickProblem:
    """Everything a tick needs; the routes hold what is committed."""
    committed = _committed_legs(market)
    legs = (*market.legs.legs, *committed)
    table = LegTable.of(legs, market.settings)
    n_real = market.n_real
    weight = np.ones(len(legs))  # what a leg counts
    weight[n_real : len(market.legs)] = market.settings.future_weight
    stops, couriers = _stops(table, market, weight), _couriers(market)
    paces = great_circle_paces(market.travel, market.couriers.vehicles)
    rides = np.zeros((1, 1))
    in_space(stops, couriers, table, market)
    if paces is None:
        rides = ride_table(stops, couriers, table, market)
    else:
        couriers["pace"] = paces[market.couriers.vehicle]
    routes = _committed_routes(market, legs)
    world = World(
        stops=stops,
        couriers=couriers,
        rides=rides,
        picked=_picked(market, legs),
        candidates=np.empty((0, 0), dtype=np.int64),
        bound=np.empty((0, 0)),
        extra=_extra(market, weight),
        neighbours=np.empty((0, 0), dtype=np.int64),
        left_out=np.ascontiguousarray(market.left_out_min(table) * weight),
    )
    relax(world, routes)
    world = _with_candidates(world, market)
    return TickProblem(market, world, routes, legs, len(market.legs), n_real)


def _committed_legs(market: Market) -> tuple[OpenLeg, ...]:
    seen: dict[str, OpenLeg] = {}
    for state in market.couriers.states:
        for stop in state.stops:
            seen.setdefault(stop.leg.id, stop.leg)
    return tuple(seen.values())


def _stops(table: LegTable, market: Market, weight: Floats) -> Records:
    """Both stops of each leg, without their places in space or in tables."""
    stops, now = np.zeros(2 * len(table), dtype=STOP), market.now
    pickups, dropoffs = stops[::2], stops[1::2]
    pickups["opens"], dropoffs["opens"] = table.ready_at - now, table.drop_from - now
    pickups["closes"], dropoffs["closes"] = table.pickup_by - now, table.drop_by - now
    pickups["spread"] = table.ready_spread_s
    stops["wanted"] = stops["opens"]
    pickups["wanted"] += table.ready_spread_s * math.log(market.settings.ready_risk / (1 - market.settings.ready_risk))
    pickups["half"], dropoffs["half"] = table.pickup_half_s, table.dropoff_half_s
    rows: dict[str, int] = {}
    pickups["place"] = [rows.setdefault(leg.pickup_place, len(rows)) for leg in table.legs]
    dropoffs["place"] = -1
    for field, values in (("grams", table.weight_g), ("litres", table.volume_l), ("parcels", table.parcels)):
        pickups[field], dropoffs[field] = values, -values
    stops["longest"] = np.inf
    dropoffs["longest"] = table.max_on_board_s
    dropoffs["placed"], dropoffs["due"] = table.placed_at - now, table.due_at - now
    dropoffs["weight"] = weight / MINUTE_S
    dropoffs["slope"] = weight * (market.settings.lateness_slope / MINUTE_S)
    committed = stops[2 * len(market.legs) :]
    committed["is_fixed"] = 1
    promised = [np.inf if leg.promised_at is None else leg.promised_at - now for leg in table.legs[len(market.legs) :]]
    committed["closes"][1::2] = np.minimum(committed["closes"][1::2], promised)
    return stops


def _couriers(market: Market) -> Records:
    table, rules, now = market.couriers, market.settings, market.now
    couriers = np.zeros(len(table), dtype=COURIER)
    couriers["free"] = table.available_at - now
    couriers["pickup_by"] = table.shift_ends_at - now
    couriers["drop_by"] = table.drop_by - now
    couriers["ride_price"] = rules.riding_price / MINUTE_S
    couriers["grams"], couriers["litres"] = table.spare_weight_g, table.spare_volume_l + ROUNDING_L
    couriers["parcels"] = table.spare_parcels
    couriers["most_aboard"] = rules.max_bundle_legs if rules.one_place_on_board else np.inf
    couriers["one_place"] = rules.one_place_on_board
    more = np.minimum(rules.routes_max_legs, table.room_for_legs)
    for row, state in enumerate(table.states):
        held = {stop.leg.id for stop in state.stops}
        to_pick_up = {stop.leg.id for stop in state.stops if stop.kind is StopKind.PICKUP}
        couriers["aboard"][row] = len(held - to_pick_up)
        couriers["first"][row] = min(state.fixed_stops, len(state.stops))
        couriers["most_stops"][row] = len(state.stops) + 2 * more[row]
    return couriers


def _committed_routes(market: Market, legs: Sequence[OpenLeg]) -> Routes:
    row_of = {leg.id: row for row, leg in enumerate(legs)}
    states = market.couriers.states
    longest = max((len(state.stops) for state in states), default=0)
    routes = no_routes(len(states), len(legs), longest + 2 * market.settings.routes_max_legs)
    for c, state in enumerate(states):
        routes.length[c] = len(state.stops)
        for k, stop in enumerate(state.stops):
            row = row_of[stop.leg.id]
            routes.seq[c, k] = 2 * row + (stop.kind is StopKind.DROPOFF)
            routes.courier_of[row] = c
    return routes


def _picked(market: Market, legs: Sequence[OpenLeg]) -> Floats:
    """Pickup times; of legs on board now the real ones."""
    picked = np.zeros(len(legs))
    row_of = {leg.id: row for row, leg in enumerate(legs)}
    for state in market.couriers.states:
        for stop in state.stops:
            if stop.picked_up_at is not None:
                picked[row_of[stop.leg.id]] = stop.picked_up_at - market.now
    return picked


def _extra(market: Market, weight: Floats) -> Floats:
    """What each pair costs whatever the route, (n_open, C)."""
    extra = np.where(
        market.may_carry, weight[: len(market.legs), None] * market.couriers.tie_break_min[None, :], np.inf
    )
    if market.settings.change_price_min > 0:
        had = market.last_courier[:, None]
        changed = (had >= 0) & (had != np.arange(len(market.couriers))[None, :])
        extra += np.where(changed, market.settings.change_price_min, 0.0)
    return np.ascontiguousarray(extra)


def _with_candidates(world: World, market: Market) -> World:
    n_open = len(market.legs)
    candidates, bound = cheapest_couriers(world, n_open, min(market.settings.routes_candidates, len(world.couriers)))
    return world._replace(candidates=candidates, bound=bound, neighbours=_neighbours(world, market))


def _neighbours(world: World, market: Market) -> Ints:
    """Of real legs the nearest real ones; of those of a future also the nearest of the same future."""
    n_open = len(market.legs)
    real = np.arange(market.n_real)
    near = np.empty((n_open, 2 * min(NEIGHBOURS, n_open - 1)), dtype=np.int64)
    for rows in (real, *market.futures):
        among = real if rows is real else np.concatenate((real, rows))
        near[rows] = nearest_legs(world.stops, rows, among, near.shape[1] // 2)
    return near
