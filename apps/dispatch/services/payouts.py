"""What whoever is offered a leg is told that it pays, before tax."""

from uuid import UUID

from apps.core.money import Money
from apps.couriers.models import Fleet
from apps.networks.tariffs.pricing import price_of
from apps.networks.tariffs.selectors import agreed_between, platform_tariff
from apps.orders.models import Leg
from apps.orders.selectors.hand_ons import live_hand_on
from apps.orders.tariffs import trip_of

PAYOUT_SHARE = 0.7  # of the price before tax, to the courier


def fleet_payout(leg: Leg, fleet: Fleet) -> Money:
    """What a fleet is paid for the leg: by the tariff that was agreed with it, or as a courier is; for what was handed
    on to it, what who handed it on will owe for it. Needs the leg's order at hand; three queries.
    """
    if handed_on := _price_handed_on(leg, fleet.pk):
        return handed_on
    tariff = agreed_between(organisation_id=leg.organisation_id, fleet_id=fleet.pk)
    if tariff is None:
        return _share(_own_part(leg))
    price = price_of(trip_of(leg), tariff.rates)
    return Money(price.net_cents, price.currency)


def courier_payout(leg: Leg, fleet_id: UUID) -> Money:
    """What a courier of a fleet is paid: a share of what the merchant pays, or of what the fleet is owed by who handed
    it on. Needs the leg's order at hand; one query, or two.
    """
    handed_on = _price_handed_on(leg, fleet_id)
    return _share((handed_on.amount, handed_on.currency) if handed_on else _own_part(leg))


def _price_handed_on(leg: Leg, fleet_id: UUID) -> Money | None:
    hand_on = live_hand_on(leg.pk)
    if hand_on is None or hand_on.to_fleet_id != fleet_id:
        return None
    tariff = agreed_between(organisation_id=hand_on.executor_id, fleet_id=fleet_id) or platform_tariff()
    price = price_of(trip_of(leg), tariff.rates)
    return Money(price.net_cents, price.currency)


def _own_part(leg: Leg) -> tuple[float, str]:
    """Of the order's price, in cents, for the leg's share of the way."""
    return leg.order.net_cents * leg.share_of_way, leg.order.currency


def _share(price: tuple[float, str]) -> Money:
    cents, currency = price
    return Money(round(cents * PAYOUT_SHARE), currency)
