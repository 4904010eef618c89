"""Problems made up from a seed, and a check of tours that knows nothing of how they are found."""

from itertools import pairwise

import numpy as np

from apps.dispatch.engine.tours.problem import Fleet, TourProblem, plane_distances

TOLERANCE = 1e-5  # of seconds since 1970, twice the rounding they may be missed by


def small_problem(seed, n_requests=12, n_vehicles=8, **changes):
    """Alike vehicles at a depot in the middle of a plane; windows wide enough for most requests."""
    chance = np.random.default_rng(seed)
    n = 2 * n_requests + 1
    xy = chance.uniform(0, 100, (n, 2))
    xy[0] = 50.0
    opens = chance.uniform(0, 300, n)
    opens[n_requests + 1 :] = opens[1 : n_requests + 1]
    window = np.column_stack([opens, opens + chance.uniform(200, 400, n)])
    window[0] = 0, 2000
    given = {
        "distance": plane_distances(xy),
        "pickup": np.arange(1, n_requests + 1),
        "dropoff": np.arange(n_requests + 1, n),
        "window": window,
        "load": chance.integers(1, 5, (n_requests, 1)).astype(float),
        "fleet": Fleet.alike(n_vehicles, np.array([10.0])),
        "service": chance.uniform(0, 10, n),
    }
    return TourProblem(**{**given, **changes})


def rich_problem(seed, n_requests=10, n_vehicles=4):
    """Every limit at once: three kinds of load, vehicles that differ, one-way streets, soft due times, short rides."""
    chance = np.random.default_rng(seed)
    depots, n, rides = 3, 2 * n_requests + 3, chance.integers(0, 2, n_vehicles)
    distance = plane_distances(chance.uniform(0, 100, (n, 2))) * chance.uniform(1.0, 1.3, (n, n))
    np.fill_diagonal(distance, 0.0)
    distance = np.array([distance, distance * chance.uniform(0.5, 1.0)])
    epoch = 1_700_000_000.0
    opens = epoch + chance.uniform(0, 300, n)
    window = np.column_stack([opens, opens + chance.uniform(60, 400, n)])
    window[:depots] = epoch, epoch + 1000
    fleet = Fleet(
        capacity=chance.uniform(3, 12, (n_vehicles, 4)),
        start=chance.integers(0, depots, n_vehicles),
        end=chance.integers(0, depots, n_vehicles),
        shift=epoch + np.column_stack([chance.uniform(0, 100, n_vehicles), chance.uniform(400, 900, n_vehicles)]),
        price=chance.uniform(0, 50, n_vehicles),
        rides=rides,
    )
    return TourProblem(
        distance=distance,
        travel=distance * chance.uniform(0.8, 1.5),
        pickup=np.arange(depots, n_requests + depots),
        dropoff=np.arange(n_requests + depots, n),
        window=window,
        load=chance.uniform(0, 5, (n_requests, 4)),
        fleet=fleet,
        service=chance.uniform(0, 10, n),
        compatible=chance.random((n_requests, n_vehicles)) < 0.8,
        max_on_board=chance.choice([60.0, 120.0, np.inf], n_requests),
        due=opens + 50,
        lateness_price=0.5,
        fleet_first=bool(chance.integers(2)),
        rounding=1e-6,
    )


def broken_limits(problem, answer):
    """One sentence for each hard limit that the tours break."""
    broken, seen = [], []
    request_of = {int(node): q for nodes in (problem.pickup, problem.dropoff) for q, node in enumerate(nodes)}
    for tour in answer.tours:
        seen += [request_of[stop] for stop in tour.stops]
        broken += _broken_in(problem, tour, request_of)
    vehicles = [tour.vehicle for tour in answer.tours]
    if len(set(vehicles)) != len(vehicles):
        broken.append("a vehicle drives two tours")
    for q in range(len(problem.pickup)):
        if seen.count(q) != (0 if q in answer.left_out else 2):
            broken.append(f"request {q} is stopped for {seen.count(q)} times")
    return broken


def _broken_in(problem, tour, request_of):
    vehicle, fleet = tour.vehicle, problem.fleet
    travel, service = problem.travel_times[problem.rides[vehicle]], problem.service_time
    at, here = max(fleet.shift[vehicle, 0], problem.window[fleet.start[vehicle], 0]), fleet.start[vehicle]
    load, picked_up = np.zeros(problem.load.shape[1]), {}
    for stop, begins in zip(tour.stops, tour.service_at, strict=True):
        opens, closes = problem.window[stop]
        if begins < max(at + service[here] + travel[here, stop], opens) - TOLERANCE:
            yield f"{stop} is served before it is reached"
        if begins > closes + TOLERANCE:
            yield f"{stop} is served too late"
        q = request_of[stop]
        if problem.compatible is not None and not problem.compatible[q, vehicle]:
            yield f"{q} is with a vehicle that may not have it"
        if stop == problem.pickup[q]:
            picked_up[q] = begins + service[stop]
            load += problem.load[q]
        elif q not in picked_up:
            yield f"{q} is dropped off before it is picked up"
        else:
            load -= problem.load[q]
            if problem.max_on_board is not None and begins - picked_up.pop(q) > problem.max_on_board[q] + TOLERANCE:
                yield f"{q} is on board for too long"
        if (load > fleet.capacity[vehicle] + TOLERANCE).any():
            yield f"vehicle {vehicle} carries too much behind {stop}"
        at, here = begins, stop
    end = fleet.end[vehicle]
    ends = at + service[here] + travel[here, end]
    if ends > min(fleet.shift[vehicle, 1], problem.window[end, 1]) + TOLERANCE:
        yield f"vehicle {vehicle} ends too late"


def cost_by_hand(problem, answer):
    """Distance, lateness and vehicles by their prices; what is left out is not counted."""
    cost = 0.0
    for tour in answer.tours:
        way = [problem.fleet.start[tour.vehicle], *tour.stops, problem.fleet.end[tour.vehicle]]
        distance = problem.distances[problem.rides[tour.vehicle]]
        cost += problem.fleet.price[tour.vehicle]
        cost += sum(distance[a, b] for a, b in pairwise(way)) * problem.distance_price
        if problem.due is not None:
            late = [max(at - problem.due[stop], 0) for stop, at in zip(tour.stops, tour.service_at, strict=True)]
            cost += problem.lateness_price * sum(late)
    return cost
