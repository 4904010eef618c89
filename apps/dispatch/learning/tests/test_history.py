"""The event log is read the newest first, in chunks, each event once."""

from datetime import timedelta

import pytest

from apps.core.models import Event
from apps.dispatch.learning.history import AHEAD, chunks_of_moves
from apps.dispatch.learning.tests.riding import deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(cast, hand_clock):
    """Ten orders, five moves each. The moment before them."""
    began = hand_clock.moment
    for _ in range(10):
        deliver(cast, hand_clock)
    return began


@pytest.mark.parametrize("chunk", [1, 7, 50, 51, 1_000])
def test_every_move_is_read_once_whatever_the_chunks(history, chunk):
    chunks = list(chunks_of_moves(since=history, most=1_000, chunk=chunk))
    moves = [move for part in reversed(chunks) for move in part]
    assert len(moves) == Event.objects.filter(name="LegMoved").count() == 50
    assert max(map(len, chunks)) <= chunk
    assert [move.at for move in moves] == sorted(move.at for move in moves)
    assert [move.after for move in moves[:5]] == ["assigned", "at_pickup", "picked_up", "at_dropoff", "delivered"]


def test_what_is_older_than_the_window_or_more_than_the_most_is_left_out(history, hand_clock):
    every = [move for part in chunks_of_moves(since=history, most=1_000) for move in part]
    newest = [move for part in chunks_of_moves(since=history, most=20, chunk=8) for move in part]
    assert {(move.leg_id, move.after) for move in newest} == {(move.leg_id, move.after) for move in every[-20:]}
    middle = every[25].at
    later = [move for part in chunks_of_moves(since=middle, most=1_000, chunk=8) for move in part]
    assert len(later) == sum(move.at >= middle for move in every)


@pytest.mark.parametrize(
    ("off", "is_believed"),
    [
        (timedelta(0), True),
        (timedelta(hours=-2), True),
        (AHEAD, True),
        (timedelta(minutes=30), False),
        (timedelta(days=-3), False),
    ],
)
def test_a_phones_time_is_believed_when_it_can_be(history, off, is_believed):
    row = Event.objects.filter(name="LegMoved").latest("id")
    said = row.occurred_at + off
    row.payload["device_time"] = said.isoformat()
    row.save()
    moves = [move for part in chunks_of_moves(since=history, most=1) for move in part]
    assert [move.at for move in moves] == [said if is_believed else row.occurred_at]


def test_a_phone_that_tells_no_zone_is_not_believed(history):
    row = Event.objects.filter(name="LegMoved").latest("id")
    row.payload["device_time"] = "2026-06-10T11:00:00"
    row.save()
    (move,) = next(chunks_of_moves(since=history, most=1))
    assert move.at == row.occurred_at
