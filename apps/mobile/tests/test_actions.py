"""Batches of actions: each on its own, each once, in the phone's own order."""

from uuid import uuid4

import pytest

from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch.lifecycle import AssignedBy, OfferStatus
from apps.dispatch.models import Offer
from apps.dispatch.services import assign_leg, make_offer, unassign_leg
from apps.mobile.models import CourierAction
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from tests.cast import BAKERY, HOME, freelance, placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def leg(cast, hand_clock):
    """A leg that Bo has."""
    return given_to(cast.bo, cast)


def given_to(courier, cast):
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.DISPATCHER)
    return Leg.objects.get(pk=leg.pk)


def status_of(leg):
    return Leg.objects.get(pk=leg.pk).status


def outcomes(results):
    return [result["outcome"] for result in results]


def moves_of(leg):
    rows = Event.objects.filter(order_id=leg.order_id, name="LegMoved").order_by("id")
    return [row.payload["after"] for row in rows]


def refused(result):
    assert result["outcome"] == "refused", result
    return result["error"]["code"], result["error"]["retry"]


def test_a_whole_delivery_fits_in_one_batch(cast, bos_phone, leg):
    results = bos_phone.send(*bos_phone.way_of(leg))
    assert outcomes(results) == ["applied"] * 4
    assert [result["state"]["status"] for result in results] == ["at_pickup", "picked_up", "at_dropoff", "delivered"]
    assert results[0]["state"]["leg_id"] == public_id("leg", leg.pk)
    assert moves_of(leg) == ["assigned", "at_pickup", "picked_up", "at_dropoff", "delivered"]
    assert Courier.objects.get(pk=cast.bo.pk).load_legs == 0


def test_the_order_of_a_batch_is_that_of_its_sequence(bos_phone, leg):
    way = bos_phone.way_of(leg)
    results = bos_phone.send(*reversed(way))
    assert [result["id"] for result in results] == [action["id"] for action in reversed(way)]
    assert outcomes(results) == ["applied"] * 4
    assert status_of(leg) == LegStatus.DELIVERED


def test_an_action_sent_again_gets_its_first_result(bos_phone, leg):
    arrive = bos_phone.way_of(leg)[0]
    first, again = bos_phone.send(arrive)[0], bos_phone.send(arrive)[0]
    assert (first["outcome"], again) == ("applied", {**first, "outcome": "replayed"})
    assert moves_of(leg) == ["assigned", "at_pickup"]


def test_an_action_twice_in_one_batch_is_done_once(bos_phone):
    pause = bos_phone.action("pause")
    assert outcomes(bos_phone.send(pause, pause)) == ["applied", "replayed"]
    assert Event.objects.filter(name="DutyChanged").count() == 1


def test_the_same_id_from_another_courier_is_another_action(bos_phone, cys_phone):
    shared = str(uuid4())
    assert bos_phone.act("pause", id=shared)["outcome"] == "applied"
    assert cys_phone.act("pause", id=shared)["outcome"] == "applied"


def test_a_refused_action_does_not_stop_the_others(bos_phone, leg):
    strange = bos_phone.action("pick_up", leg_id=public_id("leg", uuid4()), epoch=1)
    results = bos_phone.send(strange, *bos_phone.way_of(leg))
    assert refused(results[0]) == ("leg_not_found", False)
    assert outcomes(results[1:]) == ["applied"] * 4


def test_a_final_refusal_is_kept_and_told_again(cast, bos_phone, hand_clock):
    cys_leg = given_to(cast.cy, cast)
    action = bos_phone.way_of(cys_leg)[0]
    first, again = bos_phone.send(action)[0], bos_phone.send(action)[0]
    assert refused(first) == ("not_your_leg", False)
    assert again == {**first, "outcome": "replayed"}
    assert status_of(cys_leg) == LegStatus.ASSIGNED


def test_a_step_ahead_of_its_turn_is_not_kept_and_applied_when_it_comes_again(bos_phone, leg):
    arrive, pick_up, *_ = bos_phone.way_of(leg)
    early = bos_phone.send(pick_up)[0]
    assert refused(early) == ("illegal_move", True)
    assert early["state"] == {"leg_id": pick_up["leg_id"], "status": "assigned", "epoch": leg.epoch}
    assert not CourierAction.objects.exists()
    bos_phone.send(arrive)
    assert bos_phone.send(pick_up)[0]["outcome"] == "applied"


def test_a_step_made_already_under_another_id_changes_nothing(bos_phone, leg):
    bos_phone.send(*bos_phone.way_of(leg)[:2])
    late = bos_phone.send(bos_phone.way_of(leg)[0])[0]
    assert (late["outcome"], late["state"]["status"]) == ("applied", "picked_up")
    assert moves_of(leg) == ["assigned", "at_pickup", "picked_up"]


