"""What a search works on: its arrays, its best solution so far, and annealing between two moments of the budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from apps.dispatch.engine.tours.annealing import Best, anneal, open_account
from apps.dispatch.engine.tours.budget import Budget
from apps.dispatch.engine.tours.insertion import seed_chance
from apps.dispatch.engine.tours.problem import TourProblem
from apps.dispatch.engine.tours.recreate import nothing_known, put_back
from apps.dispatch.engine.tours.rows import NOBODY, SPARE_ROWS, empty_rows, fill_rows, tours_in
from apps.dispatch.engine.tours.ruin import Strings
from apps.dispatch.engine.tours.tables import make_tables, usual_arc
from apps.dispatch.engine.tours.undo import make_undo

Solution = list[tuple[int, list[int]]]
"""Pairs of a vehicle and its stops."""
Value = tuple[float, ...]
"""What solutions are compared by, the more important first; less is better."""


@dataclass(frozen=True, slots=True)
class Heat:
    """One annealing. Heats are in usual arcs."""

    first: float
    last: float
    strings: Strings


VEHICLE_PRICE = 100.0
"""Of a vehicle, in usual arcs."""


class Search:
    """The arrays of one search and its best solution so far."""

    def __init__(self, problem: TourProblem, budget: Budget, seed: int) -> None:
        self.problem = problem
        self.budget = budget
        self.tables = make_tables(problem)
        self.arc = usual_arc(self.tables)
        self.rows = empty_rows(self.tables, problem.fleet.price)
        self.straight = self.tables.distance[problem.rides, problem.fleet.start, problem.fleet.end]
        """What each vehicle would drive with no stop; unused it does not, so that is part of the price of using it."""
        self.undo = make_undo(self.rows)
        q, v = self.tables.compatible.shape
        self.known = nothing_known(q, v)
        self.kept = Best(np.zeros_like(self.undo.nodes), np.full(v + SPARE_ROWS, 2), np.zeros(3))
        self.chance = np.random.default_rng(seed)
        self.dear = VEHICLE_PRICE * self.arc if problem.fleet_first else 0.0
        """What a vehicle costs more than its price while annealing is to use few of them."""
        self.share_per_step = 0.0
        """Of the budget, by the last annealing."""
        self.best: Solution = []
        self.value: Value = (np.inf,)
        self.found_after_s = 0.0
        seed_chance(seed)

    def load(self, solution: Solution, *, vehicle_price: float = 0.0) -> None:
        """Make a solution the one that is worked on, with a price for each vehicle on top of its own."""
        self.rows.price[:-SPARE_ROWS] = self.problem.fleet.price + self.straight + vehicle_price
        fill_rows(self.tables, self.rows, solution)

    def allow(self, solution: Solution | None) -> None:
        """Allow only the vehicles of a solution; None: all."""
        self.rows.allowed[:-SPARE_ROWS] = solution is None
        for vehicle, _ in solution or ():
            self.rows.allowed[vehicle] = True

    def settle(self, solution: Solution) -> None:
        """Load a solution for shorter tours: with no more vehicles, or other ones where they are not all alike."""
        alike = len(np.unique(self.tables.kind)) == 1
        self.load(solution, vehicle_price=self.dear)
        self.allow(solution if alike and self.problem.fleet_first else None)

    def valid_part(self, tours: Mapping[int, Sequence[int]]) -> Solution:
        """The tours that keep every limit, among requests of this problem."""
        solution = []
        for vehicle, stops in tours.items():
            mine = [int(stop) for stop in stops if self.tables.request[stop] != NOBODY]
            if mine and self._is_valid(vehicle, mine):
                solution.append((int(vehicle), mine))
        return sorted(solution)

    def completed(self, solution: Solution) -> Solution:
        """A solution with what it leaves out put in, where there is a place."""
        self.load(solution, vehicle_price=self.dear)
        self.allow(None)
        put_back(self.tables, self.rows, self.undo, self.known)
        return tours_in(self.rows.nodes, self.rows.length)

    def _is_valid(self, vehicle: int, stops: list[int]) -> bool:
        tables, rows = self.tables, self.rows
        requests = tables.request[stops]
        pairs = all(
            stops.count(p) == stops.count(d) == 1 and stops.index(p) < stops.index(d)
            for p, d in zip(tables.pickup[requests].tolist(), tables.dropoff[requests].tolist(), strict=True)
        )
        if not pairs or not tables.compatible[requests, vehicle].all():
            return False
        fill_rows(tables, rows, [(vehicle, stops)])
        n = len(stops) + 2
        in_time = (rows.clock[vehicle, :n, 0] <= rows.clock[vehicle, :n, 1]).all()
        fits = (rows.load[vehicle, :n] <= tables.capacity[vehicle]).all()
        return bool(in_time and fits and np.isfinite(rows.lateness[vehicle]))

    def value_of(self, solution: Solution) -> Value:
        """What a solution is compared by."""
        self.load(solution)
        lost = float(self.tables.left_out[self.rows.row_of == NOBODY].sum())
        cost = float(self.rows.cost[:-SPARE_ROWS].sum())
        return (lost, len(solution), cost) if self.problem.fleet_first else (lost + cost,)

    def offer(self, solution: Solution, found_after_s: float | None = None) -> None:
        """Keep a solution if it is the best so far; None: it was found just now."""
        value = self.value_of(solution)
        if value < self.value:
            self.best, self.value = solution, value
            self.found_after_s = self.budget.elapsed_s if found_after_s is None else found_after_s

    def anneal(self, heat: Heat, until: float) -> Solution:
        """Improve the rows until this share of the budget is spent; returns the best met, and offers it."""
        began, before = self.budget.spent(), self.budget.iterations
        open_account(self.tables, self.rows, self.kept)
        found_after_s = self.budget.elapsed_s

        def call(steps: int) -> bool:
            nonlocal found_after_s
            cost = self.kept.account[1]
            done = min((self.budget.spent() - began) / max(until - began, 1e-12), 1.0)
            degrees = self.arc * heat.first * (heat.last / heat.first) ** done
            anneal(self.tables, self.rows, self.undo, self.known, self.kept, heat.strings, steps, degrees)
            if self.kept.account[1] < cost:
                found_after_s = self.budget.elapsed_s
            return True

        self.budget.run(call, until)
        if (steps := self.budget.iterations - before) > 0:
            self.share_per_step = (self.budget.spent() - began) / steps
        solution = tours_in(self.kept.nodes, self.kept.length)
        self.offer(solution, found_after_s)
        return solution
