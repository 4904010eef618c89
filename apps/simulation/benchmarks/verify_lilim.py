"""An independent check of a written solution: the raw instance and the solution's text in, a verdict out.

It shares no code with the solver, the reader or the writer, so that a mistake there is not repeated here. Times and
distances are decimals of 30 digits; only a window may be missed, by a billionth, for solvers reckon in doubles.
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path

DIGITS = 30
ROUNDING = Decimal("1e-9")


@dataclass(frozen=True)
class Verdict:
    """What the files say: broken rules, one sentence each, and the figures recomputed from them."""

    violations: tuple[str, ...]
    vehicles: int
    distance: Decimal

    @property
    def feasible(self) -> bool:
        """Whether no rule is broken."""
        return not self.violations


@dataclass(frozen=True)
class _Node:
    x: Decimal
    y: Decimal
    demand: Decimal
    opens: Decimal
    closes: Decimal
    service: Decimal
    pickup: int
    dropoff: int


def verify(instance_path: Path, solution_path: Path) -> Verdict:
    """Check one solution."""
    with localcontext() as context:
        context.prec = DIGITS
        try:
            vehicles, capacity, nodes = _read_instance(instance_path)
            routes = _read_routes(solution_path)
        except (OSError, ValueError, ArithmeticError, IndexError) as error:
            return Verdict((f"the files cannot be read: {error}",), 0, Decimal(0))
        if strange := sorted({stop for route in routes for stop in route if not 0 < stop < len(nodes)}):
            return Verdict((f"there is no node {strange[0]} to stop at",), len(routes), Decimal(0))
        violations = _visits(nodes, routes)
        if len(routes) > vehicles:
            violations.append(f"{len(routes)} vehicles are used, there are {vehicles}")
        distance = Decimal(0)
        for number, route in enumerate(routes, start=1):
            driven, broken = _drive(nodes, route, capacity)
            distance += driven
            violations += [f"route {number}: {sentence}" for sentence in broken]
            violations += [f"route {number}: {sentence}" for sentence in _pairs(nodes, route)]
        return Verdict(tuple(violations), len(routes), distance)


def _read_instance(path: Path) -> tuple[int, Decimal, list[_Node]]:
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.split()]
    nodes = []
    for number, row in enumerate(rows[1:]):
        if int(row[0]) != number:
            raise ValueError(f"node {row[0]} stands where {number} should")
        x, y, demand, opens, closes, service = map(Decimal, row[1:7])
        nodes.append(_Node(x, y, demand, opens, closes, service, pickup=int(row[7]), dropoff=int(row[8])))
    return int(rows[0][0]), Decimal(rows[0][1]), nodes


def _read_routes(path: Path) -> list[list[int]]:
    routes = []
    for line in path.read_text(encoding="utf-8").splitlines():
        head, colon, stops = line.partition(":")
        if colon and head.split()[0] == "Route":
            routes.append([int(stop) for stop in stops.split()])
    return routes


def _visits(nodes: list[_Node], routes: list[list[int]]) -> list[str]:
    """Every node but the depot is visited once, and no route is empty."""
    times = [0] * len(nodes)
    for route in routes:
        for stop in route:
            times[stop] += 1
    broken = [f"node {node} is visited {n} times" for node, n in enumerate(times) if node > 0 and n != 1]
    return broken + [f"route {number} is empty" for number, route in enumerate(routes, start=1) if not route]


def _pairs(nodes: list[_Node], route: list[int]) -> list[str]:
    """Pickup and drop-off of a request are in one route, the pickup first."""
    broken = []
    for at, stop in enumerate(route):
        node = nodes[stop]
        if node.dropoff > 0 and node.dropoff not in route:
            broken.append(f"{stop} is picked up and not dropped off at {node.dropoff}")
        if node.pickup > 0 and node.pickup not in route[:at]:
            broken.append(f"{stop} is dropped off before it is picked up at {node.pickup}")
    return broken


def _drive(nodes: list[_Node], route: list[int], capacity: Decimal) -> tuple[Decimal, list[str]]:
    """The length of a route, and what is too late or too much on it."""
    broken = []
    distance, load, here = Decimal(0), Decimal(0), nodes[0]
    leaves = here.opens + here.service
    for stop in [*route, 0]:
        there = nodes[stop]
        apart = ((here.x - there.x) ** 2 + (here.y - there.y) ** 2).sqrt()
        distance += apart
        begins = max(leaves + apart, there.opens)
        if begins > there.closes + ROUNDING:
            broken.append(f"{stop} is reached at {begins:.6f}, after it closed at {there.closes}")
        load += there.demand
        if not 0 <= load <= capacity:
            broken.append(f"the load behind {stop} is {load}, of {capacity}")
        here, leaves = there, begins + there.service
    return distance, broken
