"""Placing an order writes everything at once and can be found by dispatch."""

import pytest

from apps.core.models import Event
from apps.orders.errors import ExternalIdTaken, QuoteExpired, QuoteMismatch, QuoteUsed
from apps.orders.lifecycle import LegStatus, OrderStatus
from apps.orders.models import Leg, Order
from apps.orders.services import NewParcel, StopDetails, create_quote, place_order
from apps.zones.errors import OutOfZone
from tests.cast import new_order, placed

pytestmark = pytest.mark.django_db


def test_a_placed_order_has_an_open_leg_its_parcels_and_one_event(cast, hand_clock):
    order, leg = placed(cast)
    assert (order.status, leg.status) == (OrderStatus.PLACED, LegStatus.OPEN)
    assert [parcel.weight_g for parcel in order.parcels.all()] == [800]
    assert [event.name for event in Event.objects.filter(order_id=order.pk)] == ["OrderPlaced"]


def test_the_price_is_the_sum_of_its_lines(cast, hand_clock):
    order, _ = placed(cast)
    assert order.amount_cents == sum(line["amount"] for line in order.price_lines) > 0


def test_a_quote_is_used_once_and_its_price_is_kept(cast, hand_clock):
    quote = create_quote(new_order(cast.bakery.pk))
    order = place_order(new_order(cast.bakery.pk, quote_id=quote.pk))
    assert order.amount_cents == quote.amount_cents
    with pytest.raises(QuoteUsed):
        place_order(new_order(cast.bakery.pk, quote_id=quote.pk))
    assert Order.objects.count() == 1


def test_a_quote_ends_after_fifteen_minutes(cast, hand_clock):
    quote = create_quote(new_order(cast.bakery.pk))
    hand_clock.advance(minutes=15)
    with pytest.raises(QuoteExpired):
        place_order(new_order(cast.bakery.pk, quote_id=quote.pk))
    assert not Order.objects.exists()


def test_a_heavier_order_than_the_quoted_one_is_refused(cast, hand_clock):
    quote = create_quote(new_order(cast.bakery.pk))
    with pytest.raises(QuoteMismatch):
        place_order(new_order(cast.bakery.pk, quote_id=quote.pk, parcels=(NewParcel(weight_g=9_000),)))
    assert not Order.objects.exists()


def test_the_same_external_id_twice_is_refused_and_leaves_one_order(cast, hand_clock):
    placed(cast, external_id="A-1")
    with pytest.raises(ExternalIdTaken):
        placed(cast, external_id="A-1")
    assert (Order.objects.count(), Leg.objects.count()) == (1, 1)


def test_a_dropoff_that_nobody_covers_is_named(cast, hand_clock):
    with pytest.raises(OutOfZone) as refused:
        place_order(new_order(cast.bakery.pk, dropoff=StopDetails("Lyon", 45.76, 4.84)))
    assert [field.path for field in refused.value.fields] == ["dropoff"]
    assert not Event.objects.exists()
