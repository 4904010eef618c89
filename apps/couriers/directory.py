"""The fleets that others may find: open ones, and those whose owners accept invitations. Nothing of their couriers."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.core import clock
from apps.couriers.models import Fleet, Shift
from apps.zones.models import Zone
from apps.zones.selectors import active_zones

AROUND_NOW = timedelta(days=7)  # a fleet serves the zones in which it had or has shifts within that time


def listed_fleets(*, besides: UUID) -> QuerySet[Fleet]:
    """The fleets that an organisation may find; its own it knows."""
    listed = Fleet.objects.filter(Q(is_open=True) | Q(accepts_invitations=True))
    return listed.exclude(organisation_id=besides).select_related("organisation")


def zones_served(fleets: Sequence[Fleet]) -> dict[UUID, list[Zone]]:
    """By fleet, the zones in service that it serves, by name: two queries at most, however many fleets.

    Where couriers are planned for, those of their shifts; a fleet with a dispatch of its own says where it is asked.
    """
    at = clock.now()
    shifts = Shift.objects.filter(
        courier__fleet_id__in=[fleet.pk for fleet in fleets],
        ends_at__gte=at - AROUND_NOW,
        starts_at__lte=at + AROUND_NOW,
    )
    ridden = set(shifts.order_by().values_list("courier__fleet_id", "zone_id").distinct())
    return {
        fleet.pk: [zone for zone in active_zones() if fleet.is_asked_in(zone.pk) or (fleet.pk, zone.pk) in ridden]
        for fleet in fleets
    }
