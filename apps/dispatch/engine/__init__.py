"""The dispatch engine: which courier takes what, decided from a snapshot.

Pure Python, numpy and scipy: no Django, no input or output, no clock, no chance. The same snapshot gives the same plan.
Start with `planner.plan`; what goes in is in `snapshot`, what comes out in `plan`, what it costs in `cost`.
"""

from apps.dispatch.engine.plan import Alternative, Commitment, Exclusion, Plan, PlannedRoute, PlannedStop, Why
from apps.dispatch.engine.planner import plan
from apps.dispatch.engine.reasons import UnassignedReason
from apps.dispatch.engine.settings import PlannerSettings
from apps.dispatch.engine.snapshot import CommittedStop, CourierState, LastRoutes, OpenLeg, Snapshot, VehicleProfile
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.travel import StraightLine, TravelModel
from apps.dispatch.engine.warming import warm

__all__ = [
    "Alternative",
    "Commitment",
    "CommittedStop",
    "CourierState",
    "Exclusion",
    "LastRoutes",
    "OpenLeg",
    "Plan",
    "PlannedRoute",
    "PlannedStop",
    "PlannerSettings",
    "Snapshot",
    "StopKind",
    "StraightLine",
    "TravelModel",
    "UnassignedReason",
    "VehicleProfile",
    "Why",
    "plan",
    "warm",
]
