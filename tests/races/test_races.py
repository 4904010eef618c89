"""Races between real processes. Whoever wins, one courier has the leg, the counts agree, and no version is skipped.

Run with locks as they are, and again with locks that always succeed: they spare work, they guard nothing.
"""

from collections import Counter

import pytest

from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import plan_zone
from apps.orders.lifecycle import WITH_COURIER, LegStatus
from apps.orders.models import Leg
from tests.arena import call
from tests.cast import freelance, placed

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8


def assert_all_is_well():
    """The invariants that hold after any race."""
    for leg in Leg.objects.all():
        live = list(Assignment.objects.filter(leg=leg, is_live=True).values_list("courier_id", flat=True))
        assert live == ([leg.courier_id] if leg.status in WITH_COURIER else []), leg.status
        versions = [e.payload["version"] for e in Event.objects.filter(name="LegMoved", order_id=leg.order_id)]
        assert sorted(versions) == list(range(1, leg.version + 1))
    held = Counter(Assignment.objects.filter(is_live=True).values_list("courier_id", flat=True))
    for courier in Courier.objects.all():
        assert courier.load_legs == held[courier.pk]
        assert courier.load_legs <= courier.max_legs


def test_four_planners_of_one_zone_assign_every_leg_once(arena, players):
    for _ in range(ROUNDS):
        placed(players)
        answers = arena.race(*[call("plan", players.zone.pk)] * 4)
        assert set(answers) == {"done"}
        assert_all_is_well()
    assert Assignment.objects.count() >= 2


def test_two_couriers_and_a_dispatcher_want_one_leg(arena, players):
    for _ in range(ROUNDS):
        _, leg = placed(players)
        Courier.objects.update(load_legs=0)
        Assignment.objects.filter(is_live=True).update(is_live=False)
        Leg.objects.exclude(pk=leg.pk).filter(status=LegStatus.ASSIGNED).delete()
        answers = arena.race(
            call("assign", leg.pk, players.bo.pk),
            call("assign", leg.pk, players.cy.pk),
            call("unassign", leg.pk),
        )
        assert not [answer for answer in answers if answer.startswith("crashed")]
        assert "done" in answers[:2]
        assert_all_is_well()


def test_accept_against_cancel_against_expiry_has_one_outcome(arena, players):
    freelance(players.fleet)
    for _ in range(ROUNDS):
        order, leg = placed(players)
        plan_zone(players.zone.pk)
        offer = Offer.objects.get(leg=leg)
        answers = arena.race(
            call("accept", offer.pk, offer.courier_id),
            call("cancel", order.pk),
            call("decline", offer.pk, offer.courier_id),
            call("expire"),
        )
        assert not [answer for answer in answers if answer.startswith("crashed")]
        leg.refresh_from_db()
        offer.refresh_from_db()
        if leg.status == LegStatus.CANCELLED:
            arena.race(call("relay"))
            from apps.dispatch.services import release_ended

            release_ended()
        assert_all_is_well()
        assert leg.status in (LegStatus.CANCELLED, LegStatus.OPEN, LegStatus.ASSIGNED)
        assert (leg.status == LegStatus.OPEN) <= (offer.status != OfferStatus.ACCEPTED)
        Leg.objects.filter(pk=leg.pk, status=LegStatus.OPEN).update(is_pinned=True)  # out of the next round's way


def test_one_step_sent_four_times_at_once_is_made_once(arena, players):
    _, leg = placed(players)
    arena.race(call("assign", leg.pk, players.bo.pk))
    for step in ("at_pickup", "picked_up", "at_dropoff", "delivered"):
        answers = arena.race(*[call("move", leg.pk, players.bo.pk, 1, step)] * 4)
        assert set(answers) == {"done"}
    leg.refresh_from_db()
    assert leg.version == 5
    assert_all_is_well()


def test_four_relays_hand_on_every_event_once(arena, players):
    for _ in range(20):
        placed(players)
    answers = arena.race(*[call("relay")] * 4)
    assert set(answers) == {"done"}
    arena.race(call("relay"))
    assert not Event.objects.filter(relayed_at=None).exists()
