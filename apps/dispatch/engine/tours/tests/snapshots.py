"""Snapshots made up from a seed for tours, and tours in the words of the tick."""

from dataclasses import replace

from apps.dispatch.engine import CommittedStop, Plan, Snapshot
from apps.dispatch.engine.tests.random_snapshots import a_snapshot


def as_certain(leg):
    """Readiness is known, and a stop takes as long for each leg of a place, as the service has it."""
    return replace(leg, ready_spread_s=0.0, pickup_service_s=120.0)


def a_tour_snapshot(seed) -> Snapshot:
    """A made-up snapshot with what tours know; riding has its price."""
    made = a_snapshot(seed, routes_max_legs=99, one_place_on_board=False, riding_price=0.5, routes_rounds=6)
    couriers = tuple(
        replace(
            courier,
            max_legs=None,
            stops=tuple(replace(stop, leg=as_certain(stop.leg)) for stop in courier.stops),
        )
        for courier in made.couriers
    )
    return replace(made, couriers=couriers, legs=tuple(map(as_certain, made.legs)), last_routes={})


def held(snapshot, tours) -> Snapshot:
    """The snapshot as the tick sees it: what is in a tour is ready when its pickup is planned."""
    legs = tuple(replace(leg, ready_at=tours.held_until.get(leg.id, leg.ready_at)) for leg in snapshot.legs)
    return replace(snapshot, legs=legs)


def as_plan(tours) -> Plan:
    return Plan(routes=tours.routes, commitments=(), unassigned=tours.unassigned)


def as_kept(tours):
    return {
        route.courier_id: tuple(
            (stop.kind, leg_id) for stop in route.stops if not stop.is_committed for leg_id in stop.leg_ids
        )
        for route in tours.routes
    }


def under_way(snapshot, tours) -> Snapshot:
    """The snapshot as the tick sees it: each tour is what its courier is committed to, the other legs are open."""
    legs = {leg.id: leg for leg in held(snapshot, tours).legs}
    promised = {key: replace(leg, promised_at=leg.due_at) for key, leg in legs.items()}
    kept = as_kept(tours)
    couriers = tuple(
        replace(
            courier,
            stops=(*courier.stops, *(CommittedStop(kind, promised[key]) for kind, key in kept.get(courier.id, ()))),
        )
        for courier in snapshot.couriers
    )
    return replace(
        snapshot, couriers=couriers, legs=tuple(leg for key, leg in legs.items() if key not in tours.held_until)
    )
