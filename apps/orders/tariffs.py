"""Which tariff prices an order, and what each fleet that may carry it would cost.

Where only connected fleets may carry it, the tariff agreed with the first of them holds. Where own or open fleets may,
nobody knows yet who will: the platform's own rates hold, whoever carries it in the end.
"""

from dataclasses import dataclass
from uuid import UUID

from apps.networks.tariffs.pricing import Price, Trip, price_of
from apps.networks.tariffs.selectors import (
    AgreedTariff,
    ConnectedFleet,
    connected_fleets,
    fleets_within_reach,
    platform_tariff,
)
from apps.orders.models import Leg, NetworkPolicy

MAX_WEIGHT_G = 40_000
MAX_OFFERS = 10


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose order it is and which fleets may carry it: what decides on the tariff."""

    organisation_id: UUID
    policy: NetworkPolicy
    fleet_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class FleetPrice:
    """A fleet that may carry the order, and the price if it does."""

    fleet_id: UUID
    fleet_name: str
    price: Price

    def as_json(self) -> dict[str, str | int]:
        """As quotes keep it."""
        return {
            "fleet_id": str(self.fleet_id),
            "fleet_name": self.fleet_name,
            "amount": self.price.gross_cents,
            "currency": self.price.currency,
        }


def tariff_of(reach: Reach) -> AgreedTariff:
    """The tariff that prices the order. Asks the database only where a connection may decide."""
    if reach.policy not in (NetworkPolicy.CONNECTED, NetworkPolicy.NAMED):
        return platform_tariff()
    connected = connected_fleets(reach.organisation_id)
    wanted = set(reach.fleet_ids)
    if reach.policy == NetworkPolicy.NAMED and not wanted <= {fleet.fleet_id for fleet in connected}:
        return platform_tariff()  # one of them is open, or an own one
    carriers = _those_named(connected, reach)
    return carriers[0].tariff if carriers else platform_tariff()


def trip_of(leg: Leg) -> Trip:
    """A leg's own way and weight, as its carrier is paid for it. Reads its zone.

    Peak hours count by when it could be picked up, as on the quote: a courier who comes late makes nothing dearer.
    """
    return Trip(
        pickup=leg.pickup_point,
        dropoff=leg.dropoff_point,
        weight_g=leg.weight_g,
        at=leg.ready_at,
        detour_factor=leg.zone.detour_factor,
        time_zone=leg.zone.time_zone,
        zone_id=leg.zone_id,
    )


def fleet_prices(reach: Reach, trip: Trip) -> tuple[FleetPrice, ...]:
    """What each fleet that may carry the order would cost: own ones, connected ones in order, open ones; the first ten.

    Two queries at most, however many fleets there are.
    """
    connected = (
        [] if reach.policy == NetworkPolicy.OWN_ONLY else _those_named(connected_fleets(reach.organisation_id), reach)
    )
    by_agreement = [
        FleetPrice(fleet.fleet_id, fleet.fleet_name, price_of(trip, fleet.tariff.rates)) for fleet in connected
    ]
    if reach.policy == NetworkPolicy.CONNECTED:
        return tuple(by_agreement[:MAX_OFFERS])
    platform = price_of(trip, platform_tariff().rates)
    agreed = {fleet.fleet_id for fleet in connected}
    within_reach = fleets_within_reach(
        reach.organisation_id,
        fleet_ids=reach.fleet_ids if reach.policy == NetworkPolicy.NAMED else None,
        with_open=reach.policy != NetworkPolicy.OWN_ONLY,
        limit=MAX_OFFERS + len(agreed),
    )
    own = [FleetPrice(fleet.id, fleet.name, platform) for fleet in within_reach if fleet.is_own]
    open_ones = [fleet for fleet in within_reach if not fleet.is_own and fleet.id not in agreed]
    others = [FleetPrice(fleet.id, fleet.name, platform) for fleet in open_ones]
    return tuple([*own, *by_agreement, *others][:MAX_OFFERS])


def _those_named(connected: list[ConnectedFleet], reach: Reach) -> list[ConnectedFleet]:
    if reach.policy != NetworkPolicy.NAMED:
        return connected
    return [fleet for fleet in connected if fleet.fleet_id in reach.fleet_ids]
