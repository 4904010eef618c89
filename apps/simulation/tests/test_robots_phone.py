"""Robots and the network: an outbox that forgets nothing, orders that are sent until answered."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import httpx
import pytest

from apps.core.geo import Point
from apps.simulation.robots import merchant as merchants
from apps.simulation.robots import phone as phones
from apps.simulation.robots import recipients
from apps.simulation.robots.actions import Action
from apps.simulation.robots.errors import NoAnswer, OffDuty, SignedOut
from apps.simulation.robots.line import wait_until_ready
from apps.simulation.robots.merchant import OrderToPlace, Outcome, RobotMerchant
from apps.simulation.robots.network import Network
from apps.simulation.robots.phone import TRIES, Phone
from apps.simulation.robots.recipients import Recipients
from coursier.embedded.pace import Pace

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
PHONE = "+33639980001"


class Platform:
    """Answers requests with what is next in line, and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception | Callable[[dict], httpx.Response]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, dict, httpx.Headers]] = []
        self.queries: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        self.asked.append((request.url.path, body, request.headers))
        self.queries.append(dict(request.url.params))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer(body) if callable(answer) else answer

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url="http://platform", transport=httpx.MockTransport(self))


def applied(body, **changes):
    results = [{"id": action["id"], "outcome": "applied", **changes} for action in body["actions"]]
    return httpx.Response(200, json={"results": results, "news": 7})


def refused(code, *, retry):
    return lambda body: applied(body, outcome="refused", error={"code": code, "message": "", "retry": retry})


def phone_of(platform, tmp_path, token="cd_token"):  # noqa: S107 - of a fake platform
    return Phone(Network(platform.client(), Pace.starting_now(origin=NOON, speed=1)), PHONE, tmp_path, token)


def step(kind="pick_up", leg="leg_1"):
    return Action(kind, NOON, {"leg_id": leg, "epoch": 1}, (leg, 1, "pickup"))


def test_signing_in_reads_the_code_that_came_after_asking(tmp_path):
    letter = tmp_path / f"{PHONE}.txt"
    letter.write_text("111111")

    def send_code(body):
        assert not letter.exists(), "an old code could be taken for the new one"
        letter.write_text("222222\n")
        return httpx.Response(202, json={})

    platform = Platform(send_code, httpx.Response(201, json={"token": "cd_new"}))
    phone = phone_of(platform, tmp_path, token="")
    asyncio.run(phone.sign_in())
    assert platform.asked[1][1]["code"] == "222222"
    assert phone.token == "cd_new"


def test_actions_stay_in_the_outbox_until_they_are_answered_under_the_same_ids(tmp_path):
    platform = Platform(httpx.ConnectError("no network"), httpx.Response(503), applied)
    phone = phone_of(platform, tmp_path)
    phone.note(step("arrive"))
    phone.note(step("pick_up"))
    for _ in range(2):
        with pytest.raises(NoAnswer):
            asyncio.run(phone.send_actions())
    assert asyncio.run(phone.send_actions()) == []
    sent = [[action["id"] for action in body["actions"]] for _, body, _ in platform.asked]
    assert sent[0] == sent[1] == sent[2]
    assert phone.outbox == []
    assert phone.news == 7


def test_actions_are_numbered_in_the_order_in_which_they_were_done(tmp_path):
    phone = phone_of(Platform(), tmp_path)
    for kind in ("arrive", "pick_up", "deliver"):
        phone.note(step(kind))
    numbers = [sent.body["sequence"] for sent in phone.outbox]
    assert numbers == sorted(set(numbers))


def test_a_refused_action_leaves_the_outbox_and_is_told(tmp_path):
    phone = phone_of(Platform(refused("stale_epoch", retry=False)), tmp_path)
    phone.note(step())
    (refusal,) = asyncio.run(phone.send_actions())
    assert (refusal.code, refusal.action.kind) == ("stale_epoch", "pick_up")
    assert phone.outbox == []


@pytest.fixture
def without_pause(monkeypatch):
    """Steps are sent again at once."""
    monkeypatch.setattr(phones, "AGAIN_WALL_S", 0.0)


def test_a_step_that_may_be_accepted_later_is_sent_again_a_few_times(tmp_path, without_pause):
    platform = Platform(*[refused("conflict", retry=True)] * TRIES)
    phone = phone_of(platform, tmp_path)
    phone.note(step())
    for _ in range(TRIES - 1):
        assert asyncio.run(phone.send_actions()) == []
    (refusal,) = asyncio.run(phone.send_actions())
    assert refusal.code == "conflict"
    assert phone.outbox == []
    assert len({body["actions"][0]["id"] for _, body, _ in platform.asked}) == 1


def test_a_device_that_is_unknown_signs_in_again(tmp_path):
    phone = phone_of(Platform(httpx.Response(401, json={"error": {"code": "invalid_device"}})), tmp_path)
    with pytest.raises(SignedOut):
        asyncio.run(phone.sync())
    assert phone.token == ""


def everything(news):
    shown = {"courier": {"status": "on_duty"}, "shift": None, "offers": [], "stops": []}
    return httpx.Response(200, json={"news": news, "is_unchanged": False, **shown})


