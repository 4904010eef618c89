"""Races for a leg that is offered to a fleet, between real processes: exactly one wins, the others hear how it stands.

Run with locks as they are, and again with locks that always succeed.
"""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.couriers.models import Courier, Fleet
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Assignment, FleetOffer, Offer
from apps.dispatch.services import expire_fleet_offers, make_fleet_offer, release_ended
from apps.dispatch.tests.calling import make_rapid
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from tests.arena import call
from tests.cast import make_courier, placed
from tests.races.test_races import assert_all_is_well

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8


@pytest.fixture
def rapid(players):
    return make_rapid()


def offered(players, fleet, **changes):
    """A new leg, offered to a fleet."""
    _, leg = placed(players)
    offer = make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=fleet.pk)
    if changes:
        FleetOffer.objects.filter(pk=offer.pk).update(**changes)
    return offer


def assert_one_hold_a_leg():
    """A leg has one live offer of either kind while it is offered, one live assignment while somebody has it."""
    assert_all_is_well()
    for leg in Leg.objects.all():
        live = Offer.objects.filter(leg=leg, status=OfferStatus.LIVE).count()
        live += FleetOffer.objects.filter(leg=leg, status=OfferStatus.LIVE).count()
        assert live == (1 if leg.status == LegStatus.OFFERED else 0)
        assert Assignment.objects.filter(leg=leg, is_live=True).count() <= 1


def test_of_four_accepts_one_wins_and_the_others_are_told(arena, players, rapid):
    for _ in range(ROUNDS):
        offer = offered(players, rapid.fleet)
        answers = arena.race(*[call("fleet_accepts", offer.pk)] * 4)
        assert sorted(answers) == ["done", "offer_gone", "offer_gone", "offer_gone"]
        assert_one_hold_a_leg()
    assert Courier.objects.filter(fleet=rapid.fleet).count() == 1


def test_the_stand_in_of_a_fleet_is_made_once(arena, players, rapid):
    for number in range(ROUNDS):
        fleet = Fleet.objects.create(organisation=rapid.owner, name=f"F{number}", mode="external", is_open=True)
        offers = [offered(players, fleet) for _ in range(4)]
        assert arena.race(*[call("fleet_accepts", offer.pk) for offer in offers]) == ["done"] * 4
        assert Courier.objects.get(fleet=fleet).load_legs == 4
        assert_one_hold_a_leg()


def test_accept_against_an_assignment_by_hand_has_one_winner(arena, players, rapid):
    di = make_courier(rapid.fleet, players.zone, name="Di", phone="+33639980003")
    Courier.objects.filter(pk=di.pk).update(max_legs=100)
    for _ in range(ROUNDS):
        offer = offered(players, rapid.fleet)
        answers = arena.race(call("fleet_accepts", offer.pk), call("give", rapid.owner.pk, offer.leg_id, di.pk))
        assert answers in (["done", "leg_taken"], ["offer_gone", "done"])
        assert_one_hold_a_leg()


def test_two_executors_who_want_an_open_leg_by_hand_do_not_take_it_from_each_other(arena, players, rapid):
    di = make_courier(rapid.fleet, players.zone, name="Di", phone="+33639980003")
    Courier.objects.update(max_legs=100)
    for _ in range(ROUNDS):
        _, leg = placed(players)
        answers = arena.race(
            call("give", players.fleet_owner.pk, leg.pk, players.bo.pk), call("give", rapid.owner.pk, leg.pk, di.pk)
        )
        assert sorted(answers) == ["done", "leg_taken"]
        winner = players.bo.pk if answers[0] == "done" else di.pk
        assert Leg.objects.get(pk=leg.pk).courier_id == winner
        assert_one_hold_a_leg()


def test_accept_against_decline_has_one_winner(arena, players, rapid):
    for _ in range(ROUNDS):
        offer = offered(players, rapid.fleet)
        answers = arena.race(call("fleet_accepts", offer.pk), call("fleet_declines", offer.pk))
        assert sorted(answers) == ["done", "offer_gone"]
        assert_one_hold_a_leg()


@pytest.mark.parametrize("left_ms", [0, 10, 25, 50])
def test_accept_against_the_deadline_has_one_outcome(arena, players, rapid, left_ms):
    for _ in range(ROUNDS):
        offer = offered(players, rapid.fleet, expires_at=clock.now() + timedelta(milliseconds=left_ms))
        accepted, *expired = arena.race(
            call("fleet_accepts", offer.pk), call("expire_fleets"), call("expire_fleets"), call("expire_fleets")
        )
        assert set(expired) == {"done"}
        FleetOffer.objects.filter(pk=offer.pk, status=OfferStatus.LIVE).update(expires_at=clock.now())
        expire_fleet_offers()
        offer.refresh_from_db()
        outcome = (accepted, offer.status, Leg.objects.get(pk=offer.leg_id).status)
        assert outcome in (("done", "accepted", "assigned"), ("offer_gone", "expired", "open"))
        assert_one_hold_a_leg()


def test_accept_against_cancel_leaves_nobody_with_it(arena, players, rapid):
    for _ in range(ROUNDS):
        offer = offered(players, rapid.fleet)
        answers = arena.race(call("fleet_accepts", offer.pk), call("cancel", offer.leg.order_id))
        assert answers[1] == "done"
        assert not answers[0].startswith("crashed")
        release_ended()
        offer.refresh_from_db()
        assert Leg.objects.get(pk=offer.leg_id).status == LegStatus.CANCELLED
        assert offer.status == (OfferStatus.ACCEPTED if answers[0] == "done" else OfferStatus.WITHDRAWN)
        assert_one_hold_a_leg()