def test_an_action_on_a_leg_that_changed_hands_is_told_so(cast, bos_phone, leg):
    before = bos_phone.way_of(leg)[0]
    unassign_leg(leg_id=leg.pk, reason="too far")
    result = bos_phone.send(before)[0]
    assert refused(result) == ("stale_epoch", False)
    assert result["state"] == {"leg_id": before["leg_id"], "status": "open", "epoch": leg.epoch + 1}
    assert status_of(leg) == LegStatus.OPEN


def test_a_delivered_leg_cannot_fail(bos_phone, leg):
    bos_phone.send(*bos_phone.way_of(leg))
    result = bos_phone.act("fail", leg_id=public_id("leg", leg.pk), epoch=leg.epoch, reason="nobody home")
    assert result["outcome"] == "refused"
    assert not result["error"]["retry"]
    assert status_of(leg) == LegStatus.DELIVERED


def test_a_failure_at_the_door_keeps_its_reason(bos_phone, leg):
    bos_phone.send(*bos_phone.way_of(leg)[:3])
    named = {"leg_id": public_id("leg", leg.pk), "epoch": leg.epoch}
    assert bos_phone.act("fail", reason="nobody home", **named)["state"]["status"] == "failed"
    moved = Event.objects.filter(order_id=leg.order_id, name="LegMoved").order_by("-id")[0]
    assert (moved.payload["reason"], moved.payload["note"]) == ("other", "nobody home")
    assert moved.actor == f"courier:{public_id('cou', leg.courier_id)}"


def test_a_failure_at_the_door_that_comes_before_its_pickup_waits_for_it(bos_phone, leg):
    way = bos_phone.way_of(leg)
    named = {"leg_id": public_id("leg", leg.pk), "epoch": leg.epoch}
    fail = bos_phone.action("fail", reason="recipient_absent", stop="dropoff", **named)
    bos_phone.send(way[0])
    early = bos_phone.send(fail)[0]
    assert refused(early) == ("illegal_move", True)
    assert early["state"]["status"] == status_of(leg) == LegStatus.AT_PICKUP
    bos_phone.send(*way[1:3])
    assert bos_phone.send(fail)[0]["outcome"] == "applied"
    assert moves_of(leg) == ["assigned", "at_pickup", "picked_up", "at_dropoff", "failed"]


def test_a_failure_at_a_pickup_that_was_made_fails_nothing(bos_phone, leg):
    bos_phone.send(*bos_phone.way_of(leg)[:3])
    named = {"leg_id": public_id("leg", leg.pk), "epoch": leg.epoch}
    assert bos_phone.act("fail", reason="closed", stop="pickup", **named)["error"]["code"] == "illegal_move"
    assert status_of(leg) == LegStatus.AT_DROPOFF
    assert bos_phone.act("fail", reason="closed", stop="hub", **named)["error"]["code"] == "invalid_action"


def test_an_accepted_offer_is_the_couriers_leg(cast, bos_phone, hand_clock):
    freelance(cast.fleet)
    _, leg = placed(cast)
    offer = make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    result = bos_phone.act("accept_offer", offer_id=public_id("off", offer.pk))
    assert (result["outcome"], result["state"]["status"]) == ("applied", "assigned")
    assert bos_phone.sync()["stops"][0]["epoch"] == result["state"]["epoch"]


def test_an_offer_accepted_too_late_is_gone(cast, bos_phone, hand_clock):
    freelance(cast.fleet)
    _, leg = placed(cast)
    offer = make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    in_time = hand_clock().isoformat()
    hand_clock.advance(minutes=5)
    result = bos_phone.act("accept_offer", offer_id=public_id("off", offer.pk), device_time=in_time)
    assert refused(result) == ("offer_gone", False)
    assert result["state"] == {"leg_id": public_id("leg", leg.pk), "status": "offered", "epoch": 0}
    assert (status_of(leg), Offer.objects.get().status) == (LegStatus.OFFERED, OfferStatus.LIVE)


def test_a_declined_offer_leaves_the_leg_to_others(cast, bos_phone, hand_clock):
    freelance(cast.fleet)
    _, leg = placed(cast)
    offer = make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    assert bos_phone.act("decline_offer", offer_id=public_id("off", offer.pk), reason="tired")["outcome"] == "applied"
    declined = Offer.objects.get(pk=offer.pk)
    assert (declined.status, declined.reason, status_of(leg)) == (OfferStatus.DECLINED, "tired", LegStatus.OPEN)


