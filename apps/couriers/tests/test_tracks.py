"""From the stream in Redis to the table: nothing twice, nothing lost, nothing of who is off duty."""

import logging
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from apps.core.models import Event
from apps.core.redis import connection
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier, Fleet, PositionTrack, Shift, TrackMark
from apps.couriers.positions import TRACK, note_stop, record_points
from apps.couriers.services import keep_tracks, tracks
from apps.couriers.track_reading import MOST_POINTS, track_between
from tests.cast import BAKERY, HOME

pytestmark = pytest.mark.django_db


def ride(begin, *, seconds=60, every=5.0, m_per_s=4.0, at=BAKERY):
    """Points of somebody who rides east."""
    return [
        (begin.timestamp() + second, at.lat, round(at.lon + second * m_per_s / 73_000, 6), 8.0)
        for second in [step * every for step in range(int(seconds / every) + 1)]
    ]


def sent(courier, points, clock):
    record_points(courier.pk, list(points), at=clock() + timedelta(hours=2))


def kept(courier):
    rows = PositionTrack.objects.filter(courier=courier).order_by("started_at")
    return [tuple(point) for row in rows for point in row.points]


def test_batches_of_some_minutes_become_one_row_a_courier(cast, hand_clock):
    points = ride(hand_clock(), seconds=120)
    for start in range(0, len(points), 5):
        sent(cast.bo, points[start : start + 5], hand_clock)
    sent(cast.cy, ride(hand_clock(), at=HOME), hand_clock)
    assert keep_tracks(gathered_s=0) == 2
    row = PositionTrack.objects.get(courier=cast.bo)
    assert (row.started_at, row.ended_at) == (hand_clock(), hand_clock() + timedelta(seconds=120))
    assert kept(cast.bo) == points
    assert not row.is_suspicious
    assert connection().xlen(TRACK) == 0


def test_what_is_young_waits_for_more(cast, hand_clock):
    sent(cast.bo, ride(hand_clock()), hand_clock)
    assert keep_tracks() == 0
    assert connection().xlen(TRACK) == 1


def test_run_again_it_writes_nothing_twice(cast, hand_clock):
    sent(cast.bo, ride(hand_clock()), hand_clock)
    assert [keep_tracks(gathered_s=0), keep_tracks(gathered_s=0)] == [1, 0]
    assert PositionTrack.objects.count() == 1


def test_what_was_written_by_one_who_died_before_cutting_the_stream_is_not_written_again(cast, hand_clock, monkeypatch):
    sent(cast.bo, ride(hand_clock()), hand_clock)
    with monkeypatch.context() as patch:
        patch.setattr(tracks, "_cut", lambda _entry_id: None)
        keep_tracks(gathered_s=0)
    assert connection().xlen(TRACK) == 1
    sent(cast.bo, ride(hand_clock() + timedelta(minutes=2)), hand_clock)
    assert keep_tracks(gathered_s=0) == 1
    assert PositionTrack.objects.count() == 2
    assert connection().xlen(TRACK) == 0


def test_a_writer_who_was_overtaken_writes_nothing(cast, hand_clock):
    sent(cast.bo, ride(hand_clock()), hand_clock)
    keep_tracks(gathered_s=0)
    stale = TrackMark.objects.get()
    stale.version -= 1
    with pytest.raises(tracks.Conflict):
        tracks._write(
            stale,
            "9-9",
            9,
            [PositionTrack(courier=cast.bo, started_at=hand_clock(), ended_at=hand_clock(), points=[])],
            {},
        )
    assert PositionTrack.objects.count() == 1
    assert TrackMark.objects.get().entry_id != "9-9"


def test_a_batch_that_was_sent_twice_is_kept_once(cast, hand_clock):
    for _ in range(2):
        sent(cast.bo, ride(hand_clock()), hand_clock)
    keep_tracks(gathered_s=0)
    assert kept(cast.bo) == ride(hand_clock())


def test_off_duty_nothing_is_kept(cast, hand_clock):
    began = hand_clock()
    Shift.objects.filter(courier=cast.bo).update(ended_at=began + timedelta(seconds=30))
    sent(cast.bo, ride(began, seconds=60), hand_clock)
    keep_tracks(gathered_s=0)
    assert kept(cast.bo)[-1][0] == began.timestamp() + 30
    Shift.objects.filter(courier=cast.bo).delete()
    sent(cast.bo, ride(began + timedelta(minutes=3)), hand_clock)
    assert keep_tracks(gathered_s=0) == 0


def test_couriers_of_another_dispatch_have_no_shifts_here_and_tracks_all_the_same(cast, hand_clock):
    Fleet.objects.filter(pk=cast.fleet.pk).update(mode=FleetMode.EXTERNAL)
    Shift.objects.filter(courier=cast.bo).delete()
    sent(cast.bo, ride(hand_clock()), hand_clock)
    assert keep_tracks(gathered_s=0) == 1


