"""Couriers learn that an order they have, or are asked to take, was changed."""

import pytest

from apps.couriers.positions import news_of
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg, make_offer, tell_of_change
from apps.orders.services import cancel_order
from tests.cast import freelance, placed

pytestmark = pytest.mark.django_db


def news(cast) -> tuple[int, int]:
    return news_of(cast.bo.pk), news_of(cast.cy.pk)


def test_whoever_has_a_leg_is_told_and_nobody_else(cast):
    order, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    bo, cy = news(cast)
    tell_of_change(order_id=order.pk)
    assert news(cast) == (bo + 1, cy)


def test_whoever_is_asked_to_take_it_is_told(cast):
    freelance(cast.fleet)
    order, leg = placed(cast)
    make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.cy.pk)
    bo, cy = news(cast)
    tell_of_change(order_id=order.pk)
    assert news(cast) == (bo, cy + 1)


def test_nobody_is_told_of_what_is_over(cast):
    order, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    cancel_order(order_id=order.pk, reason="other")
    before = news(cast)
    tell_of_change(order_id=order.pk)
    assert news(cast) == before
