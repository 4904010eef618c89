"""Shifts over the REST API: planned, moved and cancelled before they begin."""

from datetime import timedelta

import pytest

from apps.core import clock, short_memory
from apps.core.geo import Point
from apps.core.ids import public_id
from apps.couriers.models import Courier, Shift
from apps.couriers.services import deactivate_courier, end_shift, start_shift
from apps.couriers.tests.owning import events, new_shift, nothing_changes, refused, wrong_fields
from apps.zones.models import Zone
from tests.cast import RING

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(owner, cast) -> dict:
    """Bo's shift of tomorrow afternoon."""
    return owner.posts("shifts", new_shift(cast)).json()


def test_a_shift_is_planned_moved_and_cancelled(owner, cast):
    made = owner.posts("shifts", new_shift(cast, external_id="S-1"))
    assert made.status_code == 201
    shift = made.json()
    assert shift == {
        "id": shift["id"],
        "courier_id": public_id("cou", cast.bo.pk),
        "fleet_id": public_id("flt", cast.fleet.pk),
        "zone_id": public_id("zon", cast.zone.pk),
        "external_id": "S-1",
        "starts_at": "2026-06-11T12:00:00Z",
        "ends_at": "2026-06-11T16:00:00Z",
        "started_at": None,
        "ended_at": None,
        "late_at": None,
        "missed_at": None,
        "legs_done": 0,
    }
    moved = owner.patches(f"shifts/{shift['id']}", ends_at="2026-06-11T18:00:00Z")
    assert moved.json() == {**shift, "ends_at": "2026-06-11T18:00:00Z"}
    assert owner.gets(f"shifts/{shift['id']}").json() == moved.json()
    gone = owner.deletes(f"shifts/{shift['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert refused(owner.gets(f"shifts/{shift['id']}")) == (404, "shift_not_found")
    told = events("ShiftPlanned", "ShiftChanged", "ShiftCancelled")
    assert [row["ends_at"][11:13] for row in told] == ["16", "18", "18"]


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        ("2026-06-11T11:00:00Z", "2026-06-11T12:00:01Z"),
        ("2026-06-11T15:59:59Z", "2026-06-11T17:00:00Z"),
        ("2026-06-11T13:00:00Z", "2026-06-11T14:00:00Z"),
        ("2026-06-11T11:00:00Z", "2026-06-11T17:00:00Z"),
        ("2026-06-11T12:00:00Z", "2026-06-11T16:00:00Z"),
    ],
)
def test_a_courier_is_not_in_two_shifts_at_once(owner, cast, planned, starts_at, ends_at):
    with nothing_changes():
        answer = owner.posts("shifts", new_shift(cast, starts_at=starts_at, ends_at=ends_at))
    assert refused(answer) == (409, "shift_overlaps")


def test_one_shift_may_end_when_the_next_begins_and_two_couriers_ride_at_once(owner, cast, planned):
    after = new_shift(cast, starts_at="2026-06-11T16:00:00Z", ends_at="2026-06-11T20:00:00Z")
    before = new_shift(cast, starts_at="2026-06-11T08:00:00Z", ends_at="2026-06-11T12:00:00Z")
    cys = new_shift(cast, courier_id=public_id("cou", cast.cy.pk))
    assert [owner.posts("shifts", body).status_code for body in (after, before, cys)] == [201, 201, 201]


def test_a_shift_is_not_moved_into_another_but_may_grow_where_it_is(owner, cast, planned):
    later = owner.posts(
        "shifts", new_shift(cast, starts_at="2026-06-11T18:00:00Z", ends_at="2026-06-11T20:00:00Z")
    ).json()
    with nothing_changes():
        into = owner.patches(f"shifts/{later['id']}", starts_at="2026-06-11T15:00:00Z")
    assert refused(into) == (409, "shift_overlaps")
    assert owner.patches(f"shifts/{later['id']}", starts_at="2026-06-11T16:00:00Z").status_code == 200


def test_what_is_left_of_a_shift_that_ended_early_is_free(owner, cast):
    end_shift(courier_id=cast.bo.pk)  # planned until 14:00
    body = new_shift(cast, starts_at="2026-06-10T11:00:00Z", ends_at="2026-06-10T15:00:00Z")
    assert owner.posts("shifts", body).status_code == 201


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"ends_at": "2026-06-11T12:00:00Z"}, {"ends_at": "before_starts_at"}),
        ({"ends_at": "2026-06-12T04:00:01Z"}, {"ends_at": "too_long"}),
        ({"starts_at": "2026-06-10T06:00:00Z", "ends_at": "2026-06-10T10:00:00Z"}, {"ends_at": "in_the_past"}),
        ({"starts_at": "2027-06-12T10:00:00Z", "ends_at": "2027-06-12T12:00:00Z"}, {"starts_at": "too_far_ahead"}),
    ],
)
def test_a_shift_at_an_impossible_time_is_refused(owner, cast, planned, changes, wrong):
    with nothing_changes():
        new = owner.posts("shifts", new_shift(cast, courier_id=public_id("cou", cast.cy.pk), **changes))
        moved = owner.patches(f"shifts/{planned['id']}", **changes)
    for answer in (new, moved):
        assert (answer.status_code, wrong_fields(answer)) == (422, wrong)


