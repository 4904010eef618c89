"""Bring what is owed for an order up to date: note who took over its parcels, and charge the legs that ended.

It looks at how things are and adds what is missing, so it may run for every event of an order, twice, late or out of
turn: a leg is charged once, and once more to whoever handed it on.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from apps.billing.events import ChargeMade
from apps.billing.models import Charge, ChargeKind, Handover, Statement, month_of
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.core.models import Event
from apps.couriers.models import Fleet
from apps.networks.tariffs.pricing import Price, fee_of, price_of
from apps.networks.tariffs.selectors import agreed_tariff, connection_carrying
from apps.orders.events import OrderCancelled
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.orders.selectors.hand_ons import hand_on_carrying
from apps.orders.tariffs import trip_of

_CHARGED_AS = {LegStatus.DELIVERED: ChargeKind.DELIVERY, LegStatus.RETURNED: ChargeKind.RETURN}


@dataclass(frozen=True, slots=True)
class Link:
    """Who owes for a leg, and to which fleet's owner. A leg that was handed on is carried over two."""

    orderer_id: UUID
    fleet: Fleet


@atomic(rereads=3)
def settle_order(*, order_id: UUID) -> list[Charge]:
    """Charge whatever of an order was carried by fleets that its organisation does not own. Returns the new charges."""
    legs = Leg.objects.filter(order_id=order_id, courier__isnull=False).order_by("sequence")
    foreign = [
        leg
        for leg in legs.select_related("order", "zone", "courier__fleet__organisation")
        if _fleet_of(leg).organisation_id != leg.organisation_id
    ]
    if not foreign:
        return []
    charged = set(Charge.objects.filter(order_id=order_id).values_list("leg_id", "kind", "orderer_id"))
    made = []
    for leg in foreign:
        kind = _kind(leg)
        for link in _links(leg) if leg.picked_up_at or kind else ():
            terms = _handover(leg, link)
            if kind and (leg.pk, kind, link.orderer_id) not in charged:
                made.append(_charge_for_carrying(leg, terms))
    return [*made, *_charges_for_cancelling(foreign, charged)]


def _fleet_of(leg: Leg) -> Fleet:
    assert leg.courier is not None  # noqa: S101 - asked for by the query above
    return leg.courier.fleet


def _links(leg: Leg) -> list[Link]:
    """Over which the leg is carried: one, or two where it was handed on; one again where a merchant's own fleet did."""
    fleet = _fleet_of(leg)
    hand_on = hand_on_carrying(leg_id=leg.pk, fleet_id=fleet.pk, given_at=_given_at(leg))
    if hand_on is None:
        return [Link(leg.organisation_id, fleet)]
    last = Link(hand_on.executor_id, fleet)
    if hand_on.executor_id == leg.organisation_id:
        return [last]
    return [Link(leg.organisation_id, hand_on.from_fleet), last]


def _given_at(leg: Leg) -> datetime:
    return leg.assigned_at or leg.status_since


def _kind(leg: Leg) -> ChargeKind | None:
    """As what the leg is paid for, None while it is under way, or when it ended in a way that nobody pays for."""
    return _CHARGED_AS.get(LegStatus(leg.status))


def _handover(leg: Leg, link: Link) -> Handover:
    """By which terms the leg is carried, noted once: at its pickup, or as soon as that is seen."""
    noted = Handover.objects.select_related("tariff").filter(leg_id=leg.pk, orderer_id=link.orderer_id).first()
    return noted or _noted(leg, link)


def _noted(leg: Leg, link: Link) -> Handover:
    terms = _terms(leg, link)
    terms.at = leg.picked_up_at or leg.status_since
    try:
        terms.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict from error  # another reader of the log noted it just now: the next read finds it
    return terms


def _terms(leg: Leg, link: Link) -> Handover:
    """Between whom, over what and by which tariff a leg is carried as of now; not written."""
    connection = connection_carrying(organisation_id=link.orderer_id, fleet_id=link.fleet.pk, given_at=_given_at(leg))
    return Handover(
        leg=leg,
        orderer_id=link.orderer_id,
        fleet=link.fleet,
        connection=connection,
        tariff=connection.tariff if connection else None,
    )


