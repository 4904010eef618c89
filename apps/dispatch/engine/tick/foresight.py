"""Looking ahead: the plan is made once for each of several futures, and the one that agrees most with the others is
taken.

After Bent and Van Hentenryck, *Scenario-Based Planning for Partially Dynamic Vehicle Routing with Stochastic
Customers*, Operations Research 52 (2004): what counts of a plan is only which legs must be acted on now, so plans vote
on that. That a leg waits they may say only where nobody is idle, and it is not late yet.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from apps.dispatch.engine.commitment import due_pickups
from apps.dispatch.engine.plan import Ballot
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.tick.answer import planned_routes
from apps.dispatch.engine.tick.build import TickProblem
from apps.dispatch.engine.tick.insertion import best_place
from apps.dispatch.engine.tick.search import TRIPS, Budget, Effort, search
from apps.dispatch.engine.tick.state import NOBODY, Routes, cost_now, put_in, take_out


def look_ahead(problem: TickProblem, budget: Budget) -> Ballot:
    """Take what most futures agree on, as many as the budget leaves time for; returns what must be acted on now.

    The routes are those of a search without any future when it begins. What is only expected is in no route at the end.
    """
    rules, base = problem.market.settings, copied(problem.routes)
    real = np.arange(problem.n_real)
    plans: list[Routes] = []
    ballots: list[Ballot] = []
    due = cannot_wait(problem, ballot(problem))
    for legs in problem.market.futures:
        if ballots and budget.is_spent():
            break
        load(problem.routes, base)
        search(problem, np.concatenate((real, legs)), Effort(rules.future_ruin_rounds, TRIPS), budget)
        plans.append(copied(problem.routes))
        ballots.append(ballot(problem))
    agreed = elected(ballots, due)
    load(problem.routes, plans[nearest_to(agreed, ballots)])
    if not forget_expected(problem):
        load(problem.routes, base)
    leg_row = {leg.id: row for row, leg in enumerate(problem.legs[: problem.n_real])}
    courier_row = {state.id: row for row, state in enumerate(problem.market.couriers.states)}
    for courier_id, leg_id in agreed:
        give(problem, leg_row[leg_id], courier_row[courier_id])
    who, states = problem.routes.courier_of, problem.market.couriers.states
    undecided = {leg_id for _, leg_id in due} - {leg_id for _, leg_id in agreed}
    held = {(states[who[leg_row[leg_id]]].id, leg_id) for leg_id in undecided if who[leg_row[leg_id]] != NOBODY}
    return frozenset(agreed) | held


def ballot(problem: TickProblem) -> Ballot:
    """What the routes as they are leave no more time for."""
    market = problem.market
    expected = {leg.id for leg in problem.legs[problem.n_real : problem.n_open]}
    routes = planned_routes(problem)
    return frozenset(
        (route.courier_id, leg_id)
        for route, pickup in due_pickups(routes, market.couriers.states, now=market.now, settings=market.settings)
        if expected.isdisjoint(pickup.leg_ids)
        for leg_id in pickup.leg_ids
    )


def cannot_wait(problem: TickProblem, due: Ballot) -> Ballot:
    """Those of these entries whose leg is late already, or could be had by somebody who has nothing to do."""
    is_idle = problem.routes.length == 0
    rows = {leg.id: row for row, leg in enumerate(problem.legs[: problem.n_real])}
    late = problem.world.stops["due"][1::2] <= 0.0
    spare = np.isfinite(problem.world.extra[:, is_idle]).sum(axis=1) > 0
    return frozenset(entry for entry in due if late[rows[entry[1]]] or spare[rows[entry[1]]])


def elected(ballots: Sequence[Ballot], due: Ballot = frozenset()) -> list[tuple[str, str]]:
    """With whom each leg goes that must be left for now: the courier whom most have for it.

    A leg is left for where more than half of the futures do it; one of `due` in any case, and then with whom it is
    there. `due` votes too. A courier gets several only where one ballot gives him both.
    """
    leaves_now = Counter(leg_id for each in ballots for _, leg_id in each)
    votes = Counter(entry for each in (*ballots, due) for entry in each)
    chosen: list[tuple[str, str]] = []
    for entry, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        courier_id, leg_id = entry
        may_wait = 2 * leaves_now[leg_id] <= len(ballots) and entry not in due
        if may_wait or any(leg_id == other for _, other in chosen):
            continue
        together = [other for other in chosen if other[0] == courier_id]
        if any(entry in each and each.issuperset(together) for each in (*ballots, due)):
            chosen.append(entry)
    return chosen


def nearest_to(agreed: Sequence[tuple[str, str]], ballots: Sequence[Ballot]) -> int:
    """The future that has most of what is agreed, and least else."""
    wanted = frozenset(agreed)
    return int(np.argmax([2 * len(each & wanted) - len(each) for each in ballots]))


def give(problem: TickProblem, leg: int, c: int) -> None:
    """Give a leg to courier c where it costs least, unless he has it, or cannot."""
    world, routes = problem.world, problem.routes
    home = int(routes.courier_of[leg])
    if home == c or not np.isfinite(world.extra[leg, c]):
        return
    before = copied(routes)
    if home != NOBODY:
        take_out(routes, home, leg)
        routes.cost[home] = cost_now(world, routes, home)
    _, i, j = best_place(world, routes, c, leg, np.inf)
    if i < 0 or not np.isfinite(routes.cost[home]):
        load(routes, before)
        return
    put_in(routes, c, leg, i, j)
    routes.cost[c] = cost_now(world, routes, c)


def forget_expected(problem: TickProblem) -> bool:
    """Take what is only expected out of the routes. False when one of them does not hold without.

    (Picked up earlier, a leg whose drop-off must wait may be on board for too long.)
    """
    routes = problem.routes
    expected: Ints = np.arange(problem.n_real, problem.n_open)
    had = routes.courier_of[expected]
    for leg, c in zip(expected.tolist(), had.tolist(), strict=True):
        if c != NOBODY:
            take_out(routes, c, leg)
    for c in np.unique(had[had != NOBODY]).tolist():
        routes.cost[c] = cost_now(problem.world, routes, c)
    return bool(np.isfinite(routes.cost).all())


def copied(routes: Routes) -> Routes:
    """The same routes, apart, but for what is known of their moments."""
    return routes._replace(
        seq=routes.seq.copy(),
        length=routes.length.copy(),
        cost=routes.cost.copy(),
        courier_of=routes.courier_of.copy(),
    )


def load(routes: Routes, others: Routes) -> None:
    """Make routes the same as others."""
    routes.seq[:], routes.length[:] = others.seq, others.length
    routes.cost[:], routes.courier_of[:] = others.cost, others.courier_of
    routes.is_known[:] = False
