"""What couriers were answered against the log: planted violations are found, and a good day is good."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from apps.core.ids import public_id
from apps.simulation.replay.answers import WrongAnswer, check_answers
from apps.simulation.replay.checking import EventRecord, read_log
from apps.simulation.replay.report import measure
from apps.simulation.robots.witness import ActionAnswer, Witness

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
LEG = UUID(int=7)
PICKED_UP = ActionAnswer("a1", "pick_up", "applied", leg_id=public_id("leg", LEG), epoch=1)
REPLAYED = replace(PICKED_UP, outcome="replayed")
TOO_EARLY = ActionAnswer("a1", "pick_up", "refused", code="illegal_move", retry=True)
STALE = ActionAnswer("a1", "pick_up", "refused", code="stale_epoch", leg_id=public_id("leg", LEG), epoch=3)


def moved(after="picked_up", *, leg=LEG, epoch=1):
    return EventRecord("LegMoved", "o1", NOON, {"leg_id": str(leg), "epoch": epoch, "after": after})


GOOD_LOG = (moved(),)


def wrongs(*answers, log=GOOD_LOG):
    return [wrong.wrong for wrong in check_answers({"a1": answers}, log).violations]


@pytest.mark.parametrize(
    "answers",
    [
        (PICKED_UP,),
        (PICKED_UP, REPLAYED, REPLAYED),
        (REPLAYED,),  # the first answer was lost with its server
        (TOO_EARLY, TOO_EARLY, PICKED_UP, REPLAYED),
        (STALE, replace(STALE, outcome="replayed")),
        (ActionAnswer("a1", "pause", "applied"), ActionAnswer("a1", "pause", "replayed")),
    ],
)
def test_answers_that_repeat_the_first_are_fine(answers):
    assert wrongs(*answers) == []


def test_an_action_applied_twice_is_found():
    assert wrongs(PICKED_UP, PICKED_UP) == [WrongAnswer.APPLIED_TWICE]
    assert wrongs(PICKED_UP, REPLAYED, PICKED_UP) == [WrongAnswer.APPLIED_TWICE]


def test_an_action_that_was_refused_for_good_and_applied_later_is_found():
    assert WrongAnswer.ANSWER_CHANGED in wrongs(STALE, PICKED_UP)


def test_an_action_that_was_applied_and_refused_later_is_found():
    assert wrongs(PICKED_UP, STALE) == [WrongAnswer.ANSWER_CHANGED]
    assert wrongs(PICKED_UP, replace(STALE, outcome="replayed")) == [WrongAnswer.ANSWER_CHANGED]


def test_another_refusal_than_the_first_is_found():
    other = replace(STALE, outcome="replayed", code="not_your_leg")
    assert wrongs(STALE, other) == [WrongAnswer.ANSWER_CHANGED]


def test_a_refusal_that_is_worked_out_anew_though_it_was_final_is_found():
    assert wrongs(STALE, STALE) == [WrongAnswer.ANSWER_CHANGED]


@pytest.mark.parametrize("log", [(), (moved("at_pickup"),), (moved(epoch=2),), (moved(leg=UUID(int=8)),)])
def test_a_step_that_was_applied_and_is_not_in_the_log_is_found(log):
    assert wrongs(PICKED_UP, REPLAYED, log=log) == [WrongAnswer.NOT_IN_LOG]


@pytest.mark.parametrize(
    ("kind", "stop", "after"),
    [
        ("accept_offer", "", "assigned"),
        ("arrive", "pickup", "at_pickup"),
        ("arrive", "dropoff", "at_dropoff"),
        ("deliver", "", "delivered"),
        ("fail", "", "failed"),
    ],
)
def test_every_kind_of_step_is_looked_for(kind, stop, after):
    answer = replace(PICKED_UP, kind=kind, stop=stop)
    assert wrongs(answer, log=[moved(after)]) == []
    assert wrongs(answer, log=[moved("open")]) == [WrongAnswer.NOT_IN_LOG]


def test_a_scan_that_was_applied_is_looked_for_at_its_stop():
    answer = replace(PICKED_UP, kind="scan", stop="pickup")
    scanned = [EventRecord("ParcelScannedAtStop", "o1", NOON, {"leg_id": str(LEG), "stop": "pickup"})]
    assert wrongs(answer, log=scanned) == []
    for elsewhere in ("dropoff", ""):
        assert wrongs(replace(answer, stop=elsewhere), log=scanned) == [WrongAnswer.NOT_IN_LOG]
    assert wrongs(answer, log=GOOD_LOG) == [WrongAnswer.NOT_IN_LOG]
    assert wrongs(replace(answer, outcome="refused", code="wrong_parcel"), log=[]) == []


def test_one_wrong_action_among_good_ones_counts_once():
    answers = {"a1": [PICKED_UP, PICKED_UP], "a2": [replace(PICKED_UP, action_id="a2")], "a3": [TOO_EARLY]}
    findings = check_answers(answers, [])
    assert findings.actions == 3
    assert findings.wrong_actions == {"a1", "a2"}
    measured = measure([], read_log([]), check_answers(answers, [moved()]))
    assert (measured.actions, measured.actions_wrong) == (3, 1)


def test_a_witness_remembers_what_was_sent_and_what_came_back():
    witness = Witness()
    sent = [
        {"id": "a1", "kind": "arrive", "stop": "pickup", "leg_id": "leg_1"},
        {"id": "a2", "kind": "pick_up", "leg_id": "leg_1"},
    ]
    state = {"leg_id": "leg_1", "status": "assigned", "epoch": 3}
    refused = {"id": "a2", "outcome": "refused", "error": {"code": "stale_epoch", "retry": False}, "state": state}
    witness.saw(sent, [refused, {"id": "a1", "outcome": "applied", "state": state}])
    witness.saw(sent[:1], [{"id": "a1", "outcome": "replayed", "state": state}])
    assert [answer.outcome for answer in witness.answers["a1"]] == ["applied", "replayed"]
    assert witness.answers["a1"][0] == ActionAnswer("a1", "arrive", "applied", "pickup", leg_id="leg_1", epoch=3)
    assert witness.answers["a2"] == [
        ActionAnswer("a2", "pick_up", "refused", code="stale_epoch", leg_id="leg_1", epoch=3)
    ]
