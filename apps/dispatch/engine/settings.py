"""What can be turned at the planner, each with its unit."""

import math
from dataclasses import dataclass, fields

MINUTE_S = 60.0
AT_LEAST_ONE = (
    "tick_s",
    "leave_out_floor_min",
    "max_bundle_legs",
    "max_legs",
    "max_couriers",
    "routes_max_legs",
    "routes_candidates",
    "threads",
)


@dataclass(frozen=True, slots=True)
class PlannerSettings:
    """Settings of one plan. Raises ValueError, naming the field, when a value makes no sense.

    The defaults were measured on the Meal Delivery Routing Problem library, see docs/dispatch.md.
    """

    tick_s: float = 10.0
    """Seconds until the next plan is made; what can wait that long is not committed now."""

    commit_lead_s: float = 0.0
    """Commit this many seconds earlier than strictly necessary, for the time an offer takes to reach a courier."""

    tie_break_min: float = 0.1
    """Minutes added to a leg's cost per leg that its courier has done beyond those his guarantee covers."""

    guaranteed_legs_per_hour: float = 1.5
    """Guaranteed pay per hour over pay per leg: a courier paid for that many legs an hour, done or not."""

    lateness_threshold_s: float = 40 * MINUTE_S
    """A leg without a due time is late this many seconds after it was placed."""

    lateness_slope: float = 0.4
    """Minutes of cost per minute of lateness, on top of the minute itself."""

    ready_risk: float = 0.05
    """Where readiness is uncertain: the chance that parcels wait for their courier, up to which he may leave later."""

    riding_price: float = 0.0
    """Minutes of cost per minute of riding."""

    change_price_min: float = 0.0
    """Minutes that giving a leg to another courier than in the last plan costs."""

    one_place_on_board: bool = False
    """Whether everything on board must come from one pickup: a courier drops off all of it before the next."""

    leave_out_price_min: float = 150.0
    """Leaving a leg out costs as much as dropping it off this many minutes after it was placed,"""

    leave_out_floor_min: float = 60.0
    """but at least as much as dropping it off this many minutes after it is ready, or from now if it is."""

    horizon_s: float = 4 * 3600.0
    """Legs ready later than this many seconds from now are left for a later plan."""

    shift_lookahead_s: float = 3600.0
    """Couriers whose duty starts within this many seconds count already."""

    max_bundle_legs: int = 4
    """Most legs of one pickup place carried together. 1 turns bundling off."""

    bundle_window_s: float = 10 * MINUTE_S
    """Pressure that leads to bundles: legs ready within this many seconds per courier free within the same."""

    bundle_delay_weight: float = 1.0
    """What a second of waiting of a ready leg for its bundle counts against a second of riding."""

    max_legs: int = 4_000
    """Most legs in one plan; the latest to be ready are left for the next."""

    max_couriers: int = 2_000
    """Most couriers in one plan; those free the latest are left out."""

    routes_rounds: int = 6
    """Most rounds of improving routes of several pickups. 0: matched bundles only, as without a compiler."""

    routes_least_gain: float = 0.002
    """The rounds end when one gains less than this share of what routes and leaving out cost."""

    routes_max_legs: int = 5
    """Most open legs in a route."""

    routes_skip_min: float = 0.5
    """A leg costing its recipient at most this many minutes more than it must is not relocated."""

    routes_candidates: int = 100
    """Couriers that a leg is tried with: those with whom it could cost least."""

    threads: int = 1
    """2: large plans are searched in halves, each in a thread of its own. The outcome depends on this, not on
    timing."""

    routes_budget_s: float = 0.0
    """Stop improving routes after so many seconds; the plan then depends on the machine. 0: rounds alone decide."""

    ruin_rounds: int = 256
    """Rounds of ruin and recreate."""

    futures: int = 5
    """Futures that a plan looks at, where the snapshot says what came lately."""

    future_s: float = 10 * MINUTE_S
    """How far they reach: seconds of new legs."""

    future_weight: float = 1.0
    """What the waiting of a leg that is only expected counts against that of a real one."""

    future_ruin_rounds: int = 64
    """Rounds of ruin and recreate for each future."""

    futures_max_legs: int = 200
    """Plans of more legs than this look at no future."""

    deals_levels: bool = True
    """Whether whole trips are dealt out anew after each round of relocation."""

    def next_plan_at(self, now: float) -> float:
        """What must begin before this moment is committed by a plan made at `now`."""
        return now + self.tick_s + self.commit_lead_s

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not math.isfinite(value) or value < 0:
                raise ValueError(f"{field.name} must be a finite number, 0 or more, not {value!r}")
        if not 0 < self.ready_risk < 1:
            raise ValueError(f"ready_risk must be between 0 and 1, not {self.ready_risk!r}")
        for name in AT_LEAST_ONE:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)!r}")
