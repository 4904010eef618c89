"""How long an order is prepared, by pickup place, from when it was placed.

    value = mean without the lowest and highest tenth of (ready - placed)

Nobody tells when an order is ready. Where the courier waited more than a minute longer than a stop takes, it was ready
at the handover. Where they did not, it was ready when they came at the latest: the time that was announced stands, or
the arrival if that was earlier. Orders booked more than an hour ahead, and times above three hours, are left out; so
are pickups at hubs, where nothing is prepared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.learning.figures import Learned
from apps.dispatch.learning.samples import Samples, trimmed_mean_and_spread
from apps.dispatch.learning.visits import Visit

BOOKED_AHEAD = timedelta(hours=1)
LONGEST_S = 3 * 3600.0
WAITED_S = 60.0
FEWEST = 5  # a place with fewer is not worth a row


@dataclass(frozen=True, slots=True)
class PickedUp:
    """One order at its pickup."""

    placed_at: datetime
    announced_at: datetime
    arrived_at: datetime
    handed_over_at: datetime

    def seconds(self, *, service_s: float) -> float:
        """From placing to being ready, as far as can be told."""
        before_handover = (self.handed_over_at - self.arrived_at).total_seconds()
        waited = before_handover > service_s / 2 + WAITED_S
        ready_at = self.handed_over_at if waited else min(self.announced_at, self.arrived_at)
        return max(0.0, (ready_at - self.placed_at).total_seconds())


def pickups(visit: Visit) -> Iterator[PickedUp]:
    """What a visit tells of preparation."""
    if visit.kind != StopKind.PICKUP or not visit.is_complete:
        return
    for leg, handed_over_at in visit.handovers:
        if leg.ready_at - leg.placed_at <= BOOKED_AHEAD and not leg.is_from_hub:
            yield PickedUp(leg.placed_at, leg.ready_at, visit.arrived_at, handed_over_at)


def preparation_figures(samples: Samples[float]) -> Iterator[Learned]:
    """Figures by pickup place, out of seconds of preparation."""
    for zone_id, place, seconds, days in samples.groups():
        if len(seconds) >= FEWEST:
            mean, spread = trimmed_mean_and_spread(seconds)
            yield Learned(zone_id, place, mean, spread, len(seconds), days)
