"""Place an order: the order, its leg or legs, its parcels and `OrderPlaced`, in one transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import QuerySet

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict, FieldError
from apps.core.events import publish
from apps.core.ids import public_id
from apps.core.plain_writes import insert_rows
from apps.orders.errors import BarcodeTaken, ExternalIdTaken, QuoteExpired, QuoteMismatch, QuoteNotFound, QuoteUsed
from apps.orders.events import OrderPlaced
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order, Parcel, Quote
from apps.orders.services.new_order import NewOrder, NewParcel
from apps.orders.services.terms import DUE_AFTER, IN_HUB, PICKUP_PROMISE, Terms, terms_of

QUOTED = (
    "price_lines",
    "amount_cents",
    "net_cents",
    "tax_cents",
    "currency",
    "tariff_id",
    "distance_m",
    "promised_pickup_at",
    "promised_dropoff_at",
)


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order with its parts, as they were written."""

    order: Order
    legs: tuple[Leg, ...]
    parcels: tuple[Parcel, ...]

    @property
    def event(self) -> OrderPlaced:
        """What everybody is told."""
        order = self.order
        return OrderPlaced(
            order_id=order.pk,
            organisation_id=order.organisation_id,
            zone_id=order.zone_id,
            placed_at=order.placed_at,
            amount_cents=order.amount_cents,
            is_test=order.is_test,
            external_id=order.external_id,
        )


@dataclass(frozen=True, slots=True)
class PreparedOrder:
    """What was asked for, checked and priced, and the order as it will be written."""

    new: NewOrder
    placed: PlacedOrder


def place_order(new: NewOrder) -> Order:
    """Write an order that dispatch will find whatever happens next. Raises Invalid, or a Quote or ExternalId error."""
    return write_order(prepare_order(new)).order


def prepare_order(new: NewOrder) -> PreparedOrder:
    """Check an order and work out its terms; nothing is written yet. Raises as `terms_of` does."""
    at = clock.now()
    return PreparedOrder(new, draft(new, terms_of(new, at=at), at=at))


@atomic(rereads=2)
def write_order(prepared: PreparedOrder) -> PlacedOrder:
    """Write it. Returns it with the legs and parcels that were written: whoever shows it needs not read it again.

    Raises a Quote, ExternalId or Barcode error.
    """
    new, placed = prepared.new, prepared.placed
    given = given_barcodes(new)
    if given:
        check_barcodes(new, taken_barcodes([new]))
        _check_external_id(new)
    if new.quote_id:
        order = placed.order
        take_over_quote(order, _use_quote(new, new.quote_id, order_id=order.pk, at=order.placed_at))
    try:
        insert([placed])
    except IntegrityError as error:
        if given:
            raise Conflict from error  # another request took a barcode just now: the next read finds it
        if new.external_id:  # besides barcodes the one thing of an order that somebody may have taken before
            raise ExternalIdTaken from error
        raise
    return placed


def draft(new: NewOrder, terms: Terms, *, at: datetime) -> PlacedOrder:
    """An order with its parts that is not written yet."""
    order = Order(
        organisation_id=new.organisation_id,
        external_id=new.external_id,
        zone_id=terms.zone.pk,
        pickup=asdict(new.pickup),
        dropoff=asdict(new.dropoff),
        via_hub_id=new.via.hub_id if new.via else None,
        hub=new.via.details if new.via else None,
        network_policy=new.network_policy,
        fleet_ids=[str(fleet_id) for fleet_id in new.fleet_ids],
        placed_at=at,
        is_test=new.is_test,
        scenario=new.scenario,
        asked_hash=new.asked_hash,
        **terms.as_columns(),
    )
    parcels = tuple(_parcel(parcel, order) for parcel in new.parcels)
    return PlacedOrder(order, tuple(_legs(new, order, terms)), parcels)


def insert(placed: Sequence[PlacedOrder]) -> None:
    """Write orders with all that belongs to them: one statement a table.

    Raises IntegrityError for an external id or a barcode that is taken.
    """
    insert_rows([one.order for one in placed])
    insert_rows([leg for one in placed for leg in one.legs])
    insert_rows([parcel for one in placed for parcel in one.parcels])
    publish(*(one.event for one in placed))


def _check_external_id(new: NewOrder) -> None:
    """Only asked where a refused statement would not say what was taken."""
    if new.external_id and orders_named(new, [new.external_id]).exists():
        raise ExternalIdTaken


def orders_named(new: NewOrder, external_ids: Collection[str]) -> QuerySet[Order]:
    """The orders that have external ids which one like this may not have: a test order and a live one may share one."""
    return Order.objects.filter(
        organisation_id=new.organisation_id, is_test=new.is_test, external_id__in=list(external_ids)
    )


def given_barcodes(new: NewOrder) -> list[str]:
    """The barcodes that the merchant chose."""
    return [parcel.barcode for parcel in new.parcels if parcel.barcode]


