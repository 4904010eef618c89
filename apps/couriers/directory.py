"""The fleets that others may find: open ones, and those whose owners accept invitations. Nothing of their couriers."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.core import clock
from apps.couriers.models import Fleet, Shift
from apps.zones.models import Zone

AROUND_NOW = timedelta(days=7)  # a fleet serves the zones in which it had or has shifts within that time


def listed_fleets(*, besides: UUID) -> QuerySet[Fleet]:
    """The fleets that an organisation may find; its own it knows."""
    listed = Fleet.objects.filter(Q(is_open=True) | Q(accepts_invitations=True))
    return listed.exclude(organisation_id=besides).select_related("organisation")


def zones_served(fleet_ids: list[UUID]) -> dict[UUID, list[Zone]]:
    """By fleet, the active zones that it serves, by name: two queries, however many fleets."""
    at = clock.now()
    shifts = Shift.objects.filter(
        courier__fleet_id__in=fleet_ids, ends_at__gte=at - AROUND_NOW, starts_at__lte=at + AROUND_NOW
    )
    pairs = set(shifts.order_by().values_list("courier__fleet_id", "zone_id").distinct())
    zones = Zone.objects.filter(pk__in={zone_id for _, zone_id in pairs}, is_active=True).order_by("name")
    served: dict[UUID, list[Zone]] = defaultdict(list)
    for zone in zones:
        for fleet_id, zone_id in pairs:
            if zone_id == zone.pk:
                served[fleet_id].append(zone)
    return served
