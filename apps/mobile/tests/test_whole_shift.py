"""A whole shift over a bad network: any permutation, repetition and loss, in batches of any cut, ends the same way."""

import os
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.lifecycle import CourierStatus
from apps.dispatch.lifecycle import AssignedBy, AssignmentEnd, OfferStatus
from apps.dispatch.services import assign_leg, unassign_leg
from apps.mobile.tests.shifts import DEAF, HEARD, LOST, come_to_work, story_of, work
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from tests.cast import placed

pytestmark = pytest.mark.django_db
ACTIONS = 20
IS_MONGODB = os.environ.get("COURSIER_TEST_DATABASE") == "mongodb"
EXAMPLES = 8 if IS_MONGODB else 40  # the stand-in for MongoDB takes ten times as long for each
SHORT = (Phase.explicit, Phase.generate, Phase.shrink)  # what hypothesis would explain takes minutes
DUTY = ("start_shift", "pause", "resume", "end_shift")
fates = st.sampled_from([LOST, DEAF, HEARD])


def batches(places, *, most):
    """What a network makes of these actions: batches of any cut, each with its fate."""
    return st.lists(st.tuples(st.lists(st.sampled_from(places), min_size=1, max_size=12), fates), max_size=most)


@dataclass(frozen=True, slots=True)
class Weather:
    """What the network does to a shift: until its legs are accepted, to the rest, and when the outbox is emptied."""

    first: list
    then: list
    order: list
    at_a_time: int


weathers = st.builds(
    Weather,
    first=batches(range(5), most=4),
    then=batches(range(ACTIONS), most=8),
    order=st.permutations(range(ACTIONS)),
    at_a_time=st.integers(1, ACTIONS),
)


@pytest.fixture
def straight(cast, messages, hand_clock):
    """How a shift ends when everything arrives once and in order."""
    shift = come_to_work(cast, messages)
    shift.outbox.settle(shift.begun, at_a_time=1)
    work(shift)
    shift.outbox.settle(range(ACTIONS), at_a_time=1)
    return story_of(shift), kept_results(shift)


def kept_results(shift):
    """The first results of what is about legs, without their ids."""
    kept = [(shift.outbox.actions[place], result) for place, result in sorted(shift.outbox.first.items())]
    return [
        (action["kind"], result["outcome"], result.get("error"), {**result.get("state", {}), "leg_id": None})
        for action, result in kept
        if action["kind"] not in DUTY
    ]


def test_a_shift_over_a_good_network_ends_as_it_should(straight):
    story, results = straight
    assert story["duty"] == (CourierStatus.OFF_DUTY, 0, None)
    assert [leg[0] for leg in story["legs"]] == ["delivered", "delivered", "failed", "open"]
    assert story["offers"] == [*[OfferStatus.ACCEPTED] * 3, OfferStatus.DECLINED]
    assert [end for *_, end in story["assignments"]] == ["delivered", "delivered", AssignmentEnd.FAILED]
    way = ["offered", "assigned", "at_pickup", "picked_up", "at_dropoff"]
    moves = [[after for name, after in events if name == "LegMoved"] for events in story["events"]]
    assert moves == [[*way, "delivered"], [*way, "delivered"], [*way, "failed"], ["offered", "open"]]
    assert {outcome for _, outcome, *_ in results} == {"applied"}
    assert len(results) == ACTIONS - len(DUTY)


@settings(
    max_examples=EXAMPLES, deadline=None, phases=SHORT, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(weather=weathers)
def test_a_shift_ends_the_same_whatever_the_network_does(cast, messages, straight, weather):
    shift = come_to_work(cast, messages)
    for places, fate in weather.first:
        shift.outbox.send(places, fate)
    shift.outbox.send(shift.begun, DEAF)
    work(shift)
    assert len(shift.outbox.actions) == ACTIONS
    for places, fate in weather.then:
        shift.outbox.send(places, fate)
    shift.outbox.settle(weather.order, at_a_time=weather.at_a_time)

    story, results = straight
    assert story_of(shift) == story
    assert kept_results(shift) == results
    assert_duty_is_a_chain(shift)
    again = shift.outbox.phone.send(*shift.outbox.actions)
    assert again == [{**shift.outbox.first[place], "outcome": "replayed"} for place in range(ACTIONS)]
    assert story_of(shift) == story


def assert_duty_is_a_chain(shift):
    """Each change of duty begins where the one before ended; of those that came too late, none was made."""
    changes = Event.objects.filter(name="DutyChanged", payload__courier_id=str(shift.courier.pk)).order_by("id")
    ways = [(row.payload["before"], row.payload["after"]) for row in changes]
    assert all(before == ended for (_, ended), (before, _) in pairwise(ways)), ways
    duty = [result for place, result in shift.outbox.first.items() if shift.outbox.actions[place]["kind"] in DUTY]
    assert {result["error"]["code"] for result in duty if "error" in result} <= {"superseded"}


@settings(
    max_examples=EXAMPLES // 2, deadline=None, phases=SHORT, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(8)), cut=st.integers(1, 8))
def test_what_was_done_before_a_leg_changed_hands_is_refused_and_what_came_after_is_done(cast, bos_phone, order, cut):
    """Bo had the leg, lost it and got it back: four steps of then and four of now, in any order."""
    _, leg = placed(cast)
    stale = given_to_bo(cast, leg)
    before = bos_phone.way_of(stale)
    unassign_leg(leg_id=leg.pk, reason="too far")
    now = given_to_bo(cast, leg)
    outbox, first = [*before, *bos_phone.way_of(now)], {}
    for _ in outbox:
        waiting = [outbox[place] for place in order if outbox[place]["id"] not in first]
        for start in range(0, len(waiting), cut):
            for result in bos_phone.send(*waiting[start : start + cut]):
                if result["outcome"] != "refused" or not result["error"]["retry"]:
                    first[result["id"]] = result
    for action in before:
        result = first[action["id"]]
        assert (result["outcome"], result["error"]["code"]) == ("refused", "stale_epoch")
        assert (result["state"]["leg_id"], result["state"]["epoch"]) == (public_id("leg", leg.pk), now.epoch)
    assert [first[action["id"]]["outcome"] for action in outbox[4:]] == ["applied"] * 4
    moves = Event.objects.filter(order_id=leg.order_id, name="LegMoved").order_by("id")
    way = [LegStatus.ASSIGNED, LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED]
    assert [move.payload["after"] for move in moves] == ["assigned", "open", *way]


def given_to_bo(cast, leg):
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    return Leg.objects.get(pk=leg.pk)
