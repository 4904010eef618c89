"""Place an order: the order, its leg or legs, its parcels and `OrderPlaced`, in one transaction."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict, FieldError, Invalid
from apps.core.events import publish
from apps.core.geo import Point
from apps.core.ids import public_id
from apps.networks.tariffs.pricing import Price, PriceLine, Trip, price_of
from apps.networks.tariffs.selectors import AgreedTariff
from apps.orders import tariffs
from apps.orders.errors import BarcodeTaken, ExternalIdTaken, QuoteExpired, QuoteMismatch, QuoteNotFound, QuoteUsed
from apps.orders.events import OrderPlaced
from apps.orders.hub_stops import HubStop
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, NetworkPolicy, Order, OrderWord, Parcel, Quote
from apps.orders.services.indexing import search_words
from apps.zones.models import Zone
from apps.zones.selectors import active_zones, zone_among

DUE_AFTER = timedelta(minutes=40)  # the promise when none is asked for; MDRPLIB's target click-to-door
PICKUP_PROMISE = timedelta(minutes=25)
IN_HUB = timedelta(
    minutes=20
)  # allowed from the courier who brings an order to the scan that lets the next one have it
FURTHEST_AHEAD = timedelta(days=30)
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
class StopDetails:
    """A place to be at, as a courier needs it."""

    address: str
    lat: float
    lon: float
    contact_name: str = ""
    phone: str = ""
    instructions: str = ""

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.lat, self.lon)


@dataclass(frozen=True, slots=True)
class NewParcel:
    """A thing to be carried."""

    weight_g: int
    volume_ml: int = 0
    description: str = ""
    size: str = "small"
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What a merchant asks for. `ready_at` None: now. `due_at` None: as `_due_at` says.

    `pickup_by`, `drop_from` and `drop_by` are hard, `due_at` is not; `vehicle_kinds` empty: any. With `via` it is
    carried in two legs, to that hub and on from there.
    """

    organisation_id: UUID
    pickup: StopDetails
    dropoff: StopDetails
    parcels: tuple[NewParcel, ...]
    external_id: str | None = None
    ready_at: datetime | None = None
    pickup_by: datetime | None = None
    drop_from: datetime | None = None
    due_at: datetime | None = None
    drop_by: datetime | None = None
    max_on_board_s: int | None = None
    network_policy: NetworkPolicy = NetworkPolicy.OWN_FIRST
    fleet_ids: tuple[UUID, ...] = ()
    skills: tuple[str, ...] = ()
    vehicle_kinds: tuple[str, ...] = ()
    quote_id: UUID | None = None
    via: HubStop | None = None
    is_test: bool = field(default=False)
    scenario: str = ""

    @property
    def weight_g(self) -> int:
        """Of all parcels."""
        return sum(parcel.weight_g for parcel in self.parcels)

    @property
    def volume_ml(self) -> int:
        """Of all parcels that say."""
        return sum(parcel.volume_ml for parcel in self.parcels)

    @property
    def reach(self) -> tariffs.Reach:
        """Which fleets may carry it, which decides on the tariff."""
        return tariffs.Reach(self.organisation_id, self.network_policy, self.fleet_ids)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what the price depends on: an order must be the one that was quoted."""
        asked: dict[str, Any] = {
            "pickup": [self.pickup.lat, self.pickup.lon],
            "dropoff": [self.dropoff.lat, self.dropoff.lon],
            "parcels": [[parcel.weight_g, parcel.size] for parcel in self.parcels],
            "networks": [self.network_policy, *sorted(fleet_id.hex for fleet_id in self.fleet_ids)],
        }
        if self.via:
            asked["via"] = str(self.via.hub_id)
        return hashlib.sha256(orjson.dumps(asked)).hexdigest()

    @property
    def asked_hash(self) -> str:
        """SHA-256 of all that was asked for: the same for the same order sent again.

        What was left out counts for nothing, so that a field that is added later changes no hash of today.
        """
        asked = {part.name: getattr(self, part.name) for part in fields(self)}
        said = {name: value for name, value in asked.items() if value not in (None, (), False, "")}
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order with its parts, as they were written."""

    order: Order
    legs: tuple[Leg, ...]
    parcels: tuple[Parcel, ...]

    @property
    def words(self) -> list[OrderWord]:
        """Under which it is found."""
        return search_words(self.order, self.parcels)

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
class Terms:
    """What an order will cost and what is promised: the same for a quote and for an order without one."""

    zone: Zone
    trip: Trip
    tariff: AgreedTariff
    price: Price
    ready_at: datetime
    due_at: datetime

    @property
    def lines(self) -> tuple[PriceLine, ...]:
        """The lines of the price."""
        return self.price.lines

    @property
    def amount_cents(self) -> int:
        """The sum of the lines: what is paid, tax included."""
        return self.price.gross_cents

    @property
    def distance_m(self) -> int:
        """Estimated street distance."""
        return self.trip.distance_m

    def as_columns(self) -> dict[str, Any]:
        """The columns that a quote and an order share."""
        return {
            "price_lines": [line.as_json() for line in self.lines],
            "amount_cents": self.amount_cents,
            "net_cents": self.price.net_cents,
            "tax_cents": self.price.tax_cents,
            "currency": self.price.currency,
            "tariff_id": self.tariff.id,
            "distance_m": self.distance_m,
            "promised_pickup_at": self.ready_at,
            "promised_dropoff_at": self.due_at,
        }


