"""Tracks with real processes: each point in the table once, whoever writes at once, whoever is killed in the middle."""

import random
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection as database

from apps.core import clock
from apps.core.redis import connection
from apps.couriers.models import PositionTrack, Shift
from apps.couriers.positions import TRACK, record_points
from apps.couriers.services import keep_tracks
from tests.arena import Arena, call
from tests.cast import CENTRE

pytestmark = pytest.mark.django_db(transaction=True)
BATCHES = 200
CHUNK = 5  # entries in a transaction: many moments to be killed at


@pytest.fixture
def sent(players):
    """What Bo and Cy sent, by turns: every point another one."""
    began = clock.now()
    Shift.objects.update(started_at=began - timedelta(hours=2))
    points = {players.bo.pk: [], players.cy.pk: []}
    for number in range(BATCHES):
        courier_id = list(points)[number % 2]
        batch = [
            ((began - timedelta(hours=1)).timestamp() + 12 * number + 6 * k, CENTRE.lat, CENTRE.lon + number / 1e4, 5.0)
            for k in range(2)
        ]
        points[courier_id] += batch
        record_points(courier_id, batch, at=began)
    return points


def in_the_table(courier_id):
    rows = PositionTrack.objects.filter(courier_id=courier_id).values_list("points", flat=True)
    return Counter(tuple(point) for points in rows for point in points)


def assert_each_once(sent):
    assert connection().xlen(TRACK) == 0
    for courier_id, points in sent.items():
        assert in_the_table(courier_id) == Counter(points)


def test_four_writers_at_once_write_each_point_once(arena, sent):
    for _ in range(BATCHES):
        assert set(arena.race(*[call("keep_tracks", CHUNK)] * 4)) == {"done"}
        if not connection().xlen(TRACK):
            break
    assert_each_once(sent)


def test_a_writer_killed_in_the_middle_loses_nothing_and_doubles_nothing(database_url, sent):
    chance = random.Random(11)
    kills = 0
    while connection().xlen(TRACK) and kills < 6:
        arena = Arena(database_url=database_url, size=1, locks_open=False)
        (process,) = arena.contenders
        process.stdin.write(call("keep_tracks", CHUNK).as_line())
        process.stdin.flush()
        wait_until_it_writes(before=connection().xlen(TRACK))
        time.sleep(chance.uniform(0, 0.03))
        process.kill()
        process.wait(timeout=20)
        process.stdin.close()
        process.stdout.close()
        kills += 1
        if database.vendor == "mongodb":  # it hears of no death for a minute: what was being written is locked
            database.connection.admin.command("killAllSessions", [])
    assert kills >= 2, "it was over before anybody was killed"
    while connection().xlen(TRACK):
        keep_tracks(gathered_s=0)
    assert_each_once(sent)


def wait_until_it_writes(*, before):
    deadline = time.monotonic() + 20
    while connection().xlen(TRACK) >= before:
        assert time.monotonic() < deadline, "nothing was written"
        time.sleep(0.001)
