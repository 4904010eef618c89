"""Learns times from one reading of the couriers' visits: at stops, of preparation, and on the way.

Service comes first, in memory: a ride begins when the service of its first stop ends. So a second run over the same
events writes the same figures.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.core import clock
from apps.couriers.models import Courier
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.travel import VehicleProfile
from apps.dispatch.learning.figures import Learned, write_figures
from apps.dispatch.learning.history import chunks_of_moves, in_batches
from apps.dispatch.learning.preparation import LONGEST_S, PickedUp, pickups, preparation_figures
from apps.dispatch.learning.samples import Samples
from apps.dispatch.learning.selectors import travel_key
from apps.dispatch.learning.service_times import seconds_before_handover, service_figures
from apps.dispatch.learning.thresholds import ENOUGH, MOST_MOVES, WINDOW
from apps.dispatch.learning.travel_factors import Ride, rides, travel_figures
from apps.dispatch.learning.visits import Visit, visits_in
from apps.dispatch.models import FigureKind
from apps.zones.models import Zone
from apps.zones.selectors import active_zones


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a reading of the events gave, before service is known."""

    before_handover: Samples[float]
    picked_up: Samples[PickedUp]
    ridden: Samples[Ride]


def learn_times() -> int:
    """Learn service, preparation and travel of all zones. Returns how many figures there are.

    Reads the last 28 days, at most the newest `MOST_MOVES` moves, in a number of queries that grows with their chunks.
    """
    zones = {zone.pk: zone for zone in active_zones()}
    seen = _Seen(Samples(), Samples(), Samples())
    for moves in chunks_of_moves(since=clock.now() - WINDOW, most=MOST_MOVES):
        visits = [visit for visit in visits_in(moves) if visit.zone_id in zones]
        _see(seen, visits, zones)
    service = service_figures(seen.before_handover)
    used = _Service(zones, service)
    return (
        write_figures(FigureKind.SERVICE, service.values())
        + write_figures(FigureKind.PREPARATION, preparation_figures(_preparations(seen.picked_up, used)))
        + write_figures(FigureKind.TRAVEL, travel_figures(_ratios(seen.ridden, used)))
    )


@dataclass(frozen=True, slots=True)
class _Service:
    """Seconds at a stop: learned now, where that is enough, else the zone's constant."""

    zones: Mapping[UUID, Zone]
    learned: Mapping[tuple[UUID, str], Learned]

    def seconds(self, zone_id: UUID, kind: StopKind) -> float:
        """From arriving to leaving."""
        figure, enough = self.learned.get((zone_id, kind.value)), ENOUGH[FigureKind.SERVICE]
        if figure and not enough.missing(samples=figure.samples, days=figure.days):
            return figure.value
        zone = self.zones[zone_id]
        return zone.pickup_service_s if kind == StopKind.PICKUP else zone.dropoff_service_s


def _see(seen: _Seen, visits: list[Visit], zones: Mapping[UUID, Zone]) -> None:
    """Take samples, the newest visits first: of a day with too many, the evening counts."""
    clocks = {key: ZoneInfo(zone.time_zone) for key, zone in zones.items()}
    vehicles = _vehicles({visit.courier_id for visit in visits}, zones)

    def day(visit: Visit) -> date:
        return visit.arrived_at.astimezone(clocks[visit.zone_id]).date()

    for visit in reversed(visits):
        half_s = seconds_before_handover(visit)
        if half_s is not None:
            seen.before_handover.add(visit.zone_id, visit.kind.value, day(visit), half_s)
        for picked_up in pickups(visit):
            seen.picked_up.add(visit.zone_id, visit.point.door, day(visit), picked_up)
    for start, end, ride in rides(reversed(visits), vehicles):
        hour = start.handed_over_at.astimezone(clocks[end.zone_id]).hour
        kind = vehicles[end.courier_id, str(end.zone_id)].kind
        seen.ridden.add(end.zone_id, travel_key(hour, kind), day(end), ride)


def _vehicles(courier_ids: Iterable[str], zones: Mapping[UUID, Zone]) -> dict[tuple[str, str], VehicleProfile]:
    """What each courier rides, in each zone: as it is now, the events do not tell what it was."""
    found = {}
    for batch in in_batches(sorted(courier_ids)):
        rows = Courier.objects.filter(pk__in=batch).values_list("pk", "vehicle__kind", "vehicle__speed_kmh")
        for key, kind, speed_kmh in rows:
            for zone in zones.values():
                found[str(key), str(zone.pk)] = VehicleProfile(kind, speed_kmh, zone.detour_factor)
    return found


def _preparations(picked_up: Samples[PickedUp], service: _Service) -> Samples[float]:
    answer: Samples[float] = Samples()
    for (zone_id, place), days in picked_up.by_key.items():
        service_s = service.seconds(zone_id, StopKind.PICKUP)
        for day, orders in days.items():
            for order in orders:
                seconds = order.seconds(service_s=service_s)
                if seconds <= LONGEST_S:
                    answer.add(zone_id, place, day, seconds)
    return answer


def _ratios(ridden: Samples[Ride], service: _Service) -> Samples[float]:
    answer: Samples[float] = Samples()
    for (zone_id, key), days in ridden.by_key.items():
        for day, them in days.items():
            for ride in them:
                ratio = ride.ratio(service_s=service.seconds(ride.from_zone, ride.from_kind))
                if ratio is not None:
                    answer.add(zone_id, key, day, ratio)
    return answer