def _charge_for_carrying(leg: Leg, terms: Handover) -> Charge:
    """The price of the leg's own way and weight, by the terms of its handover."""
    kind = _CHARGED_AS[LegStatus(leg.status)]
    at = leg.delivered_at if leg.delivered_at and kind == ChargeKind.DELIVERY else leg.status_since
    return _written(leg, terms, kind, price_of(trip_of(leg), agreed_tariff(terms.tariff).rates), at)


def _charges_for_cancelling(foreign: list[Leg], charged: set[tuple[UUID, str, UUID]]) -> list[Charge]:
    """The fee that a late cancellation came with, to the first fleet that had accepted; once per order.

    Who handed the leg on owes the same fee to the fleet whose courier had it: it keeps nothing of what it did not do.
    """
    had_accepted = [leg for leg in foreign if leg.status == LegStatus.CANCELLED]
    if not had_accepted or any(kind == ChargeKind.CANCELLATION for _, kind, _ in charged):
        return []
    leg = had_accepted[0]
    fee_cents = _fee_cents(leg.order_id)
    if not fee_cents:
        return []
    return [_charge_for_cancelling(leg, _terms(leg, link), fee_cents) for link in _links(leg)]


def _charge_for_cancelling(leg: Leg, terms: Handover, fee_cents: int) -> Charge:
    """The same fee for everybody who owes it, the tax in it by the terms of each."""
    fee = fee_of(
        fee_cents,
        currency=leg.order.currency,
        tax_basis_points=agreed_tariff(terms.tariff).rates.tax_basis_points,
        code="cancellation",
        label="Late cancellation",
    )
    return _written(leg, terms, ChargeKind.CANCELLATION, fee, leg.status_since)


def _fee_cents(order_id: UUID) -> int:
    """What the event says, which is what the merchant was told; 0 when it says nothing."""
    told = Event.objects.filter(order_id=order_id, name=OrderCancelled.__name__).order_by("id").first()
    return int(told.payload.get("fee_cents") or 0) if told else 0


def _written(leg: Leg, terms: Handover, kind: ChargeKind, price: Price, at: datetime) -> Charge:
    statement = _statement(leg, terms, price.currency, at)
    charge = Charge(
        statement=statement,
        orderer_id=terms.orderer_id,
        order=leg.order,
        leg=leg,
        fleet=terms.fleet,
        tariff=terms.tariff,
        kind=kind,
        lines=[line.as_json() for line in price.lines],
        net_cents=price.net_cents,
        tax_cents=price.tax_cents,
        gross_cents=price.gross_cents,
        currency=price.currency,
        at=at,
    )
    try:
        charge.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict from error  # another reader of the log charged it just now: the next read finds it
    publish(
        ChargeMade(
            organisation_id=statement.orderer_id,
            executor_id=statement.executor_id,
            connection_id=statement.connection_id,
            order_id=None if charge.is_handed_on else charge.order_id,
            leg_id=leg.pk,
            charge_id=charge.pk,
            statement_id=statement.pk,
            kind=kind.value,
            gross_cents=charge.gross_cents,
            currency=charge.currency,
            charged_at=at,
        )
    )
    return charge


def _statement(leg: Leg, terms: Handover, currency: str, at: datetime) -> Statement:
    """The statement that the charge belongs to, begun with its first one."""
    executor = terms.fleet.organisation
    month = month_of(at, executor.time_zone)
    over = terms.connection_id.hex if terms.connection_id else "open"
    mode = "test" if leg.order.is_test else "live"
    key = f"{over}:{terms.orderer_id.hex}:{executor.pk.hex}:{month}:{currency}:{mode}"
    found = Statement.objects.filter(key=key).first()
    if found:
        return found
    try:
        return Statement.objects.create(
            key=key,
            connection_id=terms.connection_id,
            orderer_id=terms.orderer_id,
            executor=executor,
            month=month,
            currency=currency,
            is_test=leg.order.is_test,
        )
    except IntegrityError as error:
        raise Conflict from error  # begun by another charge just now
