"""Test keys through the REST API: robots carry, nobody else ever does."""

import pytest

from apps.accounts.services import create_api_key
from apps.core.ids import public_id
from apps.couriers.models import Courier
from apps.dispatch.services import plan_zone
from apps.orders.lifecycle import LegStatus, OrderStatus
from apps.orders.models import Leg, Order
from apps.orders.sandbox import Scenario
from apps.orders.selectors import zones_with_open_legs
from apps.simulation.sandbox.playing import play_due_steps
from apps.simulation.sandbox.scripts import SCRIPTS, Act
from tests.authorisation.world import PLACE
from tests.hubs import make_hub, make_operator

THE_WAY = ("assigned", "at_pickup", "picked_up", "at_dropoff")


@pytest.fixture
def key_of_tests(cast):
    return create_api_key(organisation_id=cast.bakery.pk, name="sandbox", is_test=True)[1]


def order(client, api_key, *, key="one", **more):
    return client.post(
        "/v1/orders",
        data={**PLACE, **more},
        content_type="application/json",
        headers={"Authorization": f"Bearer {api_key}", "Idempotency-Key": key},
    )


def play(hand_clock, seconds, every=5):
    for _ in range(int(seconds / every)):
        hand_clock.advance(seconds=every)
        play_due_steps()


def history(order_row):
    from apps.orders.selectors import history_of

    return [entry.details["after"] for entry in history_of(order_row.pk) if entry.name == "LegMoved"]


def test_an_order_of_a_test_key_is_delivered_by_a_robot_in_two_minutes(client, key_of_tests, hand_clock):
    assert order(client, key_of_tests).status_code == 201
    play(hand_clock, 125)
    carried = Order.objects.get()
    assert carried.status == OrderStatus.DELIVERED
    assert history(carried) == ["assigned", "at_pickup", "picked_up", "at_dropoff", "delivered"]


@pytest.mark.parametrize(
    ("scenario", "ends"), [("delivered", OrderStatus.DELIVERED), ("recipient_absent", OrderStatus.RETURNED)]
)
def test_a_test_order_through_a_hub_is_scanned_in_by_robots_and_carried_on(
    client, key_of_tests, hand_clock, scenario, ends
):
    hub = make_hub(make_operator())
    parcels = [{"weight_g": 100}, {"weight_g": 200}]
    answer = order(client, key_of_tests, via_hub=public_id("hub", hub.pk), parcels=parcels, scenario=scenario)
    assert answer.status_code == 201, answer.json()
    play(hand_clock, 140)
    assert Order.objects.get().status == OrderStatus.AT_HUB
    play(hand_clock, 280)
    collection, delivery = Leg.objects.order_by("sequence")
    assert (collection.status, Order.objects.get().status) == (LegStatus.DELIVERED, ends)
    assert delivery.ready_at > collection.delivered_at


def test_no_planner_gives_a_test_order_to_a_courier(client, cast, key_of_tests, hand_clock):
    order(client, key_of_tests)
    assert zones_with_open_legs() == []
    plan_zone(cast.zone.pk)
    hand_clock.advance(minutes=30)
    plan_zone(cast.zone.pk)
    assert Leg.objects.get().status == LegStatus.OPEN
    assert not Courier.objects.filter(load_legs__gt=0).exists()


@pytest.mark.parametrize(
    ("scenario", "moves"),
    [
        (Scenario.COURIER_DECLINES, ["offered", "open", *THE_WAY, "delivered"]),
        (Scenario.COURIER_CHANGES, ["assigned", "open", *THE_WAY, "delivered"]),
        (Scenario.RECIPIENT_ABSENT, [*THE_WAY, "failed", "returning", "returned"]),
        (Scenario.NOBODY_ACCEPTS, ["placed"]),
    ],
)
def test_a_test_order_follows_the_scenario_that_it_names(client, key_of_tests, hand_clock, scenario, moves):
    order(client, key_of_tests, scenario=scenario.value)
    play(hand_clock, 300)
    carried = Order.objects.get()
    assert (history(carried) or ["placed"], carried.status) == (moves, moves[-1])
    assert carried.needs_attention == (scenario == Scenario.NOBODY_ACCEPTS)
    assert not Courier.objects.filter(load_legs__gt=0).exists()


def test_a_late_courier_delivers_all_the_same(client, key_of_tests, hand_clock):
    order(client, key_of_tests, scenario="courier_late")
    play(hand_clock, 600)
    assert Order.objects.get().status == OrderStatus.ASSIGNED
    play(hand_clock, 900, every=30)
    assert Order.objects.get().status == OrderStatus.DELIVERED


def test_robots_that_come_late_catch_up_and_a_step_is_never_taken_twice(client, key_of_tests, hand_clock):
    order(client, key_of_tests, scenario="courier_changes")
    hand_clock.advance(minutes=10)
    assert play_due_steps() == len(SCRIPTS[Scenario.COURIER_CHANGES])
    assert play_due_steps() == 0
    assert Order.objects.get().status == OrderStatus.DELIVERED


def test_a_robot_that_died_after_a_step_and_before_it_said_so_takes_no_harm(client, key_of_tests, hand_clock):
    order(client, key_of_tests)
    play(hand_clock, 50)
    Leg.objects.update(robot_step=0)
    play(hand_clock, 100)
    assert history(Order.objects.get()) == ["assigned", "at_pickup", "picked_up", "at_dropoff", "delivered"]


def test_a_cancelled_test_order_is_left_alone(client, key_of_tests, hand_clock):
    order(client, key_of_tests)
    play(hand_clock, 10)
    placed = Order.objects.get()
    answer = client.post(
        f"/v1/orders/ord_{placed.pk.hex}/cancel",
        data={"reason": "other"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key_of_tests}", "Idempotency-Key": "two"},
    )
    assert answer.status_code == 200
    play(hand_clock, 200)
    assert Order.objects.get().status == OrderStatus.CANCELLED


def test_a_live_key_cannot_ask_for_a_scenario(client, cast, hand_clock):
    answer = order(client, cast.dee_key, scenario="delivered")
    assert answer.status_code == 422
    assert [(f["path"], f["code"]) for f in answer.json()["error"]["fields"]] == [("scenario", "test_key_required")]
    assert not Order.objects.exists()


def test_orders_whose_script_is_over_keep_nobody_waiting(client, key_of_tests, hand_clock):
    for key in ("one", "two"):
        order(client, key_of_tests, key=key, scenario="nobody_accepts")
    play(hand_clock, 65)
    order(client, key_of_tests, key="three")
    hand_clock.advance(minutes=3)
    play_due_steps(limit=2)
    assert sorted(Order.objects.values_list("status", flat=True)) == ["delivered", "placed", "placed"]


def test_robots_are_made_once_and_stand_in_no_zone(client, key_of_tests, hand_clock):
    order(client, key_of_tests)
    play(hand_clock, 20)
    robots = Courier.objects.filter(name__startswith="Robot")
    assert (robots.count(), robots.filter(zone__isnull=True).count()) == (2, 2)


@pytest.mark.parametrize("scenario", Scenario)
def test_every_scenario_has_a_script_in_the_order_of_time(scenario):
    moments = [step.after_s for step in SCRIPTS[scenario]]
    assert moments == sorted(moments)
    assert {step.act for step in SCRIPTS[scenario]} <= set(Act)