def test_of_a_courier_who_is_gone_nothing_is_written(cast, hand_clock):
    sent(cast.bo, ride(hand_clock()), hand_clock)
    sent(cast.cy, ride(hand_clock()), hand_clock)
    Courier.objects.filter(pk=cast.bo.pk).update(erased_at=hand_clock())
    assert keep_tracks(gathered_s=0) == 1
    assert not PositionTrack.objects.filter(courier=cast.bo).exists()


def test_points_that_come_hours_late_are_stretches_of_their_own(cast, hand_clock):
    Shift.objects.filter(courier=cast.bo).update(started_at=hand_clock() - timedelta(hours=3))
    late = ride(hand_clock() - timedelta(hours=2), seconds=30 * 60, every=30)
    sent(cast.bo, ride(hand_clock()), hand_clock)
    sent(cast.bo, late, hand_clock)
    keep_tracks(gathered_s=0)
    rows = PositionTrack.objects.filter(courier=cast.bo).order_by("started_at")
    assert [row.ended_at - row.started_at <= timedelta(minutes=10) for row in rows] == [True] * 4
    assert kept(cast.bo) == [*late, *ride(hand_clock())]


def test_around_a_stop_every_point_is_kept(cast, hand_clock):
    standing = ride(hand_clock(), seconds=600, every=1, m_per_s=0)
    note_stop(cast.bo.pk, at=hand_clock() + timedelta(seconds=300))
    sent(cast.bo, standing, hand_clock)
    keep_tracks(gathered_s=0)
    times = [point[0] - hand_clock().timestamp() for point in kept(cast.bo)]
    assert [second for second in times if 180 <= second <= 420] == list(range(180, 421))
    assert [second for second in times if second < 180] == list(range(0, 180, 5))
    assert times[-1] == 600


def test_what_redis_dropped_before_anybody_came_is_counted(cast, hand_clock, caplog):
    for minute in range(6):
        sent(cast.bo, ride(hand_clock() + timedelta(minutes=2 * minute)), hand_clock)
        if minute == 0:
            keep_tracks(gathered_s=0)
    connection().xtrim(TRACK, maxlen=2, approximate=False)
    with caplog.at_level(logging.WARNING):
        assert keep_tracks(gathered_s=0) == 1
    assert len(kept(cast.bo)) == 3 * len(ride(hand_clock()))
    assert "3 batches of positions were lost" in caplog.text


def test_after_a_flush_of_redis_the_new_stream_is_kept_and_nothing_is_called_lost(cast, hand_clock, caplog):
    sent(cast.bo, ride(hand_clock()), hand_clock)
    keep_tracks(gathered_s=0)
    connection().flushall()
    sent(cast.bo, ride(hand_clock() + timedelta(minutes=2)), hand_clock)
    assert keep_tracks(gathered_s=0) == 1
    assert caplog.text == ""


def test_a_redis_whose_clock_is_behind_begins_anew(cast, hand_clock):
    sent(cast.bo, ride(hand_clock()), hand_clock)
    TrackMark.objects.create(stream=TRACK, entry_id="99999999999999-0", number=7)
    assert keep_tracks(gathered_s=0) == 1
    assert TrackMark.objects.get().entry_id < "99999999999999-0"


def test_an_entry_that_nobody_can_read_stops_nothing(cast, hand_clock):
    connection().xadd(TRACK, {"courier": "who", "points": "{", "number": 1})
    sent(cast.bo, ride(hand_clock()), hand_clock)
    assert keep_tracks(gathered_s=0) == 1


def test_without_redis_tracks_wait(cast, hand_clock, monkeypatch):
    sent(cast.bo, ride(hand_clock()), hand_clock)

    def away():
        raise tracks.RedisError

    monkeypatch.setattr(tracks, "connection", away)
    assert keep_tracks(gathered_s=0) == 0
    assert PositionTrack.objects.count() == 0


def test_a_chunk_costs_the_same_however_many_couriers(cast, hand_clock, django_assert_max_num_queries):
    for courier in (cast.bo, cast.cy):
        sent(courier, ride(hand_clock()), hand_clock)
    keep_tracks(gathered_s=0)
    for courier in (cast.bo, cast.cy):
        for _ in range(3):
            sent(courier, ride(hand_clock() + timedelta(minutes=2)), hand_clock)
    with django_assert_max_num_queries(11):
        keep_tracks(gathered_s=0)


# --- what looks wrong -------------------------------------------------------------------------------------------------


