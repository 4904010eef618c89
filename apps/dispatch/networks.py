"""What is known of the fleets of the platform at one moment: who owns them, whom they are connected to, who is there,
and who has said no. A bounded number of queries, however many legs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Fleet
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import FleetRefusal, Offer
from apps.networks.selectors import ConnectedFleet, connected_fleets
from apps.orders.models import Leg

NOBODY: frozenset[UUID] = frozenset()
TURNED_DOWN = frozenset({OfferStatus.DECLINED, OfferStatus.EXPIRED})


@dataclass(frozen=True, slots=True)
class Networks:
    """The fleets of the platform, as eligibility needs them."""

    owned_by: dict[UUID, frozenset[UUID]]  # organisation -> its fleets
    open_fleets: frozenset[UUID]
    on_duty: dict[UUID, frozenset[UUID]]  # fleet -> its couriers on duty in the zone; fleets without any are left out
    waves: dict[UUID, tuple[frozenset[UUID], ...]] = field(default_factory=dict)
    """Organisation -> the fleets connected to it, those of one priority together, the lowest first."""
    refused: dict[UUID, dict[UUID, datetime]] = field(default_factory=dict)
    """Order -> fleet that refused it -> when."""
    turned_down: dict[UUID, dict[UUID, datetime]] = field(default_factory=dict)
    """Leg -> courier who let an offer of it pass -> when, the last time."""

    @classmethod
    def of(cls, legs: Sequence[Leg], on_duty: Iterable[Courier], offers: Iterable[Offer]) -> "Networks":
        """All fleets, as these legs need them: three queries.

        `on_duty` are the couriers who count as being there, `offers` those of the legs that are over.
        """
        fleets = list(Fleet.objects.only("organisation_id", "is_open"))
        owned: dict[UUID, set[UUID]] = defaultdict(set)
        for fleet in fleets:
            owned[fleet.organisation_id].add(fleet.pk)
        return cls(
            owned_by={key: frozenset(values) for key, values in owned.items()},
            open_fleets=frozenset(fleet.pk for fleet in fleets if fleet.is_open),
            on_duty=_by_fleet(on_duty),
            waves=_waves(connected_fleets()),
            refused=_refused(legs),
            turned_down=_turned_down(offers),
        )

    @classmethod
    def in_zone(cls, zone_id: UUID, legs: Sequence[Leg]) -> "Networks":
        """The same for legs of one zone, with whoever is on duty there: five queries."""
        return cls.by_zone({zone_id}, legs)[zone_id]

    @classmethod
    def by_zone(cls, zone_ids: set[UUID], legs: Sequence[Leg]) -> "dict[UUID, Networks]":
        """The same for legs of several zones, still five queries."""
        working = list(Courier.objects.filter(zone_id__in=zone_ids, status=CourierStatus.ON_DUTY, is_active=True))
        offers = list(Offer.objects.filter(leg_id__in=[leg.pk for leg in legs], status__in=TURNED_DOWN))
        whole = cls.of(legs, working, offers)
        return {zone_id: whole.with_those([c for c in working if c.zone_id == zone_id]) for zone_id in zone_ids}

    def with_those(self, on_duty: Iterable[Courier]) -> "Networks":
        """The same with others on duty."""
        return replace(self, on_duty=_by_fleet(on_duty))

    def own(self, organisation_id: UUID) -> frozenset[UUID]:
        """The fleets of an organisation."""
        return self.owned_by.get(organisation_id, NOBODY)

    def said_no_at(self, leg: Leg, fleet_id: UUID) -> datetime | None:
        """When a fleet on duty had turned a leg down: refused it, or the last of its couriers let an offer pass.

        None while somebody there may still take it.
        """
        refused_at = self.refused.get(leg.order_id, {}).get(fleet_id)
        if refused_at is not None:
            return refused_at
        passed = self.turned_down.get(leg.pk, {})
        couriers = self.on_duty[fleet_id]
        return max(passed[key] for key in couriers) if all(key in passed for key in couriers) else None


def _by_fleet(couriers: Iterable[Courier]) -> dict[UUID, frozenset[UUID]]:
    there: dict[UUID, set[UUID]] = defaultdict(set)
    for courier in couriers:
        there[courier.fleet_id].add(courier.pk)
    return {key: frozenset(values) for key, values in there.items()}


def _waves(connected: list[ConnectedFleet]) -> dict[UUID, tuple[frozenset[UUID], ...]]:
    by_priority: dict[UUID, dict[int, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    for link in connected:
        by_priority[link.organisation_id][link.priority].add(link.fleet_id)
    return {key: tuple(frozenset(of[step]) for step in sorted(of)) for key, of in by_priority.items()}


def _refused(legs: Sequence[Leg]) -> dict[UUID, dict[UUID, datetime]]:
    refused: dict[UUID, dict[UUID, datetime]] = defaultdict(dict)
    of_orders = FleetRefusal.objects.filter(order_id__in={leg.order_id for leg in legs})
    for order_id, fleet_id, refused_at in of_orders.values_list("order_id", "fleet_id", "refused_at"):
        refused[order_id][fleet_id] = refused_at
    return refused


def _turned_down(offers: Iterable[Offer]) -> dict[UUID, dict[UUID, datetime]]:
    passed: dict[UUID, dict[UUID, datetime]] = defaultdict(dict)
    for offer in offers:
        if offer.status in TURNED_DOWN and offer.ended_at is not None:
            last = passed[offer.leg_id].get(offer.courier_id, offer.ended_at)
            passed[offer.leg_id][offer.courier_id] = max(last, offer.ended_at)
    return passed
