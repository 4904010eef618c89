"""A robot courier against a small platform that keeps to the mobile API's contract."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest

from apps.core.geo import Point
from apps.simulation.robots.body import Body
from apps.simulation.robots.courier import RobotCourier
from apps.simulation.robots.habits import Habits
from apps.simulation.robots.hours import OnceOnly, Span
from apps.simulation.robots.mishaps import Mishaps
from apps.simulation.robots.network import Network
from apps.simulation.robots.phone import Phone
from apps.simulation.robots.riding import CityVehicle
from apps.simulation.robots.showing import Showing
from coursier.embedded.pace import Pace

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HERE, BAKERY, HOME = Point(48.85, 2.35), Point(48.852, 2.35), Point(48.852, 2.353)
NEXT = {"arrive pickup": "at_pickup", "pick_up": "picked_up", "arrive dropoff": "at_dropoff", "deliver": "delivered"}
PHONE = "+33639980001"
PIN = "042317"


class SmallPlatform:
    """One courier, one leg. Refuses steps out of order, answers repetitions with the first result."""

    def __init__(self, codes, *, shift_ends_at, is_offered=False):
        self.codes, self.shift_ends_at = codes, shift_ends_at
        self.status, self.leg, self.epoch, self.news = "off_duty", "", 1, 0
        self.is_offered = is_offered
        self.first_results, self.log, self.calls, self.done_at = {}, [], Counter(), {}
        self.heard_at, self.now = [], lambda: NOON
        self.lose_answers = 0
        self.proof, self.barcode = {"pickup": (), "dropoff": ()}, "par_1"
        self.told, self.shown, self.scanned, self.is_pin_right = {}, Counter(), set(), False

    def __call__(self, request):
        self.calls[request.url.path] += 1
        self.heard_at.append(self.now())
        if "/proofs" in request.url.path:
            return self.proofs(request)
        body = json.loads(request.content) if request.content else {}
        operation = getattr(self, request.url.path.rpartition("/mobile/v1/")[2].replace("/", "_"))
        answer = operation(body) if request.content else operation(dict(request.url.params))
        if self.lose_answers and "actions" in request.url.path:
            self.lose_answers -= 1
            raise httpx.ReadError("the answer was lost")
        return answer

    def sign_in_code(self, body):
        (self.codes / f"{body['phone']}.txt").write_text("123456")
        return httpx.Response(202, json={})

    def sign_in(self, body):
        assert body["code"] == "123456"
        return httpx.Response(201, json={"token": "cd_1"})

    def positions(self, body):
        if self.status == "off_duty":
            return httpx.Response(403, json={"error": {"code": "off_duty"}})
        return httpx.Response(200, json={"accepted": len(body["positions"]), "news": self.news})

    def actions(self, body):
        results = []
        for action in body["actions"]:
            known = self.first_results.get(action["id"])
            result = known or self.perform(action)
            if not result.get("error", {}).get("retry"):
                self.first_results[action["id"]] = result
            results.append({"id": action["id"], **result})
        return httpx.Response(200, json={"results": results, "news": self.news})

    def proofs(self, request):
        """Tells and pieces: `shown` has what is whole, with the stop and how often it was completed."""
        if request.method == "POST":
            told = json.loads(request.content)
            self.told.setdefault(told["id"], {**told, "received": b""})
            told = self.told[told["id"]]
        else:
            told = self.told[request.url.path.rpartition("/")[2]]
            is_whole = len(told["received"]) == told["size_bytes"]  # then whatever comes changes nothing
            if not is_whole and int(request.url.params["offset"]) != len(told["received"]):
                state = {"received_bytes": len(told["received"])}
                return httpx.Response(409, json={"error": {"code": "wrong_offset", "message": "", "state": state}})
            told["received"] += b"" if is_whole else request.content
            if not is_whole and len(told["received"]) == told["size_bytes"]:
                self.shown[f"{told['kind']} {told['stop']}"] += 1
        state = {"received_bytes": len(told["received"]), "is_complete": len(told["received"]) == told["size_bytes"]}
        return httpx.Response(200, json=state)

    def lacks(self, action):
        """The code of what an action that hands over does not show; empty when it shows all."""
        stop = {"pick_up": "pickup", "deliver": "dropoff"}[action["kind"]]
        asked = self.proof[stop]
        if "pin" in asked and not self.is_pin_right:
            self.is_pin_right = action.get("pin") == PIN
            if not self.is_pin_right:
                return "wrong_pin"
        if len(action.get("proofs", [])) < len({"photo", "signature"} & set(asked)):
            return "proof_required"
        return "scan_required" if "barcode" in asked and stop not in self.scanned else ""

    @staticmethod
    def kind_of(action):
        return f"{action['kind']} {action['stop']}" if action["kind"] == "arrive" else action["kind"]

    def perform(self, action):
        kind = self.kind_of(action)
        self.log.append(kind)
        self.done_at[kind] = datetime.fromisoformat(action["device_time"])
        if kind == "start_shift":
            self.status, self.leg = "on_duty", "offered" if self.is_offered else "assigned"
        elif kind in ("end_shift", "pause", "resume"):
            self.status = {"end_shift": "off_duty", "pause": "paused", "resume": "on_duty"}[kind]
        elif kind in ("accept_offer", "decline_offer"):
            self.leg = "assigned" if kind == "accept_offer" else "open"
        elif action["epoch"] != self.epoch:
            return {"outcome": "refused", "error": {"code": "stale_epoch", "message": "", "retry": False}}
        elif kind == "scan":
            if action["barcode"] != self.barcode:
                return {"outcome": "refused", "error": {"code": "wrong_parcel", "message": "", "retry": False}}
            self.scanned.add(action["stop"])
        elif kind in ("pick_up", "deliver") and (code := self.lacks(action)):
            self.log.pop()
            return {"outcome": "refused", "error": {"code": code, "message": "", "retry": code == "scan_required"}}
        else:
            self.leg = NEXT[kind]
        self.news += 1
        return {"outcome": "applied"}

    def sync(self, query):
        if query.get("since") == str(self.news):
            return httpx.Response(200, json={"news": self.news, "is_unchanged": True})
        on_duty = self.status != "off_duty"
        stops = [self.stop("pickup", BAKERY), self.stop("dropoff", HOME)]
        if self.leg in ("picked_up", "at_dropoff"):
            stops = stops[1:]
        shift = {"starts_at": NOON, "ends_at": self.shift_ends_at, "started_at": NOON} if on_duty else None
        answer = {
            "news": self.news,
            "is_unchanged": False,
            "courier": {"status": self.status},
            "shift": shift,
            "offers": [{"id": "off_1"}] if self.leg == "offered" else [],
            "stops": stops if self.leg in ("assigned", "at_pickup", "picked_up", "at_dropoff") else [],
        }
        return httpx.Response(200, content=json.dumps(answer, default=datetime.isoformat))

    def stop(self, kind, point):
        return {
            "kind": kind,
            "leg_id": "leg_1",
            "epoch": self.epoch,
            "leg_status": self.leg,
            "lat": point.lat,
            "lon": point.lon,
            "ready_at": NOON if kind == "pickup" else None,
            "service_s": 60,
            "order_id": "ord_1",
            "contact_name": "Dee",
            "proof": sorted(self.proof[kind]),
            "parcels": [{"id": "par_1", "barcode": self.barcode, "is_scanned": False}],
        }


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
