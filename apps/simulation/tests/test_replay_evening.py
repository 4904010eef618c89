"""When a day is over, and what is broken during it."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from apps.simulation.replay import settling
from apps.simulation.replay.faults import Faults
from apps.simulation.replay.settling import UNDER_WAY, Evening
from coursier.embedded.pace import Pace

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(settling, "LOOK_EVERY_WALL_S", 0.001)
    monkeypatch.setattr(settling, "ALLOWANCE_WALL_S", 0.01)


class Orders:
    """Answers lists of orders: what is under way by status, as (flagged, unflagged) counts, changed by each look."""

    def __init__(self, *looks):
        self.looks, self.asked = list(looks), []

    def __call__(self, request):
        status, only_unflagged = request.url.params["status"], request.url.params.get("needs_attention") == "false"
        self.asked.append((status, only_unflagged))
        look = self.looks[0]
        if isinstance(look, Exception):
            self.looks.pop(0)
            raise look
        flagged, unflagged = look.get(status, (0, 0))
        count = unflagged if only_unflagged else flagged + unflagged
        if count and len(self.looks) > 1:
            self.looks.pop(0)
        return httpx.Response(200, json={"data": [{}] * min(count, 1), "next_cursor": None})


def evening_comes(orders, *, shift_ends_at, speed=1.0):
    async def wait():
        client = httpx.AsyncClient(base_url="http://platform", transport=httpx.MockTransport(orders))
        async with asyncio.timeout(20), client:
            pace = Pace.starting_now(origin=NOON, speed=speed)
            await Evening(client, pace, "ck_key", shift_ends_at).come()
            return pace.now()

    return asyncio.run(wait())


def test_a_day_is_over_when_nothing_is_under_way_any_more(impatient):
    orders = Orders({"assigned": (0, 2)}, {"picked_up": (1, 0)}, {})
    evening_comes(orders, shift_ends_at=NOON + timedelta(days=1))
    assert orders.asked[-len(UNDER_WAY) :] == [(status, False) for status in UNDER_WAY]


def test_a_platform_that_does_not_answer_is_asked_again(impatient):
    orders = Orders(httpx.ConnectError("away"), {})
    evening_comes(orders, shift_ends_at=NOON + timedelta(days=1))
    assert len(orders.asked) > 1


def test_after_the_last_shift_what_is_flagged_is_not_waited_for(impatient):
    orders = Orders({"placed": (3, 0)})
    over_at = evening_comes(orders, shift_ends_at=NOON, speed=3600)
    assert over_at > NOON + settling.ALLOWANCE
    assert ("placed", True) in orders.asked


def test_what_nobody_flags_is_waited_for_no_longer_than_the_day_lasts(impatient):
    orders = Orders({"placed": (0, 1)})
    over_at = evening_comes(orders, shift_ends_at=NOON, speed=36_000)
    assert over_at > NOON + settling.PATIENCE * settling.ALLOWANCE


class StackOfNames:
    """Remembers which programs were killed; one of them never runs."""

    def __init__(self):
        self.killed = []

    def kill(self, program):
        self.killed.append(program)
        return program != "worker-relay"


def test_groups_of_workers_are_killed_by_turns_and_only_real_kills_count():
    async def break_things(stack):
        faults = Faults(stack, every_wall_s=0.001)
        killing = asyncio.create_task(faults.kill_workers())
        async with asyncio.timeout(20):
            while len(stack.killed) < 4:  # noqa: ASYNC110 - a fake stack has no event to wait for
                await asyncio.sleep(0.001)
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
        return faults.count

    stack = StackOfNames()
    count = asyncio.run(break_things(stack))
    assert stack.killed[:4] == ["worker-dispatch", "worker-relay"] * 2
    assert count == stack.killed.count("worker-dispatch")
