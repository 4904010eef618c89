"""Shifts and pauses, as a courier's phone starts and ends them."""

from datetime import timedelta
from itertools import permutations

import pytest

from apps.core.models import Event
from apps.core.redis import connection
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Shift
from apps.couriers.positions import NOW, SEEN
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg
from tests.cast import CENTRE, freelance, placed

pytestmark = pytest.mark.django_db
HERE = {"lat": CENTRE.lat, "lon": CENTRE.lon}


def status_of(courier):
    return Courier.objects.get(pk=courier.pk).status


def duty_changes():
    rows = Event.objects.filter(name="DutyChanged").order_by("id")
    return [(row.payload["before"], row.payload["after"]) for row in rows]


def plan_shift(cast, moment, *, hours=4):
    return Shift.objects.create(
        courier=cast.bo, zone=cast.zone, starts_at=moment, ends_at=moment + timedelta(hours=hours)
    )


@pytest.fixture
def bo_at_home(cast, bos_phone, hand_clock):
    """Bo went off duty; what happened until now is forgotten."""
    hand_clock.advance(minutes=1)
    assert bos_phone.act("end_shift")["outcome"] == "applied"
    hand_clock.advance(minutes=1)
    Event.objects.all().delete()
    return bos_phone


def test_off_duty_the_shift_is_over_and_the_position_forgotten(cast, bos_phone, hand_clock):
    point = {**HERE, "device_time": hand_clock().isoformat()}
    bos_phone.post("positions", {"positions": [point]})
    assert bos_phone.act("end_shift", **HERE)["outcome"] == "applied"
    bo = Courier.objects.get(pk=cast.bo.pk)
    assert (bo.status, bo.zone_id, bo.shift_id, bo.last_point) == (CourierStatus.OFF_DUTY, None, None, None)
    assert Shift.objects.get(courier=cast.bo).ended_at == hand_clock()
    assert duty_changes() == [("on_duty", "off_duty")]


def test_off_duty_redis_knows_no_place(cast, bos_phone, hand_clock, django_capture_on_commit_callbacks):
    bos_phone.post("positions", {"positions": [{**HERE, "device_time": hand_clock().isoformat()}]})
    assert connection().zscore(NOW, str(cast.bo.pk)) is not None
    with django_capture_on_commit_callbacks(execute=True):
        bos_phone.act("end_shift")
    assert connection().zscore(NOW, str(cast.bo.pk)) is None
    assert connection().zscore(SEEN, str(cast.bo.pk)) is None


def test_who_carries_something_stays_on_duty(cast, bos_phone, hand_clock):
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    result = bos_phone.act("end_shift")
    assert (result["outcome"], result["error"]["code"]) == ("refused", "still_carrying")
    assert (status_of(cast.bo), duty_changes()) == (CourierStatus.ON_DUTY, [])


def test_a_planned_shift_starts_from_half_an_hour_before(cast, bo_at_home, hand_clock):
    shift = plan_shift(cast, hand_clock() + timedelta(minutes=30))
    assert bo_at_home.act("start_shift", **HERE)["outcome"] == "applied"
    bo = Courier.objects.get(pk=cast.bo.pk)
    assert (bo.status, bo.shift_id, bo.zone_id) == (CourierStatus.ON_DUTY, shift.pk, cast.zone.pk)
    assert bo.last_point == CENTRE
    assert Shift.objects.get(pk=shift.pk).started_at == hand_clock()
    assert duty_changes() == [("off_duty", "on_duty")]


@pytest.mark.parametrize("minutes", [31, -240])
def test_without_a_shift_now_an_employed_courier_stays_off_duty(cast, bo_at_home, hand_clock, minutes):
    plan_shift(cast, hand_clock() + timedelta(minutes=minutes))
    result = bo_at_home.act("start_shift", **HERE)
    assert (result["outcome"], result["error"]["code"]) == ("refused", "no_shift")
    assert (status_of(cast.bo), duty_changes()) == (CourierStatus.OFF_DUTY, [])


def test_a_freelance_courier_opens_a_shift_of_four_hours_where_they_are(cast, bo_at_home, hand_clock):
    freelance(cast.fleet)
    assert bo_at_home.act("start_shift", **HERE)["outcome"] == "applied"
    shift = Courier.objects.select_related("shift").get(pk=cast.bo.pk).shift
    assert (shift.zone_id, shift.ends_at - shift.starts_at) == (cast.zone.pk, timedelta(hours=4))


def test_a_freelance_courier_outside_every_zone_stays_off_duty(cast, bo_at_home):
    freelance(cast.fleet)
    assert bo_at_home.act("start_shift", lat=45.76, lon=4.84)["error"]["code"] == "no_shift"
    assert status_of(cast.bo) == CourierStatus.OFF_DUTY


def test_a_shift_starts_somewhere(cast, bo_at_home):
    result = bo_at_home.act("start_shift")
    assert (result["error"]["code"], result["error"]["retry"]) == ("invalid_action", False)


def test_a_pause_ends_with_resume(cast, bos_phone, hand_clock):
    assert bos_phone.act("pause")["outcome"] == "applied"
    assert status_of(cast.bo) == CourierStatus.PAUSED
    hand_clock.advance(minutes=1)
    assert bos_phone.act("resume")["outcome"] == "applied"
    assert status_of(cast.bo) == CourierStatus.ON_DUTY
    assert duty_changes() == [("on_duty", "paused"), ("paused", "on_duty")]


@pytest.mark.parametrize("kind", ["pause", "resume"])
def test_nobody_pauses_off_duty(cast, bo_at_home, kind):
    result = bo_at_home.act(kind)
    assert (result["error"]["code"], status_of(cast.bo)) == ("illegal_duty_move", CourierStatus.OFF_DUTY)


def test_what_is_already_so_stays_so_without_a_word(cast, bos_phone):
    assert bos_phone.act("resume")["outcome"] == "applied"
    assert duty_changes() == []


def test_a_phone_that_counts_anew_is_not_held_to_the_numbers_of_the_one_before(cast, bos_phone, hand_clock):
    bos_phone.act("pause", sequence=1000)
    hand_clock.advance(minutes=1)
    assert bos_phone.act("resume", sequence=1)["outcome"] == "applied"
    assert status_of(cast.bo) == CourierStatus.ON_DUTY


@pytest.mark.usefixtures("no_phone_limit")
@pytest.mark.parametrize(
    "kinds", [("pause", "resume"), ("pause", "end_shift"), ("pause", "resume", "end_shift", "start_shift")]
)
def test_duty_ends_the_same_whatever_the_order_of_arrival(cast, bos_phone, hand_clock, kinds):
    freelance(cast.fleet)
    ends = set()
    for order in permutations(range(len(kinds))):
        outbox = []
        for kind in kinds:
            hand_clock.advance(seconds=1)
            outbox.append(bos_phone.action(kind, **HERE))
        for _ in kinds:  # what may be retried is sent until it is answered for good
            for place in order:
                bos_phone.send(outbox[place])
        ends.add(status_of(cast.bo))
        hand_clock.advance(seconds=1)
        bos_phone.act("start_shift", **HERE)
        assert status_of(cast.bo) == CourierStatus.ON_DUTY
    assert len(ends) == 1
