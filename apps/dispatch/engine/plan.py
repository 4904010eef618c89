"""What the planner answers with. Times are seconds on the axis of the snapshot, costs are minutes (see `cost`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from apps.dispatch.engine.reasons import UnassignedReason
from apps.dispatch.engine.stop_kind import StopKind

Ballot: TypeAlias = frozenset[tuple[str, str]]
"""Couriers, and legs that each must leave for before the next plan."""

MOST_NAMED = 20
ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """One stop of a route: one drop-off, or the pickup of every leg taken from that place."""

    kind: StopKind
    leg_ids: tuple[str, ...]
    departs_at: float
    """The latest departure for it that delays nothing, or when the courier can leave if that is later."""
    arrives_at: float
    """When the courier gets there, before any service."""
    handover_at: float
    """When the parcels change hands; at a pickup not before they are ready."""
    leaves_at: float
    is_committed: bool = False
    """Whether its legs were the courier's already."""


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """What one courier would do from where and when he is free; only what is committed is sure."""

    courier_id: str
    stops: tuple[PlannedStop, ...]
    """In order; committed ones among them."""
    cost_min: float
    """Of all its legs."""

    @property
    def departs_at(self) -> float:
        """When he leaves for the first stop."""
        return self.stops[0].departs_at

    @property
    def leg_ids(self) -> tuple[str, ...]:
        """The open legs of the route, in the order of their drop-offs."""
        dropoffs = (stop for stop in self.stops if stop.kind is StopKind.DROPOFF and not stop.is_committed)
        return tuple(leg_id for stop in dropoffs for leg_id in stop.leg_ids)


@dataclass(frozen=True, slots=True)
class Alternative:
    """A courier who could have had the legs of a commitment, and what that would have cost."""

    courier_id: str
    cost_min: float


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Couriers on duty whom a limit kept from it, each counted at the first limit that does."""

    reason: UnassignedReason
    count: int
    courier_ids: tuple[str, ...]
    """At most `MOST_NAMED` of them."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why this courier: his cost and the cheapest others, best first, at most three.

    A cheaper other means that he is worth more elsewhere in the same plan.
    """

    cost_min: float
    others: tuple[Alternative, ...]
    excluded: tuple[Exclusion, ...] = ()
    """Of several legs picked up together: from the first."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """Legs to be given to a courier now: waiting for the next plan would be too late."""

    courier_id: str
    leg_ids: tuple[str, ...]
    """In the order of their drop-offs; all are picked up together."""
    depart_at: float
    pickup_at: float
    dropoff_at: tuple[float, ...]
    """Handover of each leg, in the order of `leg_ids`."""
    why: Why


@dataclass(frozen=True, slots=True)
class Plan:
    """Every leg of the snapshot is either in exactly one route or has a reason."""

    routes: tuple[PlannedRoute, ...]
    commitments: tuple[Commitment, ...]
    """The part of the routes that is to be acted on now."""
    unassigned: Mapping[str, UnassignedReason]
