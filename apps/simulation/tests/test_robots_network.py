"""A bad line and a phone that dies: what is lost, what is kept, and what comes in another order."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest

from apps.core.geo import Point
from apps.simulation.robots.actions import Action
from apps.simulation.robots.errors import NoAnswer, NoNetwork
from apps.simulation.robots.habits import IDEAL, Habits
from apps.simulation.robots.hours import Span
from apps.simulation.robots.mishaps import Mishaps
from apps.simulation.robots.network import Network
from apps.simulation.robots.phone import Phone
from apps.simulation.robots.witness import Witness
from coursier.embedded.pace import Pace

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
AWAY = Span(NOON - timedelta(minutes=1), NOON + timedelta(hours=1))
TOO_EARLY = {"code": "illegal_move", "message": "", "retry": True}


class Platform:
    """Applies every action once; `refuses` says which are refused, by kind, and with what error."""

    def __init__(self):
        self.asked, self.first, self.batches, self.refuses = Counter(), {}, [], {}

    def __call__(self, request):
        self.asked[request.url.path] += 1
        if request.url.path.endswith("positions"):
            return httpx.Response(200, json={"accepted": 1, "news": 1})
        actions = json.loads(request.content)["actions"]
        self.batches.append([action["kind"] for action in actions])
        results = [self.result_of(action) for action in sorted(actions, key=lambda action: action["sequence"])]
        return httpx.Response(200, json={"results": results, "news": 1})

    def result_of(self, action):
        if action["kind"] in self.refuses:
            return {"id": action["id"], "outcome": "refused", "error": self.refuses[action["kind"]]}
        known = action["id"] in self.first
        self.first.setdefault(action["id"], action["kind"])
        return {"id": action["id"], "outcome": "replayed" if known else "applied"}

    @property
    def applied(self):
        return list(self.first.values())


@pytest.fixture
def platform():
    return Platform()


def network_to(platform, habits=IDEAL, **changes):
    client = httpx.AsyncClient(base_url="http://platform", transport=httpx.MockTransport(platform))
    pace = Pace.starting_now(origin=NOON, speed=1)
    return Network(client, pace, habits, Random(1), **changes)


def phone_on(network, **changes):
    return Phone(network, "+33639980001", None, "cd_token", **changes)


def note(phone, *kinds):
    for kind in kinds:
        phone.note(Action(kind, NOON, {"leg_id": "leg_1", "epoch": 1}, ("leg_1", 1, kind)))


def send(phone):
    return asyncio.run(phone.send_actions())


def test_without_a_network_nothing_is_sent_and_the_outbox_stays(platform):
    network = network_to(platform, mishaps=Mishaps(outages=(AWAY,)))
    phone = phone_on(network)
    note(phone, "arrive", "pick_up")
    with pytest.raises(NoNetwork) as heard:
        send(phone)
    assert heard.value.until == AWAY.ends_at
    assert (len(phone.outbox), platform.asked) == (2, {})


def test_an_outage_is_counted_once_however_often_it_is_felt(platform):
    network = network_to(platform, mishaps=Mishaps(outages=(AWAY,)))
    phone = phone_on(network)
    note(phone, "arrive")
    for _ in range(3):
        with pytest.raises(NoNetwork):
            send(phone)
    assert network.counts.offline_min == 61


def test_after_an_outage_everything_goes_out(platform):
    past = Span(NOON - timedelta(minutes=9), NOON - timedelta(minutes=1))
    phone = phone_on(network_to(platform, mishaps=Mishaps(outages=(past,))))
    note(phone, "arrive")
    send(phone)
    assert platform.applied == ["arrive"]


def test_an_answer_that_gets_lost_was_given_and_the_request_comes_again(platform):
    network = network_to(platform, Habits(lost_answers_share=1.0), witness=Witness())
    phone = phone_on(network)
    note(phone, "arrive")
    with pytest.raises(NoAnswer):
        send(phone)
    assert platform.applied == ["arrive"]
    network.habits = IDEAL
    assert send(phone) == []
    assert (phone.outbox, platform.applied) == ([], ["arrive"])
    assert network.counts.repeated == 1
    (answers,) = network.witness.answers.values()
    assert [answer.outcome for answer in answers] == ["applied", "replayed"]  # the lost one was seen too


def test_actions_that_are_held_back_let_later_ones_go_first(platform):
    network = network_to(platform, Habits(holds_share=1.0, hold_s=0.05))
    phone = phone_on(network)
    note(phone, "arrive")
    network.habits = IDEAL
    note(phone, "pick_up")
    send(phone)
    assert platform.applied == ["pick_up"]
    asyncio.run(asyncio.sleep(0.06))
    send(phone)
    assert platform.applied == ["pick_up", "arrive"]
    assert network.counts.held_back == 1


def test_a_step_that_comes_too_early_is_kept_as_long_as_an_earlier_one_is_held_back(platform, monkeypatch):
    monkeypatch.setattr("apps.simulation.robots.phone.AGAIN_WALL_S", 0.0)
    network = network_to(platform, Habits(holds_share=1.0, hold_s=3600))
    phone = phone_on(network)
    note(phone, "arrive")
    network.habits = IDEAL
    note(phone, "pick_up")
    platform.refuses["pick_up"] = TOO_EARLY
    for _ in range(20):
        assert send(phone) == []
    assert [sent.action.kind for sent in phone.outbox] == ["arrive", "pick_up"]
    del platform.refuses["pick_up"]
    assert send(phone) == []
    assert platform.applied == ["pick_up"]


def test_what_is_refused_with_nothing_before_it_is_given_up_in_the_end(platform, monkeypatch):
    monkeypatch.setattr("apps.simulation.robots.phone.AGAIN_WALL_S", 0.0)
    phone = phone_on(network_to(platform))
    note(phone, "pick_up")
    platform.refuses["pick_up"] = TOO_EARLY
    refusals = [refusal for _ in range(20) for refusal in send(phone)]
    assert [refusal.code for refusal in refusals] == ["illegal_move"]
    assert (phone.outbox, len(platform.batches)) == ([], 5)


def test_a_shuffled_batch_leaves_in_two_pieces_and_loses_nothing(platform):
    network = network_to(platform, Habits(shuffles_share=1.0))
    phone = phone_on(network)
    kinds = [f"step{number}" for number in range(9)]
    note(phone, *kinds)
    send(phone)
    assert len(platform.batches) == 2
    sent = [kind for batch in platform.batches for kind in batch]
    assert sent != kinds
    assert sorted(sent) == kinds
    assert (phone.outbox, network.counts.shuffled) == ([], 1)


def test_a_phone_that_was_off_keeps_its_sign_in_and_its_outbox_and_forgets_where_it_was(platform):
    phone = phone_on(network_to(platform))
    note(phone, "arrive", "pick_up")
    phone.remember_point(Point(48.85, 2.35), NOON)
    before = [sent.body for sent in phone.outbox]
    phone.restart()
    assert (phone.token, [sent.body for sent in phone.outbox], len(phone.points)) == ("cd_token", before, 0)
    assert phone.outbox[0].action == Action("arrive", NOON, {"leg_id": "leg_1", "epoch": 1}, ("leg_1", 1, "arrive"))
    note(phone, "deliver")
    assert phone.outbox[2].sequence > phone.outbox[1].sequence
    send(phone)
    assert platform.applied == ["arrive", "pick_up", "deliver"]


def test_a_clock_that_is_wrong_is_wrong_for_actions_and_positions_alike(platform):
    phone = phone_on(network_to(platform), clock_error=timedelta(minutes=-7))
    note(phone, "arrive")
    phone.remember_point(Point(48.85, 2.35), NOON)
    said = phone.outbox[0].body["device_time"], phone.points[0]["device_time"]
    assert {datetime.fromisoformat(moment) for moment in said} == {NOON - timedelta(minutes=7)}


def test_an_ideal_line_changes_nothing(platform):
    network = network_to(platform)
    phone = phone_on(network)
    kinds = [f"step{number}" for number in range(9)]
    note(phone, *kinds)
    send(phone)
    assert platform.batches == [kinds]
    assert network.counts == type(network.counts)()
