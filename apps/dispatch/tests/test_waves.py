"""Whose couriers are asked, and when: own ones first, connected ones wave by wave, then open ones."""

import pytest

from apps.core.models import Event
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Fleet
from apps.dispatch.eligibility import Networks, eligible_fleets
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import decline_offer, expire_offers, plan_zone
from apps.dispatch.tests.networking import connected, fleet_with_one, off_duty
from apps.networks.services import end_connection, pause_connection, resume_connection
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, NetworkPolicy
from tests.cast import freelance, placed, ready_in

pytestmark = pytest.mark.django_db
CONNECTED, OWN_FIRST = NetworkPolicy.CONNECTED, NetworkPolicy.OWN_FIRST


@pytest.fixture
def own(cast):
    """The bakery's own fleet, with a courier."""
    return fleet_with_one(cast, "Bakery boys", 1, owner=cast.bakery)


@pytest.fixture
def first(cast):
    """A fleet connected to the bakery, asked first."""
    fleet, courier = fleet_with_one(cast, "First", 2)
    connected(cast.bakery.pk, fleet, priority=1)
    return fleet, courier


@pytest.fixture
def second(cast):
    """A fleet connected to the bakery, asked second."""
    fleet, courier = fleet_with_one(cast, "Second", 3)
    connected(cast.bakery.pk, fleet, priority=2)
    return fleet, courier


def on_duty(*couriers):
    Courier.objects.filter(pk__in=[courier.pk for courier in couriers]).update(status=CourierStatus.ON_DUTY)


def names_asked(leg, clock):
    """The fleets that are asked now, as any executor's view would find them."""
    leg = Leg.objects.select_related("order").get(pk=leg.pk)
    fleets = eligible_fleets(leg, Networks.in_zone(leg.zone_id, [leg]), at=clock())
    return sorted(Fleet.objects.filter(pk__in=fleets).values_list("name", flat=True))


def planned(cast, leg):
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    return leg


def test_own_first_asks_own_then_connected_in_order_then_open(cast, hand_clock, own, first, second):
    _, leg = placed(cast, network_policy=OWN_FIRST)
    asked = [names_asked(leg, hand_clock)]
    for minutes in (5, 3, 3):
        hand_clock.advance(minutes=minutes, seconds=-1)
        asked.append(names_asked(leg, hand_clock))
        hand_clock.advance(seconds=1)
        asked.append(names_asked(leg, hand_clock))
    mine, one, two, everybody = (
        ["Bakery boys"],
        ["Bakery boys", "First"],
        ["Bakery boys", "First", "Second"],
        ["Bakery boys", "First", "Second", "Vélo Express"],
    )
    assert asked == [mine, mine, one, one, two, two, everybody]


def test_an_order_goes_to_the_own_courier_though_others_stand_at_the_door(cast, hand_clock, own, first):
    _, leg = placed(cast, network_policy=OWN_FIRST)
    assert planned(cast, leg).courier_id == own[1].pk


def test_with_nobody_of_ones_own_on_duty_the_first_wave_is_asked_at_once(cast, hand_clock, own, first, second):
    off_duty(own[1])
    _, leg = placed(cast, network_policy=OWN_FIRST)
    assert names_asked(leg, hand_clock) == ["Bakery boys", "First"]
    assert planned(cast, leg).courier_id == first[1].pk


def test_a_wave_with_nobody_on_duty_holds_nobody_up(cast, hand_clock, first, second):
    off_duty(first[1])
    _, leg = placed(cast, network_policy=CONNECTED)
    assert planned(cast, leg).courier_id == second[1].pk


def test_connected_asks_neither_own_nor_open_fleets(cast, hand_clock, own, first):
    off_duty(first[1])
    _, leg = placed(cast, network_policy=CONNECTED)
    hand_clock.advance(minutes=30)
    assert names_asked(leg, hand_clock) == ["First"]
    assert planned(cast, leg).status == LegStatus.OPEN


def test_the_second_wave_gets_what_the_first_is_too_busy_for(cast, hand_clock, first, second):
    Courier.objects.filter(pk=first[1].pk).update(max_legs=0)
    order, leg = placed(cast, network_policy=CONNECTED)
    planned(cast, leg)
    order.refresh_from_db()
    assert (leg.status, leg.unassigned_reason, order.needs_attention) == (LegStatus.OPEN, "no_courier_free", False)
    hand_clock.advance(minutes=3)
    assert planned(cast, leg).courier_id == second[1].pk


def test_fleets_of_one_priority_are_asked_together(cast, hand_clock, first):
    other, _ = fleet_with_one(cast, "Other", 4)
    connected(cast.bakery.pk, other, priority=1)
    _, leg = placed(cast, network_policy=CONNECTED)
    assert names_asked(leg, hand_clock) == ["First", "Other"]


