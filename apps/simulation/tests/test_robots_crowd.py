"""What robots keep over a pause of the city, and when a day's last photo is sent."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from apps.simulation.robots.actions import Action
from apps.simulation.robots.crowd import Crowd, Surroundings
from apps.simulation.robots.pictures import Picture
from apps.simulation.robots.roster import CourierEntry, Roster
from coursier.embedded.pace import Pace

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
BO = CourierEntry(phone="+33639980001", lat=48.85, lon=2.35, start_hour=11, end_hour=15)
STOP = ("leg_1", 1, "dropoff")
PHOTO = Picture("0f6b9a3e-59f4-4b0e-9d53-3a0d7f6c1c11", "photo", STOP, NOON)


@pytest.fixture
def memory(tmp_path):
    return tmp_path / "robots_memory.json"


def crowd(memory=None, *, speed=1.0):
    pace = Pace.starting_now(origin=NOON, speed=speed)
    return Crowd.of(Roster((BO,)), Surroundings(url="http://platform", pace=pace, codes=None, memory=memory))


def delivers_with_a_photo(robots):
    (robot,) = robots.couriers
    robot.phone.note(Action("deliver", NOON, {"proofs": [PHOTO.id]}, STOP, (PHOTO,)))
    return robot.phone


def test_what_recipients_know_and_phones_have_to_send_outlives_a_pause_of_the_city(memory):
    before = crowd(memory)
    before.recipients.pins["ord_1"] = "042317"
    said = delivers_with_a_photo(before).album.waiting[0].body
    before.remember()
    after = crowd(memory)
    (robot,) = after.couriers
    assert after.recipients.pins == {"ord_1": "042317"}
    assert robot.body.showing.pins is after.recipients.pins, "what is read later is told too"
    assert [sent.body for sent in robot.phone.album.waiting] == [said]
    assert [sent.action.kind for sent in robot.phone.outbox] == ["deliver"]


def test_a_memory_of_a_city_that_knew_no_proofs_is_read_all_the_same(memory):
    memory.write_text(json.dumps({BO.phone: {"token": "cd_1", "sequence": 4, "outbox": [], "lat": 48.86, "lon": 2.36}}))
    robots = crowd(memory)
    assert robots.recipients.pins == {}
    assert robots.couriers[0].phone.album.waiting == []
    assert robots.couriers[0].phone.token == "cd_1"


def left_over(robots, *, within):
    """Wait for empty pockets. Returns how much of the platform's time that took."""

    async def wait():
        pace = robots.surroundings.pace
        began = pace.now()
        async with asyncio.timeout(20):
            await robots.empty_pockets(within=within)
        return pace.now() - began

    return asyncio.run(wait())


def test_nobody_waits_for_phones_that_have_nothing_to_send():
    assert left_over(crowd(), within=timedelta(hours=1)) < timedelta(seconds=5)


def test_the_last_photo_is_waited_for(monkeypatch):
    monkeypatch.setattr("apps.simulation.robots.crowd.LOOK_EVERY_S", 0.01)
    robots = crowd()
    phone = delivers_with_a_photo(robots)
    phone.outbox.clear()

    async def sent_after_a_while():
        waiting = asyncio.create_task(robots.empty_pockets(within=timedelta(hours=1)))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        phone.album.waiting.clear()
        async with asyncio.timeout(20):
            await waiting

    asyncio.run(sent_after_a_while())


def test_what_no_phone_gets_rid_of_is_not_waited_for_for_ever(caplog):
    robots = crowd(speed=3600)
    delivers_with_a_photo(robots)
    assert left_over(robots, within=timedelta(minutes=30)) >= timedelta(minutes=30)
    assert "still have something to send" in caplog.text
