"""What whoever is offered a leg is told that it pays, before tax."""

from uuid import UUID

from apps.core import clock
from apps.core.money import Money
from apps.couriers.models import Fleet
from apps.networks.tariffs.pricing import price_of
from apps.networks.tariffs.selectors import agreed_tariff, connection_carrying
from apps.orders.models import HandOn, Leg
from apps.orders.tariffs import trip_of

PAYOUT_SHARE = 0.7  # of the price before tax, to the courier


def fleet_payout(leg: Leg, fleet: Fleet, hand_on: HandOn | None) -> Money:
    """What a fleet is owed for the leg, before tax: what its delivery is charged at, by the terms as they are now.

    By the tariff of the connection, or the platform's rates where there is none; nothing within one organisation. For
    what was handed on to it (`hand_on`, live), who handed it on owes it. Needs the leg's order at hand; two queries.
    """
    orderer_id = hand_on.executor_id if hand_on and hand_on.to_fleet_id == fleet.pk else leg.organisation_id
    if fleet.organisation_id == orderer_id:
        return Money(0, leg.order.currency)
    return _owed_by(orderer_id, leg, fleet.pk)


def courier_payout(leg: Leg, fleet_id: UUID, hand_on: HandOn | None) -> Money:
    """What a courier of a fleet is paid: a share of what the merchant pays, or of what the fleet is owed by who handed
    it on to it (`hand_on`, live). Needs the leg's order at hand; no query, or two.
    """
    if hand_on and hand_on.to_fleet_id == fleet_id:
        owed = _owed_by(hand_on.executor_id, leg, fleet_id)
        return Money(round(owed.amount * PAYOUT_SHARE), owed.currency)
    return Money(round(leg.order.net_cents * PAYOUT_SHARE * leg.share_of_way), leg.order.currency)


def _owed_by(orderer_id: UUID, leg: Leg, fleet_id: UUID) -> Money:
    over = connection_carrying(organisation_id=orderer_id, fleet_id=fleet_id, given_at=clock.now())
    price = price_of(trip_of(leg), agreed_tariff(over.tariff if over else None).rates)
    return Money(price.net_cents, price.currency)
