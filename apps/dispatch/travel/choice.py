"""The travel model of a plan: learned straight lines, and OSRM in front of them where the operator has one."""

import functools
from datetime import datetime

from django.conf import settings

from apps.dispatch.engine.travel import TravelModel
from apps.dispatch.learning.selectors import travel_factors
from apps.dispatch.travel.hours import HourlyStraightLine
from apps.dispatch.travel.osrm import OsrmTable
from apps.dispatch.travel.osrm_server import OsrmServer
from apps.zones.models import Zone


def travel_model_for(zone: Zone, at: datetime) -> TravelModel:
    """The model to plan a zone with at a moment: one query, and no request before it is asked something.

    One per plan: what it was asked once it answers the same again. Use `straight_lines_for` where many single pairs
    are asked for (a courier's next stops): out of tables they would use up the plan's share of OSRM.
    """
    straight = straight_lines_for(zone, at)
    if not settings.OSRM_URL:
        return straight
    profiles = tuple(sorted(settings.OSRM_PROFILES.items()))
    return OsrmTable(osrm_server(settings.OSRM_URL, profiles, settings.OSRM_MAX_LOCATIONS), straight)


def straight_lines_for(zone: Zone, at: datetime) -> HourlyStraightLine:
    """Straight lines at the pace learned for the local hour, by kind of vehicle; 1.0 where too little is known."""
    return HourlyStraightLine(travel_factors(zone, at))


@functools.cache
def osrm_server(url: str, profiles: tuple[tuple[str, str], ...], max_locations: int) -> OsrmServer:
    """The process' one connection to a server, with what it knows of it."""
    return OsrmServer(url, profiles=dict(profiles), max_locations=max_locations)