def test_a_shift_of_sixteen_hours_is_the_longest(owner, cast):
    assert owner.posts("shifts", new_shift(cast, ends_at="2026-06-12T04:00:00Z")).status_code == 201


def test_a_shift_that_began_stays(owner, cast, planned, hand_clock):
    path = f"shifts/{planned['id']}"
    end_shift(courier_id=cast.bo.pk)
    hand_clock.advance(hours=25, minutes=45)
    start_shift(courier_id=cast.bo.pk, at=Point(48.86, 2.35))  # a quarter of an hour before its time
    with nothing_changes():
        assert refused(owner.patches(path, ends_at="2026-06-11T17:00:00Z")) == (409, "shift_began")
        assert refused(owner.deletes(path)) == (409, "shift_began")


def test_a_shift_that_nobody_came_to_stays_too(owner, cast, planned, hand_clock):
    hand_clock.advance(hours=26)
    with nothing_changes():
        assert refused(owner.deletes(f"shifts/{planned['id']}")) == (409, "shift_began")


def test_a_courier_out_of_service_gets_no_shift(owner, cast):
    deactivate_courier(courier_id=cast.cy.pk)
    with nothing_changes():
        answer = owner.posts("shifts", new_shift(cast, courier_id=public_id("cou", cast.cy.pk)))
    assert refused(answer) == (409, "courier_inactive")


def test_a_zone_that_is_not_in_service_has_no_shifts(owner, cast, planned):
    closed = Zone.objects.create(name="Lyon", slug="lyon", ring=RING, is_active=False)
    zone_id = public_id("zon", closed.pk)
    with nothing_changes():
        assert refused(owner.posts("shifts", new_shift(cast, zone_id=zone_id))) == (404, "zone_not_found")
        assert refused(owner.patches(f"shifts/{planned['id']}", zone_id=zone_id)) == (404, "zone_not_found")


def test_an_external_id_names_one_shift(owner, cast):
    owner.posts("shifts", new_shift(cast, external_id="S-1"))
    with nothing_changes():
        second = owner.posts("shifts", new_shift(cast, courier_id=public_id("cou", cast.cy.pk), external_id="S-1"))
    assert refused(second) == (409, "external_id_taken")


def test_shifts_are_listed_by_courier_fleet_zone_and_local_day(owner, cast, planned):
    night = owner.posts(
        "shifts",
        new_shift(
            cast,
            courier_id=public_id("cou", cast.cy.pk),
            starts_at="2026-06-12T21:00:00Z",  # 23:00 of the 12th in Paris
            ends_at="2026-06-13T01:00:00Z",
        ),
    ).json()["id"]
    today = [public_id("shi", shift.pk) for shift in Shift.objects.filter(started_at__isnull=False).order_by("-pk")]
    assert owner.lists("shifts") == [night, planned["id"], *today]
    assert owner.lists("shifts", day="2026-06-11") == [planned["id"]]
    assert owner.lists("shifts", day="2026-06-12") == owner.lists("shifts", day="2026-06-13") == [night]
    assert owner.lists("shifts", courier_id=public_id("cou", cast.bo.pk), day="2026-06-12") == []
    assert owner.lists("shifts", zone_id="zon_" + "0" * 32) == []
    assert owner.lists("shifts", fleet_id="flt_" + "0" * 32) == []
    assert len(owner.lists("shifts", fleet_id=public_id("flt", cast.fleet.pk))) == 4


@pytest.mark.parametrize(
    ("day", "code"), [("11/06/2026", "invalid"), ("1999-01-01", "out_of_range"), ("2026-02-30", "invalid")]
)
def test_a_day_that_is_none_is_refused(owner, day, code):
    answer = owner.gets("shifts", day=day)
    assert (answer.status_code, wrong_fields(answer)) == (400, {"day": code})


def test_a_list_of_sixty_shifts_costs_the_same_as_a_short_one(owner, cast, django_assert_num_queries):
    at = clock.now() + timedelta(days=2)
    Shift.objects.bulk_create(
        Shift(courier=cast.bo, zone=cast.zone, starts_at=at + timedelta(hours=n), ends_at=at + timedelta(hours=n + 1))
        for n in range(60)
    )
    with django_assert_num_queries(4):  # the key, the fleets, the organisation's time zone, the rows
        assert len(owner.lists("shifts", limit=60, day="2026-06-13")) > 20
    short_memory.forget_everything()
    with django_assert_num_queries(3):
        assert len(owner.lists("shifts", limit=60)) == 60


def test_of_two_plans_for_one_courier_the_stale_one_loses(cast):
    from apps.core.errors import Conflict
    from apps.couriers.services import NewShift, plan_shift

    read_before = Courier.objects.get(pk=cast.bo.pk)
    at = clock.now() + timedelta(days=1)
    plan_shift(NewShift(courier_id=cast.bo.pk, zone_id=cast.zone.pk, starts_at=at, ends_at=at + timedelta(hours=1)))
    with pytest.raises(Conflict):
        read_before.swap()
