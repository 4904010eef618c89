"""Two couriers tap the offer of one leg at once, a thousand times: one has the leg, the other is told how it stands.

An offer belongs to one courier. Two phones show one of the same leg when the first has just run out and the leg was
offered again; what they send then meets in the database, between real processes that stay for all rounds.
"""

import json
import os
from collections import Counter
from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import expire_offers, make_offer, unassign_leg
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.simulation.replay.checking import EventRecord, check_leg
from tests.arena import Arena, call
from tests.cast import freelance, placed

pytestmark = pytest.mark.django_db(transaction=True)
IS_MONGODB = os.environ.get("COURSIER_TEST_DATABASE") == "mongodb"
ROUNDS = 100 if IS_MONGODB else 1_000  # the stand-in for MongoDB takes ten times as long for each


@pytest.fixture(scope="module")
def arena(database_url):
    """Three contenders. No lock guards an offer: they always succeed."""
    arena = Arena(database_url=database_url, size=3, locks_open=True)
    yield arena
    arena.close()


@pytest.fixture
def leg(players):
    """The one leg that everybody wants, again and again."""
    freelance(players.fleet)
    return placed(players)[1]


def offered(leg, courier, *, left_ms=60_000):
    """Offer the leg, which is open, for so long."""
    version = Leg.objects.values_list("version", flat=True).get(pk=leg.pk)
    offer = make_offer(leg_id=leg.pk, leg_version=version, courier_id=courier.pk)
    Offer.objects.filter(pk=offer.pk).update(expires_at=clock.now() + timedelta(milliseconds=left_ms))
    return offer


def run_out(leg, courier):
    """An offer that ran out, and that the phone still shows."""
    offer = offered(leg, courier, left_ms=0)
    assert expire_offers() == 1
    return offer


def assert_one_has_it(leg, winner, loser, results):
    """`results`: of the winner and of the loser."""
    now = Leg.objects.get(pk=leg.pk)
    assert (now.status, now.courier_id) == (LegStatus.ASSIGNED, winner.pk)
    assert list(Assignment.objects.filter(leg=leg, is_live=True).values_list("courier_id", "epoch")) == [
        (winner.pk, now.epoch)
    ]
    assert dict(Courier.objects.values_list("pk", "load_legs")) == {winner.pk: 1, loser.pk: 0}
    assert not Offer.objects.filter(leg=leg, status=OfferStatus.LIVE).exists()
    won, lost = results
    where = {"leg_id": public_id("leg", leg.pk), "status": "assigned", "epoch": now.epoch}
    assert (won["outcome"], won["state"]) == ("applied", where)
    assert (lost["outcome"], lost["error"]["code"], lost["error"]["retry"]) == ("refused", "offer_gone", False)
    assert lost["state"]["leg_id"] == where["leg_id"]
    assert lost["state"]["status"] in ("offered", "open", "assigned")
    assert lost["state"]["epoch"] in (now.epoch - 1, now.epoch)


def assert_history_is_whole(leg, rounds):
    """As a replayed day is checked: no version missing, never in two hands; and accepted once in each round."""
    rows = Event.objects.filter(order_id=leg.order_id, name="LegMoved")
    records = [EventRecord(row.name, str(row.order_id), row.occurred_at, row.payload) for row in rows]
    assert check_leg(str(leg.pk), records) == []
    assert Counter(record.payload["after"] for record in records)["assigned"] == rounds
    assert Offer.objects.filter(leg=leg, status=OfferStatus.ACCEPTED).count() == rounds


def test_two_couriers_tap_at_once_and_one_has_the_leg(arena, players, leg):
    bo, cy, left_ms, winners = players.bo, players.cy, 20.0, Counter()
    over = {courier.pk: run_out(leg, courier) for courier in (bo, cy)}
    for number in range(ROUNDS):
        first, second = (bo, cy) if number % 4 < 2 else (cy, bo)
        if number % 2:
            results = tap_after_it_was_offered_again(arena, leg, first, second)
        else:
            live = offered(leg, first, left_ms=left_ms)
            results = tap_at_the_deadline(arena, live, over[second.pk])
        is_first = Leg.objects.get(pk=leg.pk).courier_id == first.pk
        winner, loser = (first, second) if is_first else (second, first)
        assert_one_has_it(leg, winner, loser, results if is_first else results[::-1])
        winners[number % 2, "first" if is_first else "second"] += 1
        if not number % 2:  # the deadline follows the machine: as soon as it takes to tap
            left_ms = left_ms * 0.8 if is_first else left_ms * 1.25 + 1
        unassign_leg(leg_id=leg.pk, reason="the next round")
    assert_history_is_whole(leg, ROUNDS)
    assert winners[1, "first"] == 0  # who came too late has no chance
    assert min(winners[0, "first"], winners[0, "second"]) >= ROUNDS // 20, winners  # at the deadline both have one


def tap_after_it_was_offered_again(arena, leg, first, second):
    """Both phones show the leg: the first one's offer has run out, the second one's is live."""
    old, live = run_out(leg, first), offered(leg, second)
    taps = [call("tap", courier.pk, "accept_offer", offer.pk, 1) for courier, offer in ((first, old), (second, live))]
    return [json.loads(answer) for answer in arena.race(*taps)]


def tap_at_the_deadline(arena, live, over):
    """Both phones show the leg: the second one's offer is over, the first one's will be, and it is offered again."""
    *taps, _ = arena.race(
        call("tap", live.courier_id, "accept_offer", live.pk, 1),
        call("tap_next", over.courier_id, live.leg_id, over.pk),
        call("offer_again", live.leg_id, over.courier_id),
    )
    return [json.loads(answer) for answer in taps]


@pytest.mark.parametrize("other", ["accept_offer", "decline_offer"])
def test_two_phones_of_one_courier_answer_an_offer_at_once(arena, players, leg, other):
    rounds, came_of = ROUNDS // 10, Counter()
    for _ in range(rounds):
        offer = offered(leg, players.bo)
        answers = arena.race(
            call("tap", players.bo.pk, "accept_offer", offer.pk, 1), call("tap", players.bo.pk, other, offer.pk, 2)
        )
        accepted, answered = (json.loads(answer) for answer in answers)
        offer.refresh_from_db()
        is_taken = offer.status == OfferStatus.ACCEPTED
        came_of[is_taken] += 1
        assert answered["outcome"] == "applied"
        assert accepted["outcome"] == ("applied" if is_taken else "refused")
        assert accepted["state"]["status"] == Leg.objects.get(pk=leg.pk).status == ("assigned" if is_taken else "open")
        assert Assignment.objects.filter(leg=leg, is_live=True).count() == is_taken
        assert Courier.objects.get(pk=players.bo.pk).load_legs == is_taken
        if is_taken:
            unassign_leg(leg_id=leg.pk, reason="the next round")
    assert came_of[True] == rounds if other == "accept_offer" else came_of[True] > 0
