"""Races about connections and over them, between real processes."""

import pytest

from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Assignment, FleetRefusal, Offer
from apps.dispatch.services import make_offer, plan_zone
from apps.dispatch.tests.networking import connected, fleet_with_one
from apps.networks.lifecycle import ConnectionStatus, Right
from apps.networks.models import Connection
from apps.networks.services import Invitation, invite
from apps.orders.lifecycle import LegStatus
from apps.orders.models import NetworkPolicy
from tests.arena import call
from tests.cast import freelance, placed

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def events_of(connection):
    rows = Event.objects.filter(payload__connection_id=str(connection.pk)).order_by("id")
    return list(rows.values_list("name", "organisation_id"))


def assert_told_of(connection, *names):
    """Both sides heard the same, in the same order, and nothing else."""
    both = (connection.organisation_id, connection.executor_id)
    assert sorted(events_of(connection), key=str) == sorted(((n, side) for n in names for side in both), key=str)


def test_an_invitation_is_accepted_or_ended_and_an_accepted_one_may_be_ended_after(arena, players):
    for _ in range(ROUNDS):
        link = invite(Invitation(by=players.bakery.pk, fleet_id=players.fleet.pk))
        owner = players.fleet_owner.pk
        accepted, again, ended = arena.race(
            call("accept_connection", link.pk, owner, link.version),
            call("accept_connection", link.pk, owner, link.version),
            call("end_connection", link.pk, players.bakery.pk),
        )
        link.refresh_from_db()
        answers = [accepted, again]
        assert answers.count("done") <= 1
        assert set(answers) <= {"done", "conflict", "terms_changed", "nothing_to_answer"}
        assert ended == "done"
        assert (link.status, link.is_live) == (ConnectionStatus.ENDED, False)
        assert (link.accepted_at is not None) == ("done" in answers)
        told = ["ConnectionInvited", "ConnectionEnded", *(["ConnectionAccepted"] if "done" in answers else [])]
        assert_told_of(link, *told)
        assert link.version == len(told) - 1


def test_of_acceptance_and_refusal_one_happens(arena, players):
    for _ in range(ROUNDS):
        link = invite(Invitation(by=players.bakery.pk, fleet_id=players.fleet.pk))
        owner = players.fleet_owner.pk
        accepted, declined = arena.race(
            call("accept_connection", link.pk, owner, link.version), call("decline_connection", link.pk, owner)
        )
        link.refresh_from_db()
        assert [accepted, declined].count("done") == 1
        assert link.status == (ConnectionStatus.ACCEPTED if accepted == "done" else ConnectionStatus.ENDED)
        assert_told_of(link, "ConnectionInvited", "ConnectionAccepted" if accepted == "done" else "ConnectionEnded")
        Connection.objects.all().delete()


def test_both_sides_pause_at_once_and_neither_pause_is_lost(arena, players):
    for _ in range(ROUNDS):
        link = connected(players.bakery.pk, players.fleet)
        answers = arena.race(
            call("pause_connection", link.pk, players.bakery.pk),
            call("pause_connection", link.pk, players.fleet_owner.pk),
        )
        link.refresh_from_db()
        assert answers == ["done", "done"]
        assert (link.status, link.is_paused_by_orderer, link.is_paused_by_executor) == ("paused", True, True)
        Connection.objects.all().delete()


def assert_leg_and_loads_agree(leg):
    live = list(Assignment.objects.filter(leg=leg, is_live=True).values_list("courier_id", flat=True))
    assert live == ([leg.courier_id] if leg.status == LegStatus.ASSIGNED else [])
    for courier in Courier.objects.all():
        held = Assignment.objects.filter(courier=courier, is_live=True).count()
        assert courier.load_legs == held


def test_a_fleet_that_refuses_while_its_courier_accepts_does_not_keep_it(arena, players):
    fleet, courier = fleet_with_one(players, "First", 2)
    freelance(fleet)
    connected(players.bakery.pk, fleet, rights=(Right.REJECT,))
    for _ in range(ROUNDS):
        order, leg = placed(players, network_policy=NetworkPolicy.CONNECTED)
        offer = make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=courier.pk)
        answers = arena.race(
            call("accept", offer.pk, courier.pk),
            call("refuse", leg.pk, fleet.pk),
            call("refuse", leg.pk, fleet.pk),
            call("plan", players.zone.pk),
        )
        assert not [answer for answer in answers if answer.startswith("crashed")]
        leg.refresh_from_db()
        assert answers[1:3] == ["done", "done"]
        assert (leg.status, FleetRefusal.objects.filter(order=order).count()) == (LegStatus.OPEN, 1)
        assert Event.objects.filter(name="FleetRefused", order_id=order.pk).count() == 1
        assert not Offer.objects.filter(status=OfferStatus.LIVE).exists()
        assert_leg_and_loads_agree(leg)
        order.delete()  # out of the next round's way


def test_a_plan_and_the_end_of_the_connection_it_needs(arena, players):
    fleet, _ = fleet_with_one(players, "First", 2)
    for _ in range(ROUNDS):
        link = connected(players.bakery.pk, fleet)
        order, leg = placed(players, network_policy=NetworkPolicy.CONNECTED)
        answers = arena.race(
            call("plan", players.zone.pk),
            call("end_connection", link.pk, players.bakery.pk),
            call("plan", players.zone.pk),
        )
        assert not [answer for answer in answers if answer.startswith("crashed")]
        leg.refresh_from_db()
        assert leg.status in (LegStatus.OPEN, LegStatus.ASSIGNED)
        assert_leg_and_loads_agree(leg)
        before = leg.status
        plan_zone(players.zone.pk)
        leg.refresh_from_db()
        assert leg.status == before  # nothing new after the end
        order.delete()
        Courier.objects.update(load_legs=0)
