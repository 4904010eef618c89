"""How much slower than a straight line couriers ride, by zone, local hour and kind of vehicle.

    value = 1 + (r - 1) x n / (n + K),  r = median(ridden / straight)

ridden: from leaving a stop (handover + half of its service) to arriving at the next; straight: `StraightLine` with the
courier's vehicle and the zone's detour factor; n rides, K = 20. Only rides that began at once count (`visits`). Rides
of less than a minute, and ratios outside of 0.3 to 4 (a pause, a phone that was late), are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.travel import StraightLine, VehicleProfile, pair_seconds
from apps.dispatch.learning.figures import Learned
from apps.dispatch.learning.samples import Samples, median_and_spread
from apps.dispatch.learning.visits import Visit

K_RIDES = 20
SHORTEST_S = 60.0
LEAST_RATIO, MOST_RATIO = 0.3, 4.0


@dataclass(frozen=True, slots=True)
class Ride:
    """From one handover to the next arrival: the rest of the service at the first stop, then the way."""

    from_zone: UUID
    from_kind: StopKind
    gap_s: float
    straight_s: float

    def ratio(self, *, service_s: float) -> float | None:
        """Ridden over straight, None where it is no ride to learn from. service_s: of the first stop."""
        ridden_s = self.gap_s - service_s / 2
        if ridden_s < SHORTEST_S or self.straight_s <= 0:
            return None
        ratio = ridden_s / self.straight_s
        return ratio if LEAST_RATIO <= ratio <= MOST_RATIO else None


def rides(
    visits: Iterable[Visit], vehicles: dict[tuple[str, str], VehicleProfile]
) -> Iterator[tuple[Visit, Visit, Ride]]:
    """The rides between visits, each with where it began and ended. vehicles: by courier and zone."""
    hops: dict[VehicleProfile, list[tuple[Visit, Visit]]] = defaultdict(list)
    for visit in visits:
        vehicle = vehicles.get((visit.courier_id, str(visit.zone_id)))
        if visit.before and vehicle:
            hops[vehicle].append((visit.before, visit))
    for vehicle, pairs in hops.items():
        starts = np.array([(a.point.lat, a.point.lon) for a, _ in pairs])
        ends = np.array([(b.point.lat, b.point.lon) for _, b in pairs])
        for (a, b), seconds in zip(pairs, pair_seconds(StraightLine(), starts, ends, vehicle), strict=True):
            gap_s = (b.arrived_at - a.handed_over_at).total_seconds()
            yield a, b, Ride(a.zone_id, a.kind, gap_s, float(seconds))


def travel_figures(samples: Samples[float]) -> Iterator[Learned]:
    """Figures by hour and vehicle, out of ratios, drawn towards 1 where there are few."""
    for zone_id, key, ratios, days in samples.groups():
        middle, spread = median_and_spread(ratios)
        n = len(ratios)
        yield Learned(zone_id, key, 1 + (middle - 1) * n / (n + K_RIDES), spread, n, days)
