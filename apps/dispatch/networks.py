"""What is known of the fleets of the platform at one moment: who owns them, whom they are connected to, who is there,
and who has said no. A bounded number of queries, however many legs.

A fleet with a dispatch of its own is asked itself: in the zones that it serves it counts as being there, whoever of
its couriers is, and it says no for all of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from apps.core.known_queries import KnownRows
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Courier, Fleet
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import FleetOffer, FleetRefusal, Offer
from apps.networks.selectors import ConnectedFleet, connected_fleets
from apps.orders.models import HandOn, Leg
from apps.orders.selectors.hand_ons import live_hand_ons

NOBODY: frozenset[UUID] = frozenset()
TURNED_DOWN = frozenset({OfferStatus.DECLINED, OfferStatus.EXPIRED})
_fleets = KnownRows(lambda: Fleet.objects.only("organisation_id", "is_open", "mode", "zone_ids"))
_refusals = KnownRows(
    lambda *order_ids: FleetRefusal.objects.filter(order_id__in=order_ids).only("order_id", "fleet_id", "refused_at")
)


@dataclass(frozen=True, slots=True)
class Passed:
    """A fleet with a dispatch of its own let offers of a leg pass: it declined them, or let them run out."""

    at: datetime
    """When it did so first: the rounds go on from there, however often it is asked again."""
    asked_at: datetime
    """When it was asked last."""


@dataclass(frozen=True, slots=True)
class Networks:
    """The fleets of the platform, as eligibility needs them."""

    owned_by: dict[UUID, frozenset[UUID]]  # organisation -> its fleets
    open_fleets: frozenset[UUID]
    on_duty: dict[UUID, frozenset[UUID]]
    """Fleet -> its couriers on duty in the zone; fleets without any are left out. Of an external one: nobody."""
    waves: dict[UUID, tuple[frozenset[UUID], ...]] = field(default_factory=dict)
    """Organisation -> the fleets connected to it, those of one priority together, the lowest first."""
    refused: dict[UUID, dict[UUID, datetime]] = field(default_factory=dict)
    """Order -> fleet that refused it -> when."""
    turned_down: dict[UUID, dict[UUID, datetime]] = field(default_factory=dict)
    """Leg -> courier who let an offer of it pass -> when, the last time."""
    passed: dict[UUID, dict[UUID, Passed]] = field(default_factory=dict)
    """Leg -> fleet with a dispatch of its own that let an offer of it pass."""
    hand_ons: dict[UUID, HandOn] = field(default_factory=dict)
    """Leg -> how it was handed on to another fleet, while that is not written to be over."""
    external: frozenset[UUID] = NOBODY
    """Fleets with a dispatch of their own that serve the zone: on duty, and offered legs themselves."""
    self_dispatched: tuple[Fleet, ...] = ()
    """All fleets with a dispatch of their own, whichever zones they serve."""

    @classmethod
    def of(
        cls, legs: Sequence[Leg], on_duty: Iterable[Courier], offers: Iterable[Offer], *, zone_id: UUID | None = None
    ) -> "Networks":
        """All fleets, as these legs need them: four queries, five where fleets have a dispatch of their own.

        `on_duty` are the couriers who count as being there, `offers` those of the legs that are over. With a zone, the
        fleets with a dispatch of their own that serve it are there too.
        """
        fleets = _fleets.all()
        self_dispatched = tuple(fleet for fleet in fleets if fleet.mode == FleetMode.EXTERNAL)
        owned: dict[UUID, set[UUID]] = defaultdict(set)
        for fleet in fleets:
            owned[fleet.organisation_id].add(fleet.pk)
        whole = cls(
            owned_by={key: frozenset(values) for key, values in owned.items()},
            open_fleets=frozenset(fleet.pk for fleet in fleets if fleet.is_open),
            on_duty={},
            waves=_waves(connected_fleets()),
            refused=_refused(legs),
            turned_down=_turned_down(offers),
            passed=_passed(legs) if self_dispatched else {},
            hand_ons=live_hand_ons([leg.pk for leg in legs]),
            self_dispatched=self_dispatched,
        )
        return whole.with_those(on_duty, zone_id=zone_id)

    @classmethod
    def in_zone(cls, zone_id: UUID, legs: Sequence[Leg]) -> "Networks":
        """The same for legs of one zone, with whoever is on duty there: six queries, or seven."""
        return cls.by_zone({zone_id}, legs)[zone_id]

    @classmethod
    def by_zone(cls, zone_ids: set[UUID], legs: Sequence[Leg]) -> "dict[UUID, Networks]":
        """The same for legs of several zones, still six queries, or seven."""
        working = list(Courier.objects.filter(zone_id__in=zone_ids, status=CourierStatus.ON_DUTY, is_active=True))
        offers = list(Offer.objects.filter(leg_id__in=[leg.pk for leg in legs], status__in=TURNED_DOWN))
        whole = cls.of(legs, working, offers)
        return {
            zone_id: whole.with_those([c for c in working if c.zone_id == zone_id], zone_id=zone_id)
            for zone_id in zone_ids
        }

    def with_those(self, on_duty: Iterable[Courier], *, zone_id: UUID | None) -> "Networks":
        """The same with others on duty, in a zone."""
        serving = (fleet.pk for fleet in self.self_dispatched if zone_id and fleet.is_asked_in(zone_id))
        external, asked_themselves = frozenset(serving), {fleet.pk for fleet in self.self_dispatched}
        there = _by_fleet(courier for courier in on_duty if courier.fleet_id not in asked_themselves)
        return replace(self, on_duty={**there, **dict.fromkeys(external, NOBODY)}, external=external)

    def own(self, organisation_id: UUID) -> frozenset[UUID]:
        """The fleets of an organisation."""
        return self.owned_by.get(organisation_id, NOBODY)

    def are_connected(self, orderer_id: UUID, fleet_id: UUID) -> bool:
        """Whether a fleet may get something new from an organisation: its own, or over a connection."""
        waves = self.waves.get(orderer_id, ())
        return fleet_id in self.own(orderer_id) or any(fleet_id in wave for wave in waves)

    def asked_last_at(self, leg: Leg, fleet_id: UUID) -> datetime | None:
        """Of a fleet on duty that had turned a leg down: when that came to an end last; an external one, when it was
        asked. None while somebody there may still take it.
        """
        passed = self.passed.get(leg.pk, {}).get(fleet_id)
        if fleet_id in self.external and passed:
            return passed.asked_at
        return self.said_no_at(leg, fleet_id)

    def said_no_at(self, leg: Leg, fleet_id: UUID) -> datetime | None:
        """When a fleet on duty had turned a leg down: refused it, or the last of its couriers let an offer pass.

        None while somebody there may still take it.
        """
        refused_at = self.refused.get(leg.order_id, {}).get(fleet_id)
        if refused_at is not None:
            return refused_at
        if fleet_id in self.external:
            said_no = self.passed.get(leg.pk, {}).get(fleet_id)
            return said_no.at if said_no else None
        passed = self.turned_down.get(leg.pk, {})
        couriers = self.on_duty[fleet_id]
        return max(passed[key] for key in couriers) if all(key in passed for key in couriers) else None

    def may_answer(self, leg: Leg, fleet_id: UUID) -> bool:
        """Whether somebody is there who may still take a leg, or is only busy.

        Couriers who let an offer pass count: they may be asked again. A fleet that is asked itself has said no.
        """
        is_there = fleet_id in self.on_duty
        return is_there and not (fleet_id in self.external and fleet_id in self.passed.get(leg.pk, {}))


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
    for refusal in _refusals.all(*{leg.order_id for leg in legs}):
        refused[refusal.order_id][refusal.fleet_id] = refusal.refused_at
    return refused


def _turned_down(offers: Iterable[Offer]) -> dict[UUID, dict[UUID, datetime]]:
    passed: dict[UUID, dict[UUID, datetime]] = defaultdict(dict)
    for offer in offers:
        if offer.status in TURNED_DOWN and offer.ended_at is not None:
            last = passed[offer.leg_id].get(offer.courier_id, offer.ended_at)
            passed[offer.leg_id][offer.courier_id] = max(last, offer.ended_at)
    return passed


def _passed(legs: Sequence[Leg]) -> dict[UUID, dict[UUID, Passed]]:
    passed: dict[UUID, dict[UUID, Passed]] = defaultdict(dict)
    over = FleetOffer.objects.filter(leg_id__in=[leg.pk for leg in legs], status__in=TURNED_DOWN)
    for offer in over.only("leg_id", "fleet_id", "offered_at", "ended_at").order_by("offered_at"):
        first = passed[offer.leg_id].get(offer.fleet_id)
        said_no_at = first.at if first else offer.ended_at or offer.offered_at
        passed[offer.leg_id][offer.fleet_id] = Passed(said_no_at, offer.offered_at)
    return passed
