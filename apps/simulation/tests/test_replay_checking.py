"""The checker of event logs: planted violations are found, and a good log is good."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from apps.simulation.replay.checking import EventRecord, Wrong, check_leg, read_log
from apps.simulation.replay.report import SentOrder, lost_orders, measure
from apps.simulation.robots.merchant import Outcome

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
WAY = ["open", "assigned", "at_pickup", "picked_up", "at_dropoff", "delivered"]


def event(name, order="o1", minute=0.0, **payload):
    return EventRecord(name, order, NOON + timedelta(minutes=minute), payload)


def move(version, before, after, courier="bo", *, order="o1", minute=None):
    at = float(version) if minute is None else minute
    return event(
        "LegMoved",
        order,
        at,
        leg_id=f"leg-{order}",
        version=version,
        before=before,
        after=after,
        courier_id=courier if after not in ("open", "offered") else None,
    )


def way(courier="bo", *, first=1, order="o1"):
    """The moves of a leg from open to delivered."""
    steps = enumerate(pairwise(WAY), first)
    return [move(version, before, after, courier, order=order) for version, (before, after) in steps]


def story(order="o1"):
    return [event("OrderPlaced", order), *way(order=order)]


def wrongs(moves):
    return [violation.wrong for violation in check_leg("leg", moves)]


def sent(*keys, outcome=Outcome.ACKNOWLEDGED):
    return [SentOrder(key, NOON, outcome, key) for key in keys]


def test_a_delivery_without_trouble_is_fine():
    assert wrongs(way()) == []


def test_the_order_in_which_rows_are_read_does_not_matter():
    assert wrongs(way()[::-1]) == []


def test_a_leg_that_was_given_back_may_go_to_somebody_else():
    first = [move(1, "open", "assigned", "bo"), move(2, "assigned", "open", None)]
    assert wrongs([*first, *way("cy", first=3)]) == []


def test_an_offer_that_was_accepted_is_fine():
    offered = [move(1, "open", "offered"), move(2, "offered", "assigned")]
    assert wrongs([*offered, *way(first=2)[1:]]) == []


def test_a_second_courier_before_the_first_let_go_is_found():
    assert Wrong.TWO_COURIERS in wrongs([move(1, "open", "assigned", "bo"), move(2, "open", "assigned", "cy")])


def test_the_same_courier_assigned_twice_is_found():
    assert Wrong.TWO_COURIERS in wrongs([move(1, "open", "assigned", "bo"), move(2, "assigned", "assigned", "bo")])


def test_a_step_by_somebody_else_is_found():
    moves = way()
    moves[2] = move(3, "at_pickup", "picked_up", "cy")
    assert wrongs(moves) == [Wrong.STRANGER]


def test_a_second_delivery_is_found():
    assert Wrong.DELIVERED_TWICE in wrongs([*way(), move(6, "at_dropoff", "delivered")])


@pytest.mark.parametrize("step", WAY[1:])
def test_a_step_made_twice_by_the_same_hands_is_found(step):
    moves = way()
    at = WAY.index(step)
    again = [
        move(at + 1, step, step),
        *(move(n, before, after) for n, (before, after) in enumerate(pairwise(WAY[at:]), at + 2)),
    ]
    assert Wrong.STEP_TWICE in wrongs([*moves[:at], *again])


def test_a_step_made_again_after_the_leg_was_open_is_fine():
    first = [move(1, "open", "assigned"), move(2, "assigned", "at_pickup"), move(3, "at_pickup", "open")]
    assert wrongs([*first, *way(first=4)]) == []


def test_a_missing_version_is_found():
    moves = way()
    del moves[2]
    assert Wrong.VERSION_GAP in wrongs(moves)


def test_a_first_version_that_is_missing_is_found():
    assert Wrong.VERSION_GAP in wrongs(way(first=2))


def test_a_version_that_came_twice_is_found():
    assert Wrong.VERSION_REPEAT in wrongs([*way(), way()[1]])


def test_a_move_from_where_the_leg_was_not_is_found():
    moves = way()
    moves[3] = move(4, "assigned", "at_dropoff")
    assert wrongs(moves) == [Wrong.BROKEN_CHAIN]


def test_one_bad_leg_among_good_ones_counts_once():
    bad = [event("OrderPlaced", "o2"), move(1, "open", "assigned", "bo", order="o2")]
    bad += [move(1, "open", "assigned", "cy", order="o2"), move(2, "assigned", "cancelled", "cy", order="o2")]
    findings = read_log([*story("o1"), *bad, *story("o3")])
    assert findings.wrong_legs == {"leg-o2"}
    assert measure(sent("o1", "o2", "o3"), findings).double_assigned == 1


def test_nothing_is_lost_when_everything_is_delivered():
    assert lost_orders(sent("o1", "o2"), read_log([*story("o1"), *story("o2")])) == {}


def test_an_acknowledged_order_that_the_log_does_not_have_is_lost():
    assert list(lost_orders(sent("o1", "o2"), read_log(story("o1")))) == ["o2"]


def test_an_order_that_was_never_answered_and_is_not_there_is_lost():
    unanswered = [SentOrder("o2", NOON, Outcome.UNKNOWN)]
    assert list(lost_orders(unanswered, read_log(story("o1")))) == ["o2"]


def test_a_refused_order_is_not_lost():
    assert lost_orders(sent("o2", outcome=Outcome.REFUSED), read_log(story("o1"))) == {}


@pytest.mark.parametrize("left_at", range(len(WAY) - 1))
def test_an_order_that_stays_somewhere_on_its_way_is_lost(left_at):
    findings = read_log([event("OrderPlaced"), *way()[:left_at]])
    assert list(lost_orders(sent("o1"), findings)) == ["o1"]


def test_an_order_that_stays_on_its_way_and_is_flagged_is_not_lost():
    findings = read_log([event("OrderPlaced"), *way()[:2], event("AttentionRaised", reason="late")])
    assert lost_orders(sent("o1"), findings) == {}


def test_a_flag_that_was_taken_down_again_does_not_count():
    flags = [event("AttentionRaised", reason="late"), event("AttentionCleared", reason="late")]
    assert list(lost_orders(sent("o1"), read_log([event("OrderPlaced"), *flags]))) == ["o1"]


def test_an_order_of_the_log_that_no_merchant_remembers_must_end_too():
    findings = read_log([*story("o1"), event("OrderPlaced", "ghost")])
    assert list(lost_orders(sent("o1"), findings)) == ["ghost"]


def test_a_cancelled_order_has_ended():
    findings = read_log([event("OrderPlaced"), move(1, "open", "cancelled", None)])
    assert lost_orders(sent("o1"), findings) == {}


def test_waits_are_counted_from_the_moment_that_was_meant():
    late = SentOrder("o1", NOON - timedelta(minutes=10), Outcome.ACKNOWLEDGED, "o1")
    measured = measure([late], read_log(story("o1")))
    assert measured.click_to_door_min == pytest.approx(15)  # delivered at minute 5, meant for ten minutes before noon
    assert measured.order_to_assigned_p95_s == pytest.approx(60)


def test_a_day_without_deliveries_has_no_mean():
    measured = measure(sent("o1"), read_log([event("OrderPlaced"), event("AttentionRaised", reason="waiting")]))
    assert (measured.delivered, measured.click_to_door_min, measured.lost) == (0, None, 0)
