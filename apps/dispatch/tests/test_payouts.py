"""What a courier is promised for a leg is kept with it, however it was given."""

import pytest

from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Fleet
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import accept_offer, assign_leg, plan_zone
from apps.dispatch.services.payouts import PAYOUT_SHARE
from apps.orders.models import Order
from tests.cast import freelance, placed

pytestmark = pytest.mark.django_db


def promised(leg):
    held = Assignment.objects.get(leg=leg, is_live=True)
    return held.payout_cents, held.currency


def test_a_leg_given_by_the_plan_or_by_hand_keeps_the_share_of_its_price(cast, hand_clock):
    (first, planned), (second, by_hand) = placed(cast), placed(cast)
    assign_leg(leg_id=by_hand.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    plan_zone(cast.zone.pk)
    assert first.net_cents > 0
    assert promised(planned) == (round(first.net_cents * PAYOUT_SHARE), first.currency)
    assert promised(by_hand) == (round(second.net_cents * PAYOUT_SHARE), second.currency)


def test_a_leg_accepted_keeps_what_its_offer_said_whatever_the_order_costs_by_then(cast, hand_clock):
    freelance(cast.fleet)
    order, leg = placed(cast)
    plan_zone(cast.zone.pk)
    offer = Offer.objects.get()
    Order.objects.filter(pk=order.pk).update(net_cents=order.net_cents * 3)
    accept_offer(offer_id=offer.pk, courier_id=offer.courier_id)
    assert promised(leg) == (offer.payout_cents, offer.currency)


def test_a_leg_given_again_is_promised_anew(cast, hand_clock):
    order, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    Order.objects.filter(pk=order.pk).update(net_cents=10_000)
    assign_leg(leg_id=leg.pk, courier_id=cast.cy.pk, by=AssignedBy.DISPATCHER)
    assert promised(leg)[0] == 7_000
    assert Assignment.objects.get(leg=leg, is_live=False).payout_cents == round(order.net_cents * PAYOUT_SHARE)


def test_couriers_of_a_fleet_with_a_dispatch_of_its_own_are_promised_nothing_by_us(cast, hand_clock):
    Fleet.objects.update(mode=FleetMode.EXTERNAL)
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    assert promised(leg)[0] is None
