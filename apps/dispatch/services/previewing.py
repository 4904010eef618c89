"""What if: the plan of a zone as it would be now, with something else than there is. Nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from apps.dispatch import engine
from apps.dispatch.engine import CourierState, OpenLeg, Plan, Snapshot
from apps.dispatch.services.zone_view import load_zone


@dataclass(frozen=True, slots=True)
class Change:
    """What is supposed to be different."""

    more_legs: tuple[OpenLeg, ...] = ()
    without_legs: frozenset[str] = frozenset()
    without_couriers: frozenset[str] = frozenset()
    """They go home now: what they are committed to is not planned for anybody else."""
    more_couriers: tuple[CourierState, ...] = ()
    shift_ends: Mapping[str, float] = field(default_factory=dict)
    """Courier on duty -> when the shift would end, on the axis of the snapshot (epoch seconds)."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The plan as things are, and as they would be."""

    as_is: Plan
    as_if: Plan

    @property
    def added_min(self) -> float:
        """What the change costs, in minutes of recipients' waiting; legs left out are not counted."""
        return sum(route.cost_min for route in self.as_if.routes) - sum(route.cost_min for route in self.as_is.routes)


def preview_plan(*, zone_id: UUID, change: Change) -> Preview:
    """Plan a zone twice and commit nothing.

    Raises ZoneNotFound, or ValueError when an added leg or courier is there already.
    """
    snapshot = load_zone(zone_id).snapshot
    return Preview(as_is=engine.plan(snapshot), as_if=engine.plan(_changed(snapshot, change)))


def _changed(snapshot: Snapshot, change: Change) -> Snapshot:
    return replace(
        snapshot,
        legs=(*(leg for leg in snapshot.legs if leg.id not in change.without_legs), *change.more_legs),
        couriers=(
            *(
                _on_duty_until(courier, change.shift_ends.get(courier.id))
                for courier in snapshot.couriers
                if courier.id not in change.without_couriers
            ),
            *change.more_couriers,
        ),
    )


def _on_duty_until(courier: CourierState, ends_at: float | None) -> CourierState:
    """Until then, or as long as they are."""
    return courier if ends_at is None else replace(courier, shift_ends_at=ends_at, drop_by=ends_at)