def terms_of(new: NewOrder, *, at: datetime, zones: Sequence[Zone] | None = None) -> Terms:
    """Check an order and work out its terms. Raises OutOfZone or Invalid, naming every field that is wrong.

    `zones` are those in service, None to read them.
    """
    zone = zone_among(active_zones() if zones is None else zones, pickup=new.pickup.point, dropoff=new.dropoff.point)
    ready_at = max(new.ready_at or at, at)
    due_at = new.due_at or _due_at(new, at=at, ready_at=ready_at)
    _check(new, at=at, ready_at=ready_at, due_at=due_at)
    trip = Trip(
        pickup=new.pickup.point,
        dropoff=new.dropoff.point,
        weight_g=new.weight_g,
        at=ready_at,
        detour_factor=zone.detour_factor,
        time_zone=zone.time_zone,
        zone_id=zone.pk,
        via=new.via.point if new.via else None,
    )
    tariff = tariffs.tariff_of(new.reach)
    return Terms(zone, trip, tariff, price_of(trip, tariff.rates), ready_at, due_at)


def _due_at(new: NewOrder, *, at: datetime, ready_at: datetime) -> datetime:
    """The promise when none is asked for: the end of the slot; else 40 minutes after placing, or from when it opens.

    Through a hub it is the time in the hub and 40 minutes more.
    """
    if new.drop_from and new.drop_by:
        return new.drop_by
    usual = max(at, ready_at - PICKUP_PROMISE) + DUE_AFTER
    if new.via:
        usual += IN_HUB + DUE_AFTER
    return max(usual, new.drop_from + DUE_AFTER) if new.drop_from else usual


def _check(new: NewOrder, *, at: datetime, ready_at: datetime, due_at: datetime) -> None:
    wrong = []
    if not new.parcels:
        wrong.append(FieldError("parcels", "empty", "An order carries at least one parcel."))
    if new.weight_g > tariffs.MAX_WEIGHT_G:
        wrong.append(FieldError("parcels", "too_heavy", f"At most {tariffs.MAX_WEIGHT_G // 1000} kg in all."))
    if ready_at > at + FURTHEST_AHEAD:
        wrong.append(FieldError("pickup.ready_at", "too_far_ahead", "At most 30 days ahead."))
    if due_at <= ready_at:
        wrong.append(FieldError("dropoff.due_at", "before_ready", "Later than the time at which it is ready."))
    if new.drop_by and new.drop_by <= ready_at:
        wrong.append(FieldError("dropoff.drop_by", "before_ready", "Later than the time at which it is ready."))
    wrong += _windows_that_close_before_they_open(new, at=at, ready_at=ready_at, due_at=due_at)
    if new.scenario and not new.is_test:
        wrong.append(FieldError("scenario", "test_key_required", "Only orders of a test key follow a script."))
    if new.network_policy == NetworkPolicy.NAMED and not new.fleet_ids:
        wrong.append(FieldError("fleets", "empty", "Name the fleets that may carry it."))
    if wrong:
        raise Invalid(fields=tuple(wrong))