def told():
    rows = Event.objects.filter(name="PositionsLookWrong").order_by("id")
    return [(row.payload["courier_id"], row.payload["reason"]) for row in rows]


def with_jump(begin):
    points = ride(begin, seconds=60)
    points[6] = (points[6][0], HOME.lat, HOME.lon, 8.0)
    return points


def test_a_speed_that_nobody_has_marks_the_stretch_and_is_told_once_an_hour(cast, hand_clock):
    for minutes in (0, 30, 59):
        hand_clock.moment = datetime(2026, 6, 10, 10, tzinfo=UTC) + timedelta(minutes=minutes)
        sent(cast.bo, with_jump(hand_clock()), hand_clock)
        keep_tracks(gathered_s=0)
    assert told() == [(str(cast.bo.pk), "speed")]
    hand_clock.advance(minutes=1)
    sent(cast.bo, with_jump(hand_clock() + timedelta(minutes=1)), hand_clock)
    keep_tracks(gathered_s=0)
    assert told() == [(str(cast.bo.pk), "speed")] * 2
    bo = Courier.objects.get(pk=cast.bo.pk)
    assert bo.positions_suspicious_since == datetime(2026, 6, 10, 10, tzinfo=UTC)
    assert set(PositionTrack.objects.filter(courier=cast.bo).values_list("is_suspicious", flat=True)) == {True}
    assert Courier.objects.get(pk=cast.cy.pk).positions_suspicious_since is None


def test_a_jump_there_and_back_looks_wrong_at_a_speed_that_is_possible(cast, hand_clock):
    begin = hand_clock().timestamp()
    there_and_back = [(begin, *place(0), 8.0), (begin + 40, *place(1_200), 8.0), (begin + 80, *place(10), 8.0)]
    sent(cast.bo, there_and_back, hand_clock)
    keep_tracks(gathered_s=0)
    assert told() == [(str(cast.bo.pk), "jump")]


def test_a_jump_between_two_writings_is_seen(cast, hand_clock):
    sent(cast.bo, ride(hand_clock(), seconds=60), hand_clock)
    keep_tracks(gathered_s=0)
    sent(cast.bo, ride(hand_clock() + timedelta(seconds=65), at=HOME), hand_clock)
    keep_tracks(gathered_s=0)
    assert told() == [(str(cast.bo.pk), "speed")]


def test_a_courier_in_traffic_and_a_phone_between_high_walls_look_right(cast, hand_clock):
    begin = hand_clock().timestamp()
    shaky = [(begin + second, *place(90 * (second % 2)), 60.0) for second in range(60)]
    sent(cast.bo, shaky, hand_clock)
    sent(cast.cy, ride(hand_clock(), seconds=300, m_per_s=14), hand_clock)
    keep_tracks(gathered_s=0)
    assert told() == []


def place(metres_east):
    return BAKERY.lat, BAKERY.lon + metres_east / 73_180


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_track_is_read_in_the_order_of_time_and_each_point_once(cast, hand_clock, django_assert_num_queries):
    first, second = ride(hand_clock(), seconds=60), ride(hand_clock() + timedelta(seconds=30), seconds=60)
    for points in (second, first):
        sent(cast.bo, points, hand_clock)
        keep_tracks(gathered_s=0)
    with django_assert_num_queries(1):
        track = track_between(cast.bo.pk, begin=hand_clock(), end=hand_clock() + timedelta(hours=1))
    times = [place.at for place in track.points]
    assert times == sorted(times)
    assert len({(p.at, p.lon) for p in track.points}) == len(track.points) == len({*first, *second})
    (only,) = track_between(cast.bo.pk, begin=hand_clock(), end=hand_clock()).points
    assert (only.at, only.lat, only.accuracy_m) == (hand_clock(), BAKERY.lat, 8.0)


def test_a_long_track_is_thinned_to_what_can_be_drawn(cast, hand_clock):
    for hour in range(3):
        begin = hand_clock() + timedelta(hours=hour)
        PositionTrack.objects.create(
            courier=cast.bo,
            started_at=begin,
            ended_at=begin + timedelta(seconds=3000),
            points=[list(point) for point in ride(begin, seconds=3000, every=1)],
        )
    track = track_between(cast.bo.pk, begin=hand_clock(), end=hand_clock() + timedelta(hours=24))
    assert MOST_POINTS / 10 < len(track.points) <= MOST_POINTS
    assert track.points[0].at == hand_clock()


def test_the_stream_holds_ten_minutes_of_a_thousand_points_a_second():
    from apps.couriers.positions import TRACK_LENGTH

    assert TRACK_LENGTH >= 10 * 60 * 1000
    assert len(orjson.dumps(ride(datetime(2026, 6, 10, tzinfo=UTC), seconds=20))) < 300
