"""The one cost function. Unit: minutes of a recipient's waiting.

    cost of a leg = click-to-door
                  + lateness slope x lateness                     (drop-off after it is due)
                  + tie-break x (legs done - guaranteed so far)    (of the courier who takes it)

Click-to-door and lateness follow Reyes, Erera, Savelsbergh, Sahasrabudhe and O'Neil, The Meal Delivery Routing Problem
(2018). Riding has no price of its own: where readiness binds more than riding, any price on it makes recipients wait
longer. The tie-break decides between couriers who could be there in time anyway; it prefers those whose guaranteed pay
already covers the leg, so work spreads and a scarce courier is kept.
"""

import numpy as np

from apps.dispatch.engine.settings import MINUTE_S, PlannerSettings
from apps.dispatch.engine.travel import Floats


def leg_cost_min(*, dropoff_at: Floats, placed_at: Floats, due_at: Floats, settings: PlannerSettings) -> Floats:
    """Minutes: click-to-door plus priced lateness; times in seconds, arrays of any shapes that broadcast."""
    cost: Floats = (dropoff_at - placed_at) / MINUTE_S
    if settings.lateness_slope > 0:
        cost = cost + np.maximum(dropoff_at - due_at, 0.0) * (settings.lateness_slope / MINUTE_S)
    return cost


def tie_break_min(*, legs_done: Floats, worked_s: Floats, settings: PlannerSettings) -> Floats:
    """Minutes added per leg given to a courier who did `legs_done` in `worked_s` seconds of his shift; may be < 0."""
    guaranteed = settings.guaranteed_legs_per_hour * worked_s / 3600.0
    answer: Floats = settings.tie_break_min * (legs_done - guaranteed)
    return answer


def left_out_cost_min(
    *, now: float, placed_at: Floats, ready_at: Floats, due_at: Floats, settings: PlannerSettings
) -> Floats:
    """Minutes that leaving each leg out costs: as if dropped off `leave_out_price_min` after it was placed.

    Counting from placement serves, when couriers are short, those legs first that can be done soonest after they were
    placed. So that an old leg is not given up for being old, it never counts as dropped off less than
    `leave_out_floor_min` from when it is ready, or from now.
    """
    by_placement = placed_at + settings.leave_out_price_min * MINUTE_S
    by_now = np.maximum(ready_at, now) + settings.leave_out_floor_min * MINUTE_S
    dropoff_at = np.maximum(by_placement, by_now)
    return leg_cost_min(dropoff_at=dropoff_at, placed_at=placed_at, due_at=due_at, settings=settings)