def _windows_that_close_before_they_open(
    new: NewOrder, *, at: datetime, ready_at: datetime, due_at: datetime
) -> list[FieldError]:
    wrong = []
    if new.pickup_by and new.pickup_by <= ready_at:
        wrong.append(FieldError("pickup.pickup_by", "before_ready", "Later than the time at which it is ready."))
    if new.drop_from and new.drop_from > at + FURTHEST_AHEAD:
        wrong.append(FieldError("dropoff.drop_from", "too_far_ahead", "At most 30 days ahead."))
    if new.drop_from and new.drop_by and new.drop_by <= new.drop_from:
        wrong.append(FieldError("dropoff.drop_by", "before_drop_from", "Later than the begin of the window."))
    elif new.drop_from and due_at < new.drop_from:
        wrong.append(FieldError("dropoff.due_at", "before_drop_from", "Not before the begin of the window."))
    return wrong


def place_order(new: NewOrder) -> Order:
    """Write an order that dispatch will find whatever happens next. Raises Invalid, or a Quote or ExternalId error."""
    return place_order_with_parts(new).order


def place_order_with_parts(new: NewOrder) -> PlacedOrder:
    """The same, with the legs and parcels that were written: whoever shows it needs not read it again."""
    at = clock.now()
    return _write(new, terms_of(new, at=at), at)


@atomic(rereads=2)
def _write(new: NewOrder, terms: Terms, at: datetime) -> PlacedOrder:
    given = given_barcodes(new)
    if given:
        check_barcodes(new, taken_barcodes([new]))
        _check_external_id(new)
    placed = draft(new, terms, at=at)
    if new.quote_id:
        take_over_quote(placed.order, _use_quote(new, new.quote_id, order_id=placed.order.pk, at=at))
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
    Order.objects.bulk_create([one.order for one in placed])
    Leg.objects.bulk_create([leg for one in placed for leg in one.legs])
    Parcel.objects.bulk_create([parcel for one in placed for parcel in one.parcels])
    OrderWord.objects.bulk_create([word for one in placed for word in one.words])
    publish(*(one.event for one in placed))


def _check_external_id(new: NewOrder) -> None:
    """Only asked where a refused statement would not say what was taken."""
    mine = Order.objects.filter(organisation_id=new.organisation_id, external_id=new.external_id)
    if new.external_id and mine.exists():
        raise ExternalIdTaken


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


def quotes_of(organisation_id: UUID, quote_ids: Iterable[UUID]) -> dict[UUID, Quote]:
    """Those of these quotes that are the organisation's."""
    return Quote.objects.filter(organisation_id=organisation_id).in_bulk(list(quote_ids))


def take_over_quote(order: Order, quote: Quote) -> None:
    """An order that was quoted costs and promises what the quote says."""
    order.quote_id = quote.pk
    for name in QUOTED:
        setattr(order, name, getattr(quote, name))


def _use_quote(new: NewOrder, quote_id: UUID, *, order_id: UUID, at: datetime) -> Quote:
    quote = quote_terms(new, quotes_of(new.organisation_id, [quote_id]).get(quote_id), at=at)
    if Quote.objects.filter(pk=quote.pk, used_by_order_id=None).update(used_by_order_id=order_id) != 1:
        raise QuoteUsed
    return quote