def taken_barcodes(news: Sequence[NewOrder]) -> set[str]:
    """Those of the barcodes of these orders, all of one organisation, that live parcels have: one query, or none."""
    given = [barcode for new in news for barcode in given_barcodes(new)]
    if not given:
        return set()
    live = Parcel.objects.filter(
        organisation_id=news[0].organisation_id, is_test=news[0].is_test, is_live=True, barcode__in=given
    )
    return set(live.values_list("barcode", flat=True))


def check_barcodes(new: NewOrder, taken: set[str]) -> None:
    """Raises BarcodeTaken, naming every parcel whose barcode another one has."""
    seen, wrong = set(taken), []
    for place, parcel in enumerate(new.parcels):
        if parcel.barcode and parcel.barcode in seen:
            wrong.append(FieldError(f"parcels[{place}].barcode", "taken", "Another parcel has it."))
        seen.add(parcel.barcode)
    if wrong:
        raise BarcodeTaken(fields=tuple(wrong))


def _parcel(new: NewParcel, order: Order) -> Parcel:
    parcel = Parcel(
        order=order,
        organisation_id=order.organisation_id,
        is_test=order.is_test,
        via_hub_id=order.via_hub_id,
        **asdict(new),
    )
    parcel.barcode = parcel.barcode or public_id("par", parcel.pk)
    return parcel


def _legs(new: NewOrder, order: Order, terms: Terms) -> list[Leg]:
    """One leg from door to door, or two: to the hub, and on from there once the parcels are in."""
    if new.via is None:
        return [_leg(new, order, terms)]
    collection = _leg(new, order, terms)
    delivery = _leg(new, order, terms, sequence=2, status=LegStatus.WAITING)
    hub, at_hub = new.via, _at_hub_by(order.placed_at, terms)
    collection.dropoff_hub_id = delivery.pickup_hub_id = hub.hub_id
    collection.dropoff_lat = delivery.pickup_lat = hub.point.lat
    collection.dropoff_lon = delivery.pickup_lon = hub.point.lon
    collection.distance_m, delivery.distance_m = terms.trip.ways_m
    collection.due_at, collection.drop_from, collection.drop_by = at_hub, None, new.drop_by
    delivery.zone_id, delivery.pickup_by, delivery.ready_at = hub.zone_id, None, at_hub + IN_HUB  # until it opens
    return [collection, delivery]


def _at_hub_by(placed_at: datetime, terms: Terms) -> datetime:
    """When the first leg is due: as an order without a hub would be, but at half of the time at the latest."""
    usual = max(placed_at, terms.ready_at - PICKUP_PROMISE) + DUE_AFTER
    return min(usual, terms.ready_at + (terms.due_at - terms.ready_at) / 2)


def _leg(new: NewOrder, order: Order, terms: Terms, **of_its_own: Any) -> Leg:
    return Leg(
        order=order,
        organisation_id=new.organisation_id,
        zone_id=terms.zone.pk,
        pickup_lat=new.pickup.lat,
        pickup_lon=new.pickup.lon,
        dropoff_lat=new.dropoff.lat,
        dropoff_lon=new.dropoff.lon,
        distance_m=terms.distance_m,
        placed_at=order.placed_at,
        ready_at=terms.ready_at,
        pickup_by=new.pickup_by,
        drop_from=new.drop_from,
        due_at=terms.due_at,
        drop_by=new.drop_by,
        max_on_board_s=new.max_on_board_s,
        weight_g=new.weight_g,
        volume_ml=new.volume_ml,
        parcels=len(new.parcels),
        skills=list(new.skills),
        vehicle_kinds=list(new.vehicle_kinds),
        is_test=new.is_test,
        **of_its_own,
    )


def quote_terms(new: NewOrder, quote: Quote | None, *, at: datetime) -> Quote:
    """The quote that an order names, if it may be used for it. Raises one of the Quote errors."""
    if quote is None:
        raise QuoteNotFound
    if quote.used_by_order_id:
        raise QuoteUsed
    if quote.expires_at <= at:
        raise QuoteExpired
    if quote.fingerprint != new.fingerprint:
        raise QuoteMismatch
    return quote


def quotes_of(organisation_id: UUID, quote_ids: Iterable[UUID], *, is_test: bool) -> dict[UUID, Quote]:
    """Those of these quotes that are the organisation's: for test orders those of test keys, for others the others."""
    return Quote.objects.filter(organisation_id=organisation_id, is_test=is_test).in_bulk(list(quote_ids))


def quote_named(new: NewOrder, quote_id: UUID) -> Quote | None:
    """The quote that an order names; None where there is none of its organisation."""
    return quotes_of(new.organisation_id, [quote_id], is_test=new.is_test).get(quote_id)


def take_over_quote(order: Order, quote: Quote) -> None:
    """An order that was quoted costs and promises what the quote says."""
    order.quote_id = quote.pk
    for name in QUOTED:
        setattr(order, name, getattr(quote, name))


def _use_quote(new: NewOrder, quote_id: UUID, *, order_id: UUID, at: datetime) -> Quote:
    quote = quote_terms(new, quote_named(new, quote_id), at=at)
    if Quote.objects.filter(pk=quote.pk, used_by_order_id=None).update(used_by_order_id=order_id) != 1:
        raise QuoteUsed
    return quote
