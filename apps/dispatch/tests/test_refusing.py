"""A fleet refuses an order that it was asked for: others are asked, and it is not again."""

import pytest

from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch.errors import RefusalNotAllowed
from apps.dispatch.lifecycle import AssignmentEnd, OfferStatus
from apps.dispatch.models import Assignment, FleetRefusal, Offer
from apps.dispatch.selectors import part_of_fleet
from apps.dispatch.services import courier_moves_leg, plan_zone, refuse_leg
from apps.dispatch.tests.networking import connected, fleet_with_one
from apps.networks.contacts import Part
from apps.networks.lifecycle import Right
from apps.networks.models import Connection
from apps.orders.errors import LegNotFound
from apps.orders.lifecycle import IllegalMove, LegStatus
from apps.orders.models import NetworkPolicy
from tests.cast import freelance, placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(cast):
    """A fleet connected to the bakery, asked first, which may reject orders."""
    fleet, courier = fleet_with_one(cast, "First", 2)
    connected(cast.bakery.pk, fleet, priority=1, rights=(Right.REJECT,))
    return fleet, courier


@pytest.fixture
def second(cast):
    """A fleet asked second, which may not."""
    fleet, courier = fleet_with_one(cast, "Second", 3)
    connected(cast.bakery.pk, fleet, priority=2)
    return fleet, courier


@pytest.fixture
def leg(cast, hand_clock, first, second):
    """Of an order for connected fleets."""
    return placed(cast, network_policy=NetworkPolicy.CONNECTED)[1]


def refuses(fleet, leg, reason="too far for us"):
    return refuse_leg(leg_id=leg.pk, fleet_id=fleet.pk, reason=reason)


def planned(cast, leg):
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    return leg


def refused_events():
    return list(Event.objects.filter(name="FleetRefused").values_list("payload", flat=True))


def assert_nothing_was_refused(leg, events):
    before = (leg.status, leg.version, leg.courier_id)
    leg.refresh_from_db()
    assert (leg.status, leg.version, leg.courier_id) == before
    assert not FleetRefusal.objects.exists()
    assert Event.objects.count() == events


def test_a_refused_order_goes_to_the_next_wave_at_once_and_says_why(cast, first, second, leg):
    refuses(first[0], leg)
    assert planned(cast, leg).courier_id == second[1].pk
    (event,) = refused_events()
    assert (event["fleet_id"], event["reason"], event["leg_id"]) == (
        str(first[0].pk),
        "too far for us",
        str(leg.pk),
    )


def test_what_its_courier_had_is_taken_back_and_never_given_again(cast, hand_clock, first, second, leg):
    assert planned(cast, leg).courier_id == first[1].pk
    refuses(first[0], leg)
    assert Assignment.objects.get(courier=first[1]).end == AssignmentEnd.UNASSIGNED
    assert Courier.objects.get(pk=first[1].pk).load_legs == 0
    Courier.objects.filter(pk=second[1].pk).update(max_legs=0)
    hand_clock.advance(minutes=20)
    assert planned(cast, leg).status == LegStatus.OPEN


def test_what_its_courier_was_offered_is_withdrawn(cast, first, second, leg):
    freelance(first[0])
    planned(cast, leg)
    refuses(first[0], leg)
    assert Offer.objects.get().status == OfferStatus.WITHDRAWN
    assert planned(cast, leg).courier_id == second[1].pk


def test_refusing_again_changes_nothing(cast, first, leg):
    one, other = refuses(first[0], leg), refuses(first[0], leg, reason="and again")
    assert (one.pk, other.reason) == (other.pk, "too far for us")
    assert len(refused_events()) == 1


def test_without_the_right_nothing_is_refused(cast, first, second, leg, hand_clock):
    hand_clock.advance(minutes=3)
    events = Event.objects.count()
    with pytest.raises(RefusalNotAllowed):
        refuses(second[0], leg)
    assert_nothing_was_refused(leg, events)


def test_a_fleet_that_was_not_asked_finds_no_leg(cast, first, second, leg):
    Connection.objects.filter(fleet=second[0]).update(rights=[Right.REJECT])
    events = Event.objects.count()
    for fleet in (second[0], cast.fleet):  # its wave has not begun; it has no part in it at all
        with pytest.raises(LegNotFound):
            refuses(fleet, leg)
    assert_nothing_was_refused(leg, events)


def test_another_fleet_cannot_refuse_what_somebody_has(cast, hand_clock, first, second, leg):
    Connection.objects.filter(fleet=second[0]).update(rights=[Right.REJECT])
    planned(cast, leg)
    hand_clock.advance(minutes=4)
    events = Event.objects.count()
    with pytest.raises(LegNotFound):
        refuses(second[0], leg)
    assert_nothing_was_refused(leg, events)


def test_nothing_is_refused_once_it_is_on_board(cast, first, leg):
    planned(cast, leg)
    for step in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP):
        courier_moves_leg(courier_id=first[1].pk, leg_id=leg.pk, epoch=1, to=step)
    leg.refresh_from_db()
    events = Event.objects.count()
    with pytest.raises(IllegalMove):
        refuses(first[0], leg)
    assert_nothing_was_refused(leg, events)


def test_who_refused_after_all_sees_contacts_no_more(cast, hand_clock, first, second, leg):
    assert part_of_fleet(leg, first[0].pk) == Part()
    planned(cast, leg)
    assert part_of_fleet(leg, first[0].pk) == Part(accepted_at=hand_clock())
    refuses(first[0], leg)
    planned(cast, leg)
    assert part_of_fleet(leg, first[0].pk) == Part()
    for step in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED):
        courier_moves_leg(courier_id=second[1].pk, leg_id=leg.pk, epoch=leg.epoch, to=step)
    leg.order.refresh_from_db()
    assert part_of_fleet(leg, second[0].pk) == Part(accepted_at=hand_clock(), ended_at=hand_clock())
    assert part_of_fleet(leg, first[0].pk) == Part(ended_at=hand_clock())


def test_when_all_refused_a_person_is_called(cast, first, second, leg):
    Connection.objects.filter(fleet=second[0]).update(rights=[Right.REJECT])
    refuses(first[0], leg)
    refuses(second[0], leg)
    planned(cast, leg)
    leg.order.refresh_from_db()
    assert (leg.status, leg.order.attention_reason) == (LegStatus.OPEN, "nobody_accepted")


def test_a_merchants_own_fleet_leaves_an_order_to_others_without_any_right(cast, hand_clock, first):
    own, _ = fleet_with_one(cast, "Bakery boys", 1, owner=cast.bakery)
    _, leg = placed(cast, network_policy=NetworkPolicy.OWN_FIRST)
    refuses(own, leg)
    assert planned(cast, leg).courier_id == first[1].pk


def test_an_open_fleet_without_a_connection_has_no_right_to_refuse(cast, hand_clock):
    _, leg = placed(cast, network_policy=NetworkPolicy.ANY_OPEN)
    with pytest.raises(RefusalNotAllowed):
        refuses(cast.fleet, leg)
    assert not FleetRefusal.objects.exists()


def test_a_plan_that_was_made_before_a_refusal_gives_the_fleet_nothing(cast, first, second, leg, monkeypatch):
    from apps.dispatch import engine

    solve = engine.plan

    def refused_meanwhile(snapshot):
        plan = solve(snapshot)
        refuses(first[0], leg)
        return plan

    monkeypatch.setattr(engine, "plan", refused_meanwhile)
    outcome = plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    assert (outcome.committed, outcome.lost_races, leg.status) == (0, 1, LegStatus.OPEN)
    assert not Assignment.objects.exists()
