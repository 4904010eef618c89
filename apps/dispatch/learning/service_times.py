"""How long couriers are at a door, by zone and kind of stop.

    value = 2 x median(handover - arrival)

The engine lets half of the time at a stop pass before the handover and half after it (`courier_forecast`, `bundles`).
Phones tell when a courier arrives and hands over, not when they leave, so the half that is seen stands for both.
Pickups count only where everything was announced to be ready on arrival, and drop-offs where the slot had begun: the
rest is waiting, not service. Visits of
less than five seconds (both buttons at once) or more than fifteen minutes before the handover are left out.
"""

from uuid import UUID

from apps.dispatch.learning.figures import Learned
from apps.dispatch.learning.samples import Samples, median_and_spread
from apps.dispatch.learning.visits import Visit

SHORTEST_S, LONGEST_S = 5.0, 900.0


def seconds_before_handover(visit: Visit) -> float | None:
    """The half of a visit's service that is seen, None where it says nothing of service."""
    if not visit.is_complete or visit.opens_at > visit.arrived_at:
        return None
    seconds = (visit.handed_over_at - visit.arrived_at).total_seconds()
    return seconds if SHORTEST_S <= seconds <= LONGEST_S else None


def service_figures(samples: Samples[float]) -> dict[tuple[UUID, str], Learned]:
    """Figures by zone and kind of stop, out of seconds before the handover."""
    figures = {}
    for zone_id, kind, seconds, days in samples.groups():
        middle, spread = median_and_spread(seconds)
        figures[zone_id, kind] = Learned(zone_id, kind, 2 * middle, 2 * spread, len(seconds), days)
    return figures