def test_any_open_and_own_only_ask_nobody_over_a_connection(cast, hand_clock, own, first):
    _, anybody = placed(cast, network_policy=NetworkPolicy.ANY_OPEN)
    _, nobody_else = placed(cast, network_policy=NetworkPolicy.OWN_ONLY)
    hand_clock.advance(hours=1)
    assert names_asked(anybody, hand_clock) == ["Bakery boys", "Vélo Express"]
    assert names_asked(nobody_else, hand_clock) == ["Bakery boys"]


def test_a_named_fleet_may_be_a_connected_one(cast, hand_clock, first):
    stranger, _ = fleet_with_one(cast, "Stranger", 5)
    named = (first[0].pk, stranger.pk, cast.fleet.pk)
    _, leg = placed(cast, network_policy=NetworkPolicy.NAMED, fleet_ids=named)
    assert names_asked(leg, hand_clock) == ["First", "Vélo Express"]


def test_the_connections_of_others_count_for_nothing(cast, hand_clock, first):
    stranger, courier = fleet_with_one(cast, "Stranger", 5)
    connected(cast.fleet_owner.pk, stranger, priority=0)
    off_duty(first[1])
    _, leg = placed(cast, network_policy=CONNECTED)
    assert planned(cast, leg).status == LegStatus.OPEN
    assert courier.pk not in Assignment.objects.values_list("courier_id", flat=True)


def test_when_the_last_wave_had_its_time_a_person_is_called_once_and_the_order_stays_open(
    cast, hand_clock, first, second
):
    Courier.objects.filter(pk__in=[first[1].pk, second[1].pk]).update(max_legs=0)
    order, leg = placed(cast, network_policy=CONNECTED)
    hand_clock.advance(minutes=6, seconds=-1)
    planned(cast, leg)
    order.refresh_from_db()
    assert not order.needs_attention
    hand_clock.advance(seconds=1)
    for _ in range(3):
        planned(cast, leg)
    order.refresh_from_db()
    assert (order.needs_attention, order.attention_reason, leg.status) == (True, "nobody_accepted", LegStatus.OPEN)
    assert Event.objects.filter(name="AttentionRaised").count() == 1
    Courier.objects.filter(pk=second[1].pk).update(max_legs=8)
    assert planned(cast, leg).courier_id == second[1].pk
    order.refresh_from_db()
    assert not order.needs_attention


def test_a_merchant_without_connections_is_not_told_that_nobody_accepted(cast, hand_clock):
    Courier.objects.update(max_legs=0)
    order, leg = placed(cast, network_policy=OWN_FIRST)
    hand_clock.advance(minutes=9)
    planned(cast, leg)
    order.refresh_from_db()
    assert not order.needs_attention


def test_with_nobody_on_duty_anywhere_an_order_waits_and_nobody_is_called(cast, hand_clock, first):
    Courier.objects.update(status=CourierStatus.OFF_DUTY)
    order, leg = placed(cast, network_policy=CONNECTED)
    hand_clock.advance(minutes=9)
    planned(cast, leg)
    order.refresh_from_db()
    assert (leg.unassigned_reason, order.needs_attention) == ("no_courier_on_shift", False)


def test_when_all_couriers_of_a_wave_declined_the_next_is_asked_at_once_and_has_its_whole_time(
    cast, hand_clock, first, second
):
    freelance(first[0])
    third, _ = fleet_with_one(cast, "Third", 6)
    connected(cast.bakery.pk, third, priority=3)
    _, leg = placed(cast, network_policy=CONNECTED)
    planned(cast, leg)
    hand_clock.advance(seconds=20)
    decline_offer(offer_id=Offer.objects.get(status=OfferStatus.LIVE).pk, courier_id=first[1].pk)
    assert names_asked(leg, hand_clock) == ["First", "Second"]
    hand_clock.advance(minutes=3, seconds=-1)
    assert names_asked(leg, hand_clock) == ["First", "Second"]
    hand_clock.advance(seconds=1)
    assert names_asked(leg, hand_clock) == ["First", "Second", "Third"]


def test_an_offer_that_nobody_answered_is_no_answer_either(cast, hand_clock, first, second):
    freelance(first[0])
    _, leg = placed(cast, network_policy=CONNECTED)
    planned(cast, leg)
    hand_clock.advance(seconds=31)
    expire_offers()
    assert planned(cast, leg).courier_id == second[1].pk


def test_what_is_booked_ahead_is_asked_for_when_its_time_comes(cast, hand_clock, first, second):
    _, leg = placed(cast, network_policy=CONNECTED, ready_at=ready_in(120), due_at=ready_in(160))
    hand_clock.advance(minutes=112)  # of 120: the first wave begins ten minutes before
    assert names_asked(leg, hand_clock) == ["First"]
    hand_clock.advance(minutes=1)
    assert names_asked(leg, hand_clock) == ["First", "Second"]