def test_news_are_asked_for_since_the_last_sync_and_everything_after_an_answer(tmp_path):
    unchanged = httpx.Response(200, json={"news": 7, "is_unchanged": True})
    platform = Platform(everything(7), unchanged, applied, everything(9), httpx.Response(503), everything(10))
    phone = phone_of(platform, tmp_path)
    first = asyncio.run(phone.sync())
    assert asyncio.run(phone.sync(first)) is first
    phone.note(step())
    asyncio.run(phone.send_actions())
    second = asyncio.run(phone.sync(first))
    with pytest.raises(NoAnswer):
        asyncio.run(phone.sync(second))
    assert asyncio.run(phone.sync(second)).news == phone.news == 10
    assert platform.queries == [{}, {"since": "7"}, {}, {}, {"since": "9"}, {"since": "9"}]


def test_positions_that_could_not_be_sent_go_with_the_next_ones(tmp_path):
    platform = Platform(httpx.ReadTimeout("slow"), httpx.Response(200, json={"accepted": 2, "news": 1}))
    phone = phone_of(platform, tmp_path)
    phone.remember_point(Point(48.85, 2.35), NOON)
    with pytest.raises(NoAnswer):
        asyncio.run(phone.send_points())
    phone.remember_point(Point(48.86, 2.35), NOON)
    asyncio.run(phone.send_points())
    assert [point["lat"] for point in platform.asked[1][1]["positions"]] == [48.85, 48.86]
    assert not phone.points


def test_positions_of_somebody_off_duty_are_forgotten(tmp_path):
    phone = phone_of(Platform(httpx.Response(403, json={"error": {"code": "off_duty"}})), tmp_path)
    phone.remember_point(Point(48.85, 2.35), NOON)
    with pytest.raises(OffDuty):
        asyncio.run(phone.send_points())
    assert not phone.points


def test_robots_wait_for_a_platform_that_is_just_starting():
    platform = Platform(httpx.ConnectError("nobody listens"), httpx.Response(503), httpx.Response(200))
    asyncio.run(wait_until_ready(platform.client()))
    assert platform.answers == []


def placed(platform, *keys):
    """What the merchant remembers after placing orders that are due."""
    robot = RobotMerchant(platform.client(), Pace.starting_now(origin=NOON, speed=60), chance=Random(1))
    asyncio.run(robot.run([OrderToPlace(NOON, key, "ck_key", {"external_id": key}) for key in keys]))
    return robot.receipts


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(merchants, "FIRST_BACKOFF_S", 0.001)


def test_an_order_is_sent_under_one_key_until_it_is_answered(impatient):
    platform = Platform(
        httpx.ConnectError("away"),
        httpx.Response(503),
        httpx.Response(429, headers={"Retry-After": "1"}),
        httpx.Response(201, json={"id": "ord_1"}),
    )
    receipt = placed(platform, "o1")["o1"]
    assert (receipt.outcome, receipt.order_id, receipt.tries) == (Outcome.ACKNOWLEDGED, "ord_1", 4)
    assert {headers["Idempotency-Key"] for _, _, headers in platform.asked} == {"o1"}
    assert len({json.dumps(body) for _, body, _ in platform.asked}) == 1


def test_an_order_that_is_refused_is_not_sent_again():
    platform = Platform(httpx.Response(422, json={"error": {"code": "address_out_of_zone"}}))
    assert placed(platform, "o1")["o1"].outcome == Outcome.REFUSED


def test_a_recipient_who_has_to_tell_a_pin_reads_it_under_the_link_of_the_order(monkeypatch):
    monkeypatch.setattr(recipients, "FIRST_BACKOFF_S", 0.001)
    created = httpx.Response(201, json={"id": "ord_1", "tracking_token": "t_1"})
    platform = Platform(created, httpx.Response(503), httpx.Response(200, json={"pin": "042317"}))
    doors = Recipients(platform.client())
    robot = RobotMerchant(doors.client, Pace.starting_now(origin=NOON, speed=60), doors)
    asyncio.run(robot.place(OrderToPlace(NOON, "o1", "ck_key", {"dropoff": {"proof": ["pin"]}})))
    assert [path for path, _, _ in platform.asked] == ["/v1/orders", *["/v1/tracking/t_1"] * 2]
    assert "Authorization" not in platform.asked[-1][2]
    assert doors.pins == {"ord_1": "042317"}


@pytest.mark.parametrize("answer", [httpx.Response(200, json={"pin": None}), httpx.Response(410, json={})])
def test_a_recipient_whose_order_is_over_has_nothing_to_tell(answer):
    doors = Recipients(Platform(answer).client())
    asyncio.run(doors.read_link("ord_1", "t_1"))
    assert doors.pins == {}


def test_recipients_of_long_ago_are_forgotten(monkeypatch):
    monkeypatch.setattr(recipients, "MOST_PINS", 2)
    doors = Recipients(Platform(*[httpx.Response(200, json={"pin": "042317"})] * 3).client())
    for order in ("ord_1", "ord_2", "ord_3"):
        asyncio.run(doors.read_link(order, "t"))
    assert list(doors.pins) == ["ord_2", "ord_3"]


def test_an_order_that_was_never_answered_is_remembered_as_unknown(impatient):
    async def give_up():
        robot = RobotMerchant(
            Platform(*[httpx.ConnectError("away")] * 1000).client(), Pace.starting_now(origin=NOON, speed=60)
        )
        sending = asyncio.create_task(robot.place(OrderToPlace(NOON, "o1", "ck_key", {})))
        while not robot.receipts:  # noqa: ASYNC110 - a robot has no event to wait for
            await asyncio.sleep(0)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        return robot.receipts["o1"].outcome

    assert asyncio.run(give_up()) == Outcome.UNKNOWN
