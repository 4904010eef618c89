"""What the rows and figures of the board say."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.models import Event
from apps.core.short_memory import forget_everything
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier
from apps.couriers.positions import Fix, record_positions
from apps.dashboard.selectors import board as board_selector
from apps.dashboard.tests.people import off_duty
from apps.dashboard.tests.test_who_sees_what import deliver, only_row, read
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import PlannedPart, assign_leg, courier_moves_leg, make_offer
from apps.orders.lifecycle import LegStatus
from apps.orders.services import note_unassigned, raise_attention
from conftest import HandClock
from tests.cast import CENTRE, Cast, begin_shift, make_courier, placed, ready_in


def test_a_waiting_order_says_why_it_waits(hand_clock: HandClock, cast: Cast, ada: Client):
    _, leg = placed(cast)
    note_unassigned({leg.pk: "no_courier_free"}, current={})
    row = only_row(ada)
    assert (row["state"], row["status_word"], row["note"]) == (
        "waiting",
        "Waiting",
        "Every courier who could take it is busy",
    )
    assert row["merchant"] == "Dee's bakery"
    assert row["dropoff"] == "3 rue de Charonne"
    assert row["due_at"] == "2026-06-10T10:40:00Z"


def test_an_order_that_needs_attention_says_it_in_words(cast: Cast, ada: Client):
    order, _ = placed(cast)
    raise_attention(order_id=order.pk, reason="too_heavy")
    assert only_row(ada)["attention"] == "Too heavy for every courier on duty"


def test_an_unknown_reason_is_shown_as_its_own_words(cast: Cast, ada: Client):
    order, _ = placed(cast)
    raise_attention(order_id=order.pk, reason="bridge_closed")
    assert only_row(ada)["attention"] == "Bridge closed"


def test_an_assigned_order_shows_its_courier_and_when_it_is_expected(hand_clock: HandClock, cast: Cast, ada: Client):
    _, leg = placed(cast)
    planned = PlannedPart(leg.version, 1, 2, ready_in(10), ready_in(25))
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER, planned=planned)
    row = only_row(ada)
    assert (row["state"], row["courier"], row["places"]) == ("assigned", "Bo", [1, 2])
    assert row["expected_at"] == "2026-06-10T10:25:00Z"


def test_an_offer_shows_to_whom_and_until_when(hand_clock: HandClock, cast: Cast, ada: Client):
    _, leg = placed(cast)
    offer = make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.cy.pk)
    row = only_row(ada)
    assert (row["status_word"], row["state"], row["courier"]) == ("Offered", "waiting", "Cy")
    assert row["offer_until"] == offer.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_couriers_are_free_on_the_way_carrying_or_paused(cast: Cast, ada: Client):
    _, first = placed(cast)
    assignment = assign_leg(leg_id=first.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    assert states(ada) == {"Bo": "to_pickup", "Cy": "free"}
    for status in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP):
        courier_moves_leg(courier_id=cast.bo.pk, leg_id=first.pk, epoch=assignment.epoch, to=status)
    Courier.objects.filter(pk=cast.cy.pk).update(status=CourierStatus.PAUSED)
    assert states(ada) == {"Bo": "carrying", "Cy": "paused"}
    off_duty(cast.cy)
    assert states(ada) == {"Bo": "carrying"}


def test_a_live_position_counts_more_than_the_last_act(cast: Cast, ada: Client):
    record_positions(cast.bo.pk, [Fix(CENTRE, clock.now())], at=clock.now())
    at = {row["name"]: row["at"] for row in read(ada)["couriers"]}
    assert at["Bo"] == pytest.approx([CENTRE.lon, CENTRE.lat], abs=1e-4)
    assert at["Cy"] == pytest.approx([cast.cy.last_lon, cast.cy.last_lat])


def test_the_board_counts_deliveries_since_midnight_in_the_zone(hand_clock: HandClock, cast: Cast, ada: Client):
    hand_clock.moment = hand_clock.moment.replace(hour=21, minute=50)  # 23:50 in Paris
    begin_shift(cast.bo, cast.zone)
    _, yesterday = placed(cast)
    deliver(yesterday, cast.bo)
    hand_clock.advance(minutes=20)
    _, today = placed(cast)
    hand_clock.advance(minutes=15)
    deliver(today, cast.bo)
    assert read(ada)["figures"] == {"delivered_today": 1, "click_to_door_min": 7.5}


def test_without_deliveries_there_is_no_median(cast: Cast, ada: Client):
    assert read(ada)["figures"] == {"delivered_today": 0, "click_to_door_min": None}


def test_an_order_leaves_the_board_an_hour_after_it_ended(hand_clock: HandClock, cast: Cast, ada: Client):
    _, leg = placed(cast)
    deliver(leg, cast.bo)
    assert only_row(ada)["state"] == "ended"
    hand_clock.advance(minutes=61)
    assert read(ada)["orders"] == []


def test_more_orders_than_fit_are_cut_to_the_newest(cast: Cast, ada: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(board_selector, "LIVE_ROWS", 2)
    placed(cast)
    newest = {placed(cast)[0].short_code for _ in range(2)}
    state = read(ada)
    assert {row["code"] for row in state["orders"]} == newest
    assert state["is_cut"]


def test_the_board_says_that_dispatch_is_paused(hand_clock: HandClock, cast: Cast, ada: Client):
    placed(cast)
    assert not read(ada)["is_paused"]
    hand_clock.advance(minutes=1)
    assert read(ada)["is_paused"]
    Event.objects.update(relayed_at=clock.now())
    assert not read(ada)["is_paused"]


def test_the_state_tells_the_platforms_time_and_speed(hand_clock: HandClock, cast: Cast, ada: Client):
    state = read(ada)
    assert (state["now"], state["speed"]) == ("2026-06-10T10:00:00Z", 1.0)
    assert state["zones"][0]["time_zone"] == "Europe/Paris"


def test_ten_times_the_orders_need_no_more_queries(cast: Cast, ada: Client, administrator: Client):
    fill(cast, 2)
    before = queries(ada), queries(administrator)
    fill(cast, 20)
    assert (queries(ada), queries(administrator)) == before
    assert before[0] <= 29
    assert before[1] <= 16


def fill(cast: Cast, count: int) -> None:
    """Orders in every state, each assigned one with a courier of its own."""
    for _ in range(count):
        placed(cast)
        _, offered = placed(cast)
        make_offer(leg_id=offered.pk, leg_version=offered.version, courier_id=cast.bo.pk)
        _, assigned = placed(cast)
        number = Courier.objects.count()
        courier = make_courier(cast.fleet, cast.zone, name=f"Courier {number}", phone=f"+3363997{number:04d}")
        assign_leg(leg_id=assigned.pk, courier_id=courier.pk, by=AssignedBy.PLANNER)
        _, done = placed(cast)
        deliver(done, cast.cy)


def queries(client: Client) -> int:
    """How many queries the state takes for the first who asks."""
    forget_everything()
    with CaptureQueriesContext(connection) as captured:
        read(client)
    return len(captured)


def states(client: Client) -> dict[str, str]:
    """What every courier is doing."""
    return {row["name"]: row["state"] for row in read(client)["couriers"]}