def test_another_couriers_offer_does_not_exist(cast, bos_phone, cys_phone, hand_clock):
    freelance(cast.fleet)
    _, leg = placed(cast)
    offer = make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    assert refused(cys_phone.act("accept_offer", offer_id=public_id("off", offer.pk))) == ("offer_not_found", False)
    assert status_of(leg) == LegStatus.OFFERED


def test_where_a_courier_acted_is_kept(cast, bos_phone, leg):
    arrive = bos_phone.way_of(leg)[0]
    bos_phone.send({**arrive, "lat": BAKERY.lat, "lon": BAKERY.lon})
    assert Courier.objects.get(pk=cast.bo.pk).last_point == BAKERY


def test_where_a_refused_action_was_tried_is_not_kept(cast, bos_phone, leg):
    pick_up = bos_phone.way_of(leg)[1]
    bos_phone.send({**pick_up, "lat": HOME.lat, "lon": HOME.lon})
    assert Courier.objects.get(pk=cast.bo.pk).last_point == BAKERY


@pytest.mark.parametrize(("ahead_s", "told"), [(0, 0), (-7.5, -7.5), (3_600, 300), (-86_400, -300)])
def test_the_phones_clock_is_kept_as_it_was_and_judged_within_five_minutes(bos_phone, hand_clock, ahead_s, told):
    received = hand_clock()
    said = hand_clock.advance(seconds=ahead_s)
    hand_clock.moment = received
    assert bos_phone.act("pause", device_time=said.isoformat())["clock_offset_s"] == told
    assert CourierAction.objects.get().device_time == said


def test_a_leg_keeps_the_time_of_the_phone_as_it_was_said(bos_phone, leg):
    arrive = bos_phone.way_of(leg)[0]
    bos_phone.send({**arrive, "device_time": "2026-06-10T06:00:00+02:00"})
    moved = Event.objects.filter(order_id=leg.order_id, name="LegMoved").order_by("-id")[0]
    assert moved.payload["device_time"] == "2026-06-10T04:00:00+00:00"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("arrive", {"leg_id": "leg_x", "epoch": 1}),
        ("arrive", {"leg_id": "leg_x", "epoch": 1, "stop": "hub"}),
        ("pick_up", {"epoch": 1}),
        ("deliver", {"leg_id": "leg_x"}),
        ("fail", {"leg_id": "leg_x", "epoch": 1}),
        ("accept_offer", {}),
        ("decline_offer", {}),
        ("teleport", {}),
    ],
)
def test_an_action_that_lacks_something_is_refused_alone_and_not_kept(bos_phone, kind, fields):
    incomplete, pause = bos_phone.action(kind, **fields), bos_phone.action("pause")
    results = bos_phone.send(incomplete, pause)
    assert refused(results[0]) == ("invalid_action", False)
    assert results[1]["outcome"] == "applied"
    assert CourierAction.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "1"),
        ("id", None),
        ("kind", 7),
        ("sequence", -1),
        ("sequence", "1"),
        ("sequence", 2**53),
        ("device_time", "2026-06-10T10:00:00"),
        ("device_time", "soon"),
        ("epoch", 1.5),
        ("reason", "x" * 81),
        ("reason", "a\x00b"),
        ("lat", 91),
        ("courier_id", "cou_somebody"),
    ],
)
def test_a_batch_that_cannot_be_read_is_refused_as_a_whole(cast, bos_phone, field, value):
    unreadable = {**bos_phone.action("pause", lat=48, lon=2), field: value}
    answer = bos_phone.post("actions", {"actions": [bos_phone.action("pause"), unreadable]})
    assert answer.status_code == 400
    assert [wrong["path"] for wrong in answer.json()["error"]["fields"]] == [f"actions[1].{field}"]
    assert not CourierAction.objects.exists()


def test_half_a_place_is_none(bos_phone):
    answer = bos_phone.post("actions", {"actions": [bos_phone.action("pause", lat=48)]})
    assert answer.status_code == 400


@pytest.mark.parametrize("body", [{}, {"actions": []}, {"actions": {}}, [], {"actions": [1]}, b"{", b"[NaN]"])
def test_a_body_that_is_no_batch_is_refused(cast, bos_phone, body):
    answer = bos_phone.post("actions", body)
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"code", "message", "request_id", "fields"}


def test_a_hundred_actions_are_the_most(bos_phone):
    pauses = [bos_phone.action("pause") for _ in range(101)]
    assert bos_phone.post("actions", {"actions": pauses}).status_code == 400
    assert set(outcomes(bos_phone.send(*pauses[:100]))) == {"applied"}


def test_a_body_beyond_the_limit_is_not_read(bos_phone):
    assert bos_phone.post("actions", b" " * (256 * 1024 + 1)).status_code == 413
