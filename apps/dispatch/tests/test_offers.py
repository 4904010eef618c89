"""Offers: one courier at a time, until a deadline on the platform's clock; the first of accept and expiry wins."""

import pytest

from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch.errors import OfferGone, OfferNotFound
from apps.dispatch.lifecycle import AssignedBy, OfferStatus
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import accept_offer, decline_offer, expire_offers, make_offer, plan_zone
from apps.orders.lifecycle import LegStatus
from apps.orders.services import cancel_order
from tests.cast import freelance, placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(cast):
    """The bakery's order, offered to Bo."""
    freelance(cast.fleet)
    placed(cast)
    plan_zone(cast.zone.pk)
    return Offer.objects.select_related("leg").get()


def test_accepting_gives_the_leg_to_the_courier(cast, offer):
    leg = accept_offer(offer_id=offer.pk, courier_id=cast.bo.pk)
    assert (leg.status, leg.courier_id, leg.epoch) == (LegStatus.ASSIGNED, cast.bo.pk, 1)
    assert Assignment.objects.get(leg=leg).assigned_by == AssignedBy.COURIER


def test_who_accepts_is_expected_when_the_plan_said(cast, offer, hand_clock):
    accept_offer(offer_id=offer.pk, courier_id=cast.bo.pk)
    accepted = Assignment.objects.get(leg=offer.leg)
    assert hand_clock() <= accepted.expected_pickup_at < accepted.expected_dropoff_at
    assert accepted.expected_dropoff_at <= offer.leg.due_at


def test_an_offer_that_no_plan_made_is_expected_at_no_time(cast):
    _, leg = placed(cast)
    by_hand = make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    accept_offer(offer_id=by_hand.pk, courier_id=cast.bo.pk)
    accepted = Assignment.objects.get(leg=leg)
    assert (accepted.expected_pickup_at, accepted.expected_dropoff_at) == (None, None)


def test_accepting_twice_is_accepting_once(cast, offer):
    accept_offer(offer_id=offer.pk, courier_id=cast.bo.pk)
    accept_offer(offer_id=offer.pk, courier_id=cast.bo.pk)
    assert Assignment.objects.count() == 1
    assert Courier.objects.get(pk=cast.bo.pk).load_legs == 1


def test_the_deadline_is_the_platforms(cast, offer, hand_clock):
    hand_clock.advance(seconds=30)
    with pytest.raises(OfferGone):
        accept_offer(offer_id=offer.pk, courier_id=cast.bo.pk)
    assert not Assignment.objects.exists()


def test_an_expired_offer_opens_the_leg_again_and_goes_to_somebody_else(cast, offer, hand_clock):
    hand_clock.advance(seconds=31)
    assert expire_offers() == 1
    offer.leg.refresh_from_db()
    assert offer.leg.status == LegStatus.OPEN
    plan_zone(cast.zone.pk)
    assert Offer.objects.get(status=OfferStatus.LIVE).courier_id == cast.cy.pk


def test_a_declined_leg_goes_to_the_next_courier_and_not_back(cast, offer):
    decline_offer(offer_id=offer.pk, courier_id=cast.bo.pk, reason="flat tyre")
    plan_zone(cast.zone.pk)
    assert Offer.objects.get(status=OfferStatus.LIVE).courier_id == cast.cy.pk
    assert Event.objects.filter(name="OfferEnded", payload__reason="flat tyre").count() == 1


def test_when_everybody_declined_nobody_is_asked_again_at_once_but_later(cast, offer, hand_clock):
    decline_offer(offer_id=offer.pk, courier_id=cast.bo.pk)
    plan_zone(cast.zone.pk)
    decline_offer(offer_id=Offer.objects.get(status=OfferStatus.LIVE).pk, courier_id=cast.cy.pk)
    plan_zone(cast.zone.pk)
    offer.leg.refresh_from_db()
    assert (offer.leg.status, offer.leg.unassigned_reason) == (LegStatus.OPEN, "every_courier_declined")
    hand_clock.advance(minutes=4)
    plan_zone(cast.zone.pk)
    assert Offer.objects.filter(status=OfferStatus.LIVE).count() == 1


def test_declining_what_is_over_changes_nothing(cast, offer):
    accept_offer(offer_id=offer.pk, courier_id=cast.bo.pk)
    decline_offer(offer_id=offer.pk, courier_id=cast.bo.pk)
    offer.leg.refresh_from_db()
    assert offer.leg.status == LegStatus.ASSIGNED


def test_an_offer_is_not_found_by_anybody_else(cast, offer):
    with pytest.raises(OfferNotFound):
        accept_offer(offer_id=offer.pk, courier_id=cast.cy.pk)
    assert not Assignment.objects.exists()


def test_a_courier_with_an_offer_gets_no_second_one_meanwhile(cast, offer):
    placed(cast)
    plan_zone(cast.zone.pk)
    assert sorted(Offer.objects.values_list("courier_id", flat=True)) == sorted([cast.bo.pk, cast.cy.pk])


def test_cancelling_the_order_ends_its_offer(cast, offer):
    from apps.dispatch.services import release_ended

    cancel_order(order_id=offer.leg.order_id, reason="changed their mind")
    release_ended(order_id=offer.leg.order_id)
    offer.refresh_from_db()
    assert offer.status == OfferStatus.WITHDRAWN
    with pytest.raises(OfferGone):
        accept_offer(offer_id=offer.pk, courier_id=cast.bo.pk)


def test_an_offer_made_on_an_old_read_is_refused(cast):
    from apps.core.errors import Conflict

    _, leg = placed(cast)
    with pytest.raises(Conflict):
        make_offer(leg_id=leg.pk, leg_version=leg.version + 1, courier_id=cast.bo.pk)
    assert not Offer.objects.exists()
