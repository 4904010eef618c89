"""Says which hard limits routes break, worked out in plain Python apart from the engine."""

import math
from collections.abc import Iterator, Sequence

from apps.dispatch.engine import CourierState, OpenLeg, Snapshot, StopKind
from apps.simulation.benchmarks.tick_price import Routes, Stop, ride

ROUNDING_S = 1e-3


def limits_broken(snapshot: Snapshot, routes: Routes, rounding_s: float = ROUNDING_S) -> list[str]:
    """A line per limit broken by more than `rounding_s`; none when the routes hold every limit.

    Limits that what a courier is committed to breaks already, without any other leg, are no limits; but then it may be
    no later than that.
    """
    broken = []
    planned = [leg.id for stops in routes.values() for kind, leg in stops if kind is StopKind.DROPOFF]
    if len(planned) != len(set(planned)):
        broken.append("a leg is planned twice")
    for courier in snapshot.couriers:
        route = routes.get(courier.id)
        if route is not None:
            broken += [f"{courier.id}: {what}" for what in _broken_by(snapshot, courier, route, rounding_s)]
    return broken


def may_carry(courier: CourierState, leg: OpenLeg) -> bool:
    """Whether the courier, with nothing else on board, may have the leg at any time."""
    vehicle = courier.vehicle
    return (
        leg.skills <= courier.skills
        and (leg.eligible_fleets is None or courier.fleet_id in leg.eligible_fleets)
        and courier.id not in leg.excluded_couriers
        and (leg.vehicle_kinds is None or vehicle.kind in leg.vehicle_kinds)
        and leg.weight_g <= vehicle.max_weight_g
        and leg.volume_l <= vehicle.max_volume_l
        and leg.parcels <= vehicle.max_parcels
    )


def _broken_by(snapshot: Snapshot, courier: CourierState, route: Sequence[Stop], rounding_s: float) -> Iterator[str]:
    committed = [(stop.kind, stop.leg) for stop in courier.stops]
    held = {leg.id for _, leg in committed}
    new = {leg.id: leg for _, leg in route if leg.id not in held}
    yield from _order_broken(courier, route, held)
    yield from (f"may not carry {leg.id}" for leg in new.values() if not may_carry(courier, leg))
    most = min(
        snapshot.settings.routes_max_legs, math.inf if courier.max_legs is None else courier.max_legs - len(held)
    )
    if len(new) > max(0, most):
        yield f"{len(new)} more legs, where {most} may be"
    yield from _loads_broken(courier, route, committed)
    yield from _times_broken(snapshot, courier, route, rounding_s)


def _order_broken(courier: CourierState, route: Sequence[Stop], held: set[str]) -> Iterator[str]:
    """Committed stops all there and in order; every other leg picked up once, then dropped off once."""
    if [(kind, leg.id) for kind, leg in route if leg.id in held] != [(s.kind, s.leg.id) for s in courier.stops]:
        yield "committed stops are missing or in another order"
    picked, dropped = set(), set()
    for kind, leg in route:
        if kind is StopKind.PICKUP:
            picked.add(leg.id)
        elif leg.id not in picked and leg.id not in held:
            yield f"{leg.id} is dropped off before it is picked up"
        else:
            dropped.add(leg.id)
    if picked - dropped:
        yield f"{', '.join(sorted(picked - dropped))} stay on board"


def _loads_broken(courier: CourierState, route: Sequence[Stop], committed: Sequence[Stop]) -> Iterator[str]:
    vehicle = courier.vehicle
    limits = (vehicle.max_weight_g, vehicle.max_volume_l, vehicle.max_parcels)
    for name, limit, most, anyway in zip(
        ("weight", "volume", "parcels"),
        limits,
        _most_on_board(courier, route),
        _most_on_board(courier, committed),
        strict=True,
    ):
        if most > max(limit, anyway) + 1e-6:
            yield f"{name} {most}, where {limit} may be"


def _most_on_board(courier: CourierState, route: Sequence[Stop]) -> tuple[float, float, float]:
    on_board = [courier.weight_on_board_g, courier.volume_on_board_l, courier.parcels_on_board]
    most = list(on_board)
    for kind, leg in route:
        sign = 1 if kind is StopKind.PICKUP else -1
        for n, load in enumerate((leg.weight_g, leg.volume_l, leg.parcels)):
            on_board[n] += sign * load
            most[n] = max(most[n], on_board[n])
    return most[0], most[1], most[2]


def _times_broken(snapshot: Snapshot, courier: CourierState, route: Sequence[Stop], rounding_s: float) -> Iterator[str]:
    committed = [(stop.kind, stop.leg) for stop in courier.stops]
    alone = dict(
        zip(((k, leg.id) for k, leg in committed), ride(snapshot, courier, committed).handover_at, strict=True)
    )
    on_board_since = {stop.leg.id: stop.picked_up_at for stop in courier.stops if stop.picked_up_at is not None}
    longest_alone = _on_board_s(alone, dict(on_board_since))
    since = dict(on_board_since)
    for (kind, leg), at in zip(route, ride(snapshot, courier, route).handover_at, strict=True):
        is_new = (kind, leg.id) not in alone
        if at > max(latest(courier, kind, leg, is_new=is_new), alone.get((kind, leg.id), -math.inf)) + rounding_s:
            yield f"{kind} of {leg.id} is too late"
        if kind is StopKind.PICKUP:
            since[leg.id] = at
        elif leg.max_on_board_s is not None and leg.id in since:
            longest = max(leg.max_on_board_s, longest_alone.get(leg.id, 0.0))
            if at - since[leg.id] > longest + rounding_s:
                yield f"{leg.id} is on board too long"


def latest(courier: CourierState, kind: StopKind, leg: OpenLeg, *, is_new: bool) -> float:
    """The latest handover that the limits of leg and courier allow."""
    if kind is StopKind.PICKUP:
        ends: tuple[float | None, ...] = (leg.pickup_by, courier.shift_ends_at)
    else:
        ends = (leg.drop_by, courier.drop_by, None if is_new else leg.promised_at)
    return min((end for end in ends if end is not None), default=math.inf)


def _on_board_s(handovers: dict[tuple[StopKind, str], float], since: dict[str, float]) -> dict[str, float]:
    """How long committed legs are on board when nothing is put in between."""
    longest = {}
    for (kind, leg_id), at in handovers.items():
        if kind is StopKind.PICKUP:
            since[leg_id] = at
        elif leg_id in since:
            longest[leg_id] = at - since[leg_id]
    return longest
