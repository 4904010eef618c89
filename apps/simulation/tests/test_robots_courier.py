"""A robot courier against a small platform that keeps to the mobile API's contract."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import httpx
import pytest

from apps.simulation.robots.body import Body
from apps.simulation.robots.courier import RobotCourier
from apps.simulation.robots.habits import Habits
from apps.simulation.robots.hours import OnceOnly, Span
from apps.simulation.robots.mishaps import Mishaps
from apps.simulation.robots.network import Network
from apps.simulation.robots.phone import Phone
from apps.simulation.robots.riding import CityVehicle
from apps.simulation.robots.showing import Showing
from apps.simulation.tests.small_platform import HERE, NOON, PHONE, PIN, SmallPlatform
from coursier.embedded.pace import Pace

TALKATIVE = Habits(report_wall_s=0.05)


def live_until(condition, platform, tmp_path, *, habits=TALKATIVE, mishaps=None):
    """Let a courier live at a thousand times the speed of the wall until something is so.

    `mishaps` are those of its shift, in place of what its habits would draw.
    """

    async def live():
        pace = Pace.starting_now(origin=NOON, speed=1000)
        platform.now = pace.now
        client = httpx.AsyncClient(base_url="http://platform", transport=httpx.MockTransport(platform))
        robot = RobotCourier(
            phone=Phone(Network(client, pace, habits), PHONE, tmp_path),
            body=Body(HERE, CityVehicle(15, 1.3), NOON, Showing(habits, Random(3), pins={"ord_1": PIN})),
            hours=OnceOnly(Span(NOON, platform.shift_ends_at)),
            pace=pace,
            habits=habits,
        )
        if mishaps:
            robot.phone.network.mishaps, robot._shift = mishaps, robot.hours.around(NOON)
        life = asyncio.create_task(robot.run())
        async with asyncio.timeout(20):
            while not condition():
                assert not life.done(), life.exception()
                await asyncio.sleep(0.01)
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)
        await client.aclose()
        return robot

    return asyncio.run(live())


DELIVERY = ["arrive pickup", "pick_up", "arrive dropoff", "deliver"]
BEFORE = dict(zip(DELIVERY, ["assigned", "at_pickup", "picked_up", "at_dropoff"], strict=True))


def test_a_courier_comes_on_duty_delivers_and_goes_home(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(minutes=40))
    live_until(lambda: "end_shift" in platform.log, platform, tmp_path)
    assert platform.log == ["start_shift", *DELIVERY, "end_shift"]


def test_lost_answers_change_nothing(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=5))
    platform.lose_answers = 3
    live_until(lambda: platform.leg == "delivered", platform, tmp_path)
    assert platform.log == ["start_shift", *DELIVERY]


def test_an_offer_is_accepted_and_then_ridden(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=5), is_offered=True)
    live_until(lambda: platform.leg == "delivered", platform, tmp_path)
    assert platform.log == ["start_shift", "accept_offer", *DELIVERY]


def test_a_courier_who_always_declines_never_rides(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=5), is_offered=True)
    choosy = Habits(report_wall_s=0.05, declines_share=1.0)
    live_until(lambda: platform.leg == "open", platform, tmp_path, habits=choosy)
    assert platform.log == ["start_shift", "decline_offer"]


def test_a_leg_that_changed_hands_meanwhile_is_done_in_its_new_epoch(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=5))
    perform = platform.perform

    def taken_away_and_given_back(action):
        if action["kind"] == "pick_up" and platform.epoch == 1:
            platform.epoch, platform.leg, platform.news = 3, "assigned", platform.news + 1
        return perform(action)

    platform.perform = taken_away_and_given_back
    live_until(lambda: platform.leg == "delivered", platform, tmp_path)
    assert platform.log[-4:] == DELIVERY


def minutes(first, last):
    """A span of the day, counted from noon."""
    return Span(NOON + timedelta(minutes=first), NOON + timedelta(minutes=last))


def done_at(platform):
    """When each action was done, in minutes after noon, by the phone."""
    return {kind: (at - NOON) / timedelta(minutes=1) for kind, at in platform.done_at.items()}


def test_a_courier_without_a_network_goes_on_by_what_the_phone_knows(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=5))
    live_until(lambda: platform.leg == "delivered", platform, tmp_path, mishaps=Mishaps(outages=(minutes(1.5, 60),)))
    assert platform.log == ["start_shift", *DELIVERY]
    assert done_at(platform)["deliver"] < 15
    assert not [moment for moment in platform.heard_at if 3 < (moment - NOON) / timedelta(minutes=1) < 55]


def test_a_courier_whose_phone_died_goes_on_when_it_is_back(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=5))
    robot = live_until(
        lambda: platform.leg == "delivered", platform, tmp_path, mishaps=Mishaps(flat_battery=minutes(1.5, 60))
    )
    assert platform.log == ["start_shift", *DELIVERY]
    done = done_at(platform)
    assert done["pick_up"] >= 60 or done["pick_up"] < 2
    assert done["deliver"] >= 60
    assert robot.counts.batteries == 1
    assert platform.calls["/mobile/v1/sign_in"] == 1  # the sign-in was remembered


def test_a_courier_pauses_and_comes_back(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=50))
    robot = live_until(
        lambda: "resume" in platform.log and platform.leg == "delivered",
        platform,
        tmp_path,
        mishaps=Mishaps(pause=minutes(0, 20)),
    )
    assert [kind for kind in platform.log if kind in ("pause", "resume")] == ["pause", "resume"]
    assert platform.status == "on_duty"
    assert [kind for kind in platform.log if kind in DELIVERY] == DELIVERY  # what one has is finished in the pause
    assert robot.counts.pauses == 1


WILD = Habits(
    report_wall_s=0.05,
    answers_after_s=(2.0, 12.0),
    lateness_s=(0.0, 180.0),
    outages=(8, 8),
    lost_answers_share=0.3,
    shuffles_share=0.5,
    holds_share=0.3,
)


@pytest.mark.parametrize("is_offered", [False, True])
def test_people_in_a_bad_street_deliver_once_all_the_same(tmp_path, is_offered):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=5), is_offered=is_offered)
    perform = platform.perform

    def only_in_order(action):
        """As the real one: a step whose earlier steps have not arrived is to be sent again, and not kept."""
        kind = platform.kind_of(action)
        if kind in DELIVERY and BEFORE[kind] != platform.leg:
            return {"outcome": "refused", "error": {"code": "illegal_move", "message": "", "retry": True}}
        return perform(action)

    platform.perform = only_in_order
    live_until(lambda: platform.leg == "delivered", platform, tmp_path, habits=WILD)
    assert [kind for kind in platform.log if kind in DELIVERY] == DELIVERY


ASKED = {"pickup": ("barcode", "photo"), "dropoff": ("barcode", "photo", "pin", "signature")}
ALL_PICTURES = {"photo pickup": 1, "photo dropoff": 1, "signature dropoff": 1}


@pytest.mark.parametrize("habits", [TALKATIVE, replace(WILD, mistypes_share=1.0)], ids=["an ideal one", "people"])
def test_a_courier_shows_all_that_is_asked_for_and_each_of_it_once(tmp_path, habits):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=5))
    platform.proof, platform.barcode = ASKED, "4711"
    live_until(
        lambda: platform.leg == "delivered" and platform.shown == ALL_PICTURES, platform, tmp_path, habits=habits
    )
    assert [kind for kind in platform.log if kind in DELIVERY] == DELIVERY
    assert platform.scanned == {"pickup", "dropoff"}
    assert len(platform.told) == len(ALL_PICTURES)


def test_a_courier_whose_phone_died_at_the_door_sends_the_photos_when_it_is_back(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=5))
    platform.proof = {"pickup": ("photo",), "dropoff": ("photo",)}
    away = Mishaps(outages=(minutes(1.5, 60),), flat_battery=minutes(20, 40))
    live_until(lambda: platform.shown.total() == 2, platform, tmp_path, mishaps=away)
    assert platform.shown == {"photo pickup": 1, "photo dropoff": 1}
    assert platform.leg == "delivered"


def test_a_courier_with_nothing_new_is_told_so_in_a_few_bytes(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=50))
    since = []

    def sync(query, sync=platform.sync):
        since.append((query.get("since"), sync(query)))
        return since[-1][1]

    platform.sync = sync
    habits = Habits(report_wall_s=0.05, sync_wall_s=0.05)
    live_until(lambda: sum(answer.json()["is_unchanged"] for _, answer in since) > 3, platform, tmp_path, habits=habits)
    assert since[0][0] is None
    assert {type(answer.json()["is_unchanged"]) for asked, answer in since if asked is None} == {bool}
    assert not any(answer.json()["is_unchanged"] for asked, answer in since if asked is None)


def test_a_courier_who_rides_tells_where(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=5))
    live_until(lambda: platform.leg == "delivered", platform, tmp_path)
    assert platform.calls["/mobile/v1/positions"] >= 2


def test_a_courier_before_the_shift_waits_for_it(tmp_path):
    platform = SmallPlatform(tmp_path, shift_ends_at=NOON + timedelta(hours=5))
    began = []

    def perform(action, perform=platform.perform):
        began.append(action["device_time"])
        return perform(action)

    platform.perform = perform
    late = NOON + timedelta(minutes=10)

    async def live():
        pace = Pace.starting_now(origin=NOON, speed=1000)
        async with httpx.AsyncClient(base_url="http://platform", transport=httpx.MockTransport(platform)) as client:
            hours = OnceOnly(Span(late, platform.shift_ends_at))
            phone = Phone(Network(client, pace), PHONE, tmp_path)
            robot = RobotCourier(phone, Body(HERE, CityVehicle(15, 1.3), NOON), hours, pace)
            life = asyncio.create_task(robot.run())
            async with asyncio.timeout(20):
                while not began:  # noqa: ASYNC110 - a fake platform has no event to wait for
                    await asyncio.sleep(0.01)
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    asyncio.run(live())
    assert datetime.fromisoformat(began[0]) >= late


@pytest.mark.parametrize("moment", [NOON - timedelta(hours=30), NOON])
def test_hours_that_are_to_come_or_running_are_known(moment):
    span = Span(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    assert OnceOnly(span).around(moment) == span


def test_hours_that_are_over_are_none():
    assert OnceOnly(Span(NOON - timedelta(hours=2), NOON)).around(NOON) is None
