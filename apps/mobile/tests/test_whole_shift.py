"""A whole shift over a bad network: any permutation, repetition and loss, in batches of any cut, ends the same way.

Steps, scans, photos, signatures, PINs and reports: what is compared at the end is `stories.py`.
"""

import os
from collections import Counter
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
from apps.mobile.switches import DUTY_KINDS
from apps.mobile.tests.outboxes import DEAF, HEARD, LOST, PICTURE
from apps.mobile.tests.shifts import AFTERWARDS, come_to_work, work
from apps.mobile.tests.stories import kept_results, story_of
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from tests.cast import placed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage", "no_phone_limit")]
ACTIONS, PICTURES = 32, 4
PLACES = ACTIONS + PICTURES
IS_MONGODB = os.environ.get("COURSIER_TEST_DATABASE") == "mongodb"
EXAMPLES = 5 if IS_MONGODB else 20  # the stand-in for MongoDB takes ten times as long for each
SHORT = (Phase.explicit, Phase.generate, Phase.shrink)  # what hypothesis would explain takes minutes
fates = st.sampled_from([LOST, DEAF, HEARD])


def batches(places, *, most):
    """What a network makes of these actions: batches of any cut, each with its fate."""
    return st.lists(st.tuples(st.lists(st.sampled_from(places), min_size=1, max_size=12), fates), max_size=most)


@dataclass(frozen=True, slots=True)
class Weather:
    """What the network does to a shift: until its legs are accepted, to the rest, and when the outbox is emptied.

    `late` are the kinds that come through when all else has.
    """

    first: list
    then: list
    order: list
    at_a_time: int
    late: set


weathers = st.builds(
    Weather,
    first=batches(range(5), most=4),
    then=batches(range(PLACES), most=8),
    order=st.permutations(range(PLACES)),
    at_a_time=st.integers(1, PLACES),
    late=st.sets(st.sampled_from(["scan", "report", PICTURE])),
)


@pytest.fixture
def straight(cast):
    """How a shift ends when everything arrives once and in order."""
    shift = come_to_work(cast)
    shift.outbox.settle(shift.begun, at_a_time=1)
    work(shift)
    shift.outbox.settle(range(PLACES), at_a_time=1)
    return story_of(shift), kept_results(shift)


def test_a_shift_over_a_good_network_ends_as_it_should(straight):
    story, _ = straight
    assert story["duty"] == (CourierStatus.OFF_DUTY, 0, None)
    assert [leg[0] for leg in story["legs"]] == ["delivered", "delivered", "failed", "open"]
    assert story["offers"] == [*[OfferStatus.ACCEPTED] * 3, OfferStatus.DECLINED]
    assert [end for *_, end in story["assignments"]] == ["delivered", "delivered", AssignmentEnd.FAILED]
    way = ["offered", "assigned", "at_pickup", "picked_up", "at_dropoff"]
    assert story["moves"] == [[*way, "delivered"], [*way, "delivered"], [*way, "failed"], ["offered", "open"]]


def test_what_was_shown_over_a_good_network_is_there_and_what_was_wrong_with_it_is_flagged(straight):
    story, results = straight
    scans = [[(stop, parcel) for stop, parcel, *_ in of_leg] for of_leg in story["scans"]]
    both = [("dropoff", 0), ("dropoff", 1), ("pickup", 0), ("pickup", 1)]
    assert scans == [both, [("dropoff", 0)], [("dropoff", 0)], []]
    files = [[(stop, kind) for stop, kind, *_ in of_leg] for of_leg in story["files"]]
    assert files == [[("dropoff", "signature"), ("pickup", "photo")], *[[("dropoff", "photo")]] * 2, []]
    assert all(file[-3:] == (True, True, []) for of_leg in story["files"] for file in of_leg)  # named, whole, no pieces
    assert story["pins"] == [(1,), (2,), None, None]
    incidents = [[kind for kind, *_ in of_leg] for of_leg in story["incidents"]]
    assert incidents == [["damaged_parcel"], ["far_from_dropoff", "reused_photo"], ["failed"], []]
    assert story["flags"] == [True, True, True, False]
    published = Counter(name for name, *_ in story["events"][0].elements())
    assert (published["ParcelScannedAtStop"], published["ProofArrived"], published["IncidentOpened"]) == (4, 2, 1)
    refusals = Counter(error["code"] for _, _, error, _ in results if error)
    assert refusals == {"wrong_parcel": 1, "stale_epoch": 1, "not_your_leg": 1, "wrong_pin": 1}
    assert len(results) == ACTIONS - len(DUTY_KINDS)


@settings(
    max_examples=EXAMPLES, deadline=None, phases=SHORT, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(weather=weathers)
def test_a_shift_ends_the_same_whatever_the_network_does(cast, straight, weather):
    shift = come_to_work(cast)
    for places, fate in weather.first:
        shift.outbox.send(places, fate)
    shift.outbox.send(shift.begun, DEAF)
    work(shift)
    assert len(shift.outbox.made) == PLACES - AFTERWARDS
    late = shift.outbox.places_of(weather.late)
    for places, fate in weather.then:
        shift.outbox.send([place for place in places if place not in late], fate)
    shift.outbox.settle(weather.order, at_a_time=weather.at_a_time, late=late)

    story, results = straight
    assert story_of(shift) == story
    assert kept_results(shift) == results
    assert_duty_is_a_chain(shift)
    assert_all_is_known(shift.outbox)
    assert story_of(shift) == story


def assert_all_is_known(outbox):
    """Sent once more, every action is answered with its first result, and every picture is whole."""
    again = outbox.phone.send(*outbox.actions.values())
    assert again == [{**outbox.first[place], "outcome": "replayed"} for place in outbox.actions]
    for picture in outbox.pictures.values():
        for known in (None, len(picture.content)):
            picture.received_bytes = known
            seen = picture.brought_on(outbox.phone)
            assert seen == {"id": picture.id, "received_bytes": len(picture.content), "is_complete": True}


def assert_duty_is_a_chain(shift):
    """Each change of duty begins where the one before ended; of those that came too late, none was made."""
    changes = Event.objects.filter(name="DutyChanged", payload__courier_id=str(shift.courier.pk)).order_by("id")
    ways = [(row.payload["before"], row.payload["after"]) for row in changes]
    assert all(before == ended for (_, ended), (before, _) in pairwise(ways)), ways
    duty = [result for place, result in shift.outbox.first.items() if shift.outbox.actions[place]["kind"] in DUTY_KINDS]
    assert {result["error"]["code"] for result in duty if "error" in result} <= {"superseded"}


@settings(
    max_examples=EXAMPLES, deadline=None, phases=SHORT, suppress_health_check=[HealthCheck.function_scoped_fixture]
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
