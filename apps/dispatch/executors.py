"""Organisations that carry: their fleets, and which legs are within their reach. Tenancy of the dispatch API.

An executor sees the legs that its fleets have or had, those that are offered to it, and those that nobody has yet in
the zones that it serves and that its fleets may carry. Everything else is not found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from apps.accounts.principals import Principal
from apps.core import clock
from apps.couriers.models import Courier, Fleet, Shift
from apps.dispatch.eligibility import Networks, eligible_fleets
from apps.orders.models import Leg
from apps.zones.selectors import active_zones

AROUND_NOW = timedelta(hours=24)  # a shift so near makes its zone one that the fleet serves


@dataclass(frozen=True, slots=True)
class Executor:
    """Who carries, as the API knows them: an organisation with its fleets, live or for tests."""

    organisation_ids: frozenset[UUID]
    fleets: dict[UUID, Fleet]
    is_test: bool

    def owns(self, fleet_id: UUID | None) -> bool:
        """Whether a fleet is one of its own."""
        return fleet_id in self.fleets


def executor_of(principal: Principal) -> Executor:
    """The executor behind a key: one query. Without fleets it reaches nothing."""
    own = Fleet.objects.filter(organisation_id__in=list(principal.organisation_ids))
    return Executor(principal.organisation_ids, {fleet.pk: fleet for fleet in own}, principal.is_test)


def zones_served(executor: Executor) -> frozenset[UUID]:
    """Where its couriers are on duty or have shifts within a day; and what its external fleets serve."""
    at, fleet_ids = clock.now(), list(executor.fleets)
    if not fleet_ids:
        return frozenset()
    shifts = Shift.objects.filter(
        courier__fleet_id__in=fleet_ids, ends_at__gte=at - AROUND_NOW, starts_at__lte=at + AROUND_NOW
    )
    on_duty = Courier.objects.filter(fleet_id__in=fleet_ids, zone__isnull=False)
    served = set(shifts.order_by().values_list("zone_id", flat=True).distinct())
    served |= set(on_duty.order_by().values_list("zone_id", flat=True).distinct())
    zones = active_zones()
    served |= {zone.pk for zone in zones if any(fleet.is_asked_in(zone.pk) for fleet in executor.fleets.values())}
    return frozenset(served & {zone.pk for zone in zones})


def carriers_among(
    executor: Executor, legs: Iterable[Leg], *, served: frozenset[UUID] | None = None
) -> dict[UUID, frozenset[UUID]]:
    """Of legs with their orders at hand, those within reach: leg -> which of the executor's fleets may carry it now.

    `served` are the zones it serves, None to read them here.
    """
    legs = [leg for leg in legs if leg.order.is_test == executor.is_test]
    served = zones_served(executor) if served is None else served
    legs, at = [leg for leg in legs if leg.zone_id in served], clock.now()
    if not legs:
        return {}
    networks = Networks.by_zone({leg.zone_id for leg in legs}, legs)
    own = frozenset(executor.fleets)
    found = {leg.pk: own & eligible_fleets(leg, networks[leg.zone_id], at=at) for leg in legs}
    return {leg_id: fleets for leg_id, fleets in found.items() if fleets}
