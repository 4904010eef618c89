"""Where a parcel is, worked out of all of its scans: a pure function of the set, whatever order they arrived in.

The scans are read by the time at which they were made. In at a hub: it is there. Out of the hub where it is: it is in
none. When a courier picks up the leg that begins at the hub, it has left it, scanned out or not. A scan that tells
nothing new (in where it is already, out of where it is not) is refused and moves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

APPLIED, ALREADY_IN, NOT_IN, MISROUTED = "", "already_in", "not_in", "misrouted"


@dataclass(frozen=True, slots=True)
class Passing:
    """A scan: when it was made, by the device's clock (`device_time`) and by ours (`ordered_at`, `shown_at`)."""

    client_id: UUID
    hub_id: UUID
    is_in: bool
    ordered_at: datetime
    device_time: datetime
    shown_at: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """What is meant for the parcel: the hub of its order, and when a courier took it on from there."""

    hub_id: UUID | None
    taken_on_at: datetime | None = None


@dataclass(slots=True)
class Timeline:
    """Where the parcel is after all scans."""

    way: Way
    hub_id: UUID | None = None
    since: datetime | None = None
    reached_at: datetime | None = None  # first in at the hub of its order
    astray_hub_id: UUID | None = None  # the last hub that is not on its way, until it is in the one that is
    is_taken_on: bool = False

    def take(self, passing: Passing) -> str:
        """One more scan, none of which was made later. Returns its code."""
        taken_on_at = self.way.taken_on_at
        if taken_on_at and not self.is_taken_on and taken_on_at < passing.ordered_at:
            self._taken_on(taken_on_at)
        return self._came_in(passing) if passing.is_in else self._went_out(passing)

    def end(self) -> None:
        """All scans were read."""
        if self.way.taken_on_at and not self.is_taken_on:
            self._taken_on(self.way.taken_on_at)

    def _taken_on(self, at: datetime) -> None:
        self.is_taken_on = True
        if self.hub_id == self.way.hub_id:
            self.hub_id, self.since = None, at

    def _came_in(self, passing: Passing) -> str:
        if self.hub_id == passing.hub_id:
            return ALREADY_IN
        self.hub_id, self.since = passing.hub_id, passing.shown_at
        if passing.hub_id != self.way.hub_id:
            self.astray_hub_id = passing.hub_id
            return MISROUTED
        self.astray_hub_id = None
        self.reached_at = self.reached_at or passing.shown_at
        return APPLIED

    def _went_out(self, passing: Passing) -> str:
        if self.hub_id != passing.hub_id:
            after_pickup = self.is_taken_on and self.hub_id is None and passing.hub_id == self.way.hub_id
            return APPLIED if after_pickup else NOT_IN  # the courier was faster than the hub's device
        self.hub_id, self.since = None, passing.shown_at
        return APPLIED


def read_timeline(passings: Iterable[Passing], way: Way) -> tuple[Timeline, dict[UUID, str]]:
    """The parcel after all scans, and the code of each scan by its client id."""
    timeline, codes = Timeline(way), {}
    for passing in sorted(passings, key=_by_time):
        codes[passing.client_id] = timeline.take(passing)
    timeline.end()
    return timeline, codes


def _by_time(passing: Passing) -> tuple[datetime, datetime, bool, UUID]:
    """At the same moment in comes before out: devices may tell whole seconds."""
    return passing.ordered_at, passing.device_time, not passing.is_in, passing.client_id