def test_a_paused_connection_gives_nothing_until_both_want_it(cast, hand_clock, first, second):
    link = first_link(cast, first)
    pause_connection(connection_id=link.pk, by=first[0].organisation_id)
    _, leg = placed(cast, network_policy=CONNECTED)
    assert planned(cast, leg).courier_id == second[1].pk
    resume_connection(connection_id=link.pk, by=first[0].organisation_id)
    _, next_leg = placed(cast, network_policy=CONNECTED)
    assert planned(cast, next_leg).courier_id == first[1].pk


def first_link(cast, fleet_and_courier):
    from apps.networks.models import Connection

    return Connection.objects.get(organisation=cast.bakery, fleet=fleet_and_courier[0])


def test_an_end_in_the_middle_lets_the_courier_finish_and_gives_nothing_new(cast, hand_clock, first):
    from apps.dispatch.services import courier_moves_leg

    _, under_way = placed(cast, network_policy=CONNECTED)
    planned(cast, under_way)
    end_connection(connection_id=first_link(cast, first).pk, by=cast.bakery.pk)
    _, too_late = placed(cast, network_policy=CONNECTED)
    assert planned(cast, too_late).status == LegStatus.OPEN
    for step in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED):
        courier_moves_leg(courier_id=first[1].pk, leg_id=under_way.pk, epoch=1, to=step)
    under_way.refresh_from_db()
    assert under_way.status == LegStatus.DELIVERED


def test_a_plan_that_was_made_before_the_end_gives_nothing_after_it(cast, hand_clock, first, monkeypatch):
    from apps.dispatch import engine

    solve = engine.plan

    def ended_meanwhile(snapshot):
        plan = solve(snapshot)
        end_connection(connection_id=first_link(cast, first).pk, by=cast.bakery.pk)
        return plan

    monkeypatch.setattr(engine, "plan", ended_meanwhile)
    _, leg = placed(cast, network_policy=CONNECTED)
    outcome = plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    assert (outcome.committed, outcome.lost_races) == (0, 1)
    assert (leg.status, leg.version, Assignment.objects.count()) == (LegStatus.OPEN, 0, 0)
    assert Courier.objects.get(pk=first[1].pk).load_legs == 0
    assert not Event.objects.filter(name="LegMoved").exists()


def test_an_offer_of_before_the_end_is_over(cast, hand_clock, first):
    from apps.dispatch.errors import OfferGone
    from apps.dispatch.services import accept_offer

    freelance(first[0])
    _, leg = placed(cast, network_policy=CONNECTED)
    planned(cast, leg)
    end_connection(connection_id=first_link(cast, first).pk, by=cast.bakery.pk)
    offer, events = Offer.objects.get(), Event.objects.count()
    with pytest.raises(OfferGone):
        accept_offer(offer_id=offer.pk, courier_id=first[1].pk)
    leg.refresh_from_db()
    assert (leg.status, Assignment.objects.count(), Event.objects.count()) == (LegStatus.OFFERED, 0, events)
    hand_clock.advance(seconds=31)
    assert expire_offers() == 1


def test_connections_cost_no_query_more_for_many_orders(cast, hand_clock, first, second, django_assert_max_num_queries):
    for _ in range(20):
        placed(cast, network_policy=CONNECTED, ready_at=ready_in(60), due_at=ready_in(120))
    plan_zone(cast.zone.pk)
    with django_assert_max_num_queries(17):
        plan_zone(cast.zone.pk)
    assert Leg.objects.filter(status=LegStatus.OPEN).count() == 20


def test_a_tour_of_a_fleet_whose_connection_ended_is_not_given_out(cast, hand_clock, first):
    from apps.dispatch.services import plan_tours
    from apps.dispatch.services.kept_tours import kept_tours
    from apps.dispatch.services.zone_view import load_zone

    off_duty(cast.bo, cast.cy)
    slot = {"drop_from": ready_in(100), "drop_by": ready_in(160)}
    _, leg = placed(cast, network_policy=CONNECTED, **slot)
    assert plan_tours(cast.zone.pk) is not None
    assert [tour.courier_id for tour in kept_tours(cast.zone.pk).by_shift.values()] == [str(first[1].pk)]
    assert str(first[1].pk) in load_zone(cast.zone.pk).tours
    end_connection(connection_id=first_link(cast, first).pk, by=cast.bakery.pk)
    assert load_zone(cast.zone.pk).tours == {}
    for _ in range(20):
        hand_clock.advance(minutes=5)
        planned(cast, leg)
    assert (leg.status, Assignment.objects.count()) == (LegStatus.OPEN, 0)


def test_a_slot_is_planned_for_the_first_wave_that_has_a_shift(cast, hand_clock, first, second):
    from apps.dispatch.services import plan_tours
    from apps.dispatch.services.kept_tours import kept_tours

    placed(cast, network_policy=CONNECTED, drop_from=ready_in(100), drop_by=ready_in(160))
    hand_clock.advance(minutes=20)  # however late: what is planned ahead is not asked for by the clock
    plan_tours(cast.zone.pk)
    assert [tour.courier_id for tour in kept_tours(cast.zone.pk).by_shift.values()] == [str(first[1].pk)]
