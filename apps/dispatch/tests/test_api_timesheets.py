"""Timesheets over the REST API: a row per courier and day, as JSON and as CSV."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.ids import public_id
from apps.couriers.models import Courier, Shift
from apps.couriers.services import pause, resume
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.dispatch.services import assign_leg, courier_moves_leg
from apps.dispatch.tests.calling import with_key
from apps.dispatch.tests.networking import fleet_with_one
from apps.orders.lifecycle import LegStatus
from tests.cast import placed

pytestmark = pytest.mark.django_db
WAY = (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)


def delivered(cast, courier):
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.DISPATCHER)
    for step in WAY:
        courier_moves_leg(courier_id=courier.pk, leg_id=leg.pk, epoch=1, to=step)
    return leg


def rows(system, **query):
    answer = system.gets("/timesheets", **query)
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def table(answer):
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


@pytest.fixture
def day_of_bo(cast, hand_clock):
    """Bo came half an hour late, delivered two legs, paused for a quarter of an hour; three hours have passed."""
    begun = hand_clock() + timedelta(minutes=30)
    Shift.objects.filter(courier=cast.bo).update(started_at=begun)
    hand_clock.advance(hours=1)
    legs = [delivered(cast, cast.bo), delivered(cast, cast.bo)]
    pause(courier_id=cast.bo.pk)
    hand_clock.advance(minutes=15)
    resume(courier_id=cast.bo.pk)
    hand_clock.advance(hours=1, minutes=45)
    return legs


def test_a_row_says_what_was_planned_worked_carried_and_earned(cast, velo, day_of_bo):
    held = Assignment.objects.filter(courier=cast.bo)
    (bos,) = rows(velo, courier_id=public_id("cou", cast.bo.pk))
    assert bos == {
        "date": "2026-06-10",
        "courier_id": public_id("cou", cast.bo.pk),
        "name": "Bo",
        "external_id": None,
        "fleet_id": public_id("flt", cast.fleet.pk),
        "planned_s": 4 * 3600,
        "on_duty_s": 9_000,
        "breaks_s": 900,
        "worked_s": 8_100,
        "late_s": 1_800,
        "missed": 0,
        "legs": 2,
        "distance_m": sum(leg.order.distance_m for leg in day_of_bo),
        "earnings": {"amount": sum(one.payout_cents for one in held), "currency": "EUR"},
    }
    assert bos["distance_m"] > 0
    assert bos["earnings"]["amount"] > 0


def test_a_shift_to_which_nobody_came_is_a_row_with_nothing_worked(cast, velo, hand_clock):
    Shift.objects.filter(courier=cast.cy).update(started_at=None)
    Courier.objects.filter(pk=cast.cy.pk).update(status="off_duty", shift=None)
    hand_clock.advance(hours=5)
    (cys,) = rows(velo, courier_id=public_id("cou", cast.cy.pk))
    assert (cys["planned_s"], cys["on_duty_s"], cys["missed"], cys["late_s"]) == (4 * 3600, 0, 1, 0)


def test_a_shift_that_a_courier_opened_was_not_planned(cast, velo, hand_clock):
    Shift.objects.filter(courier=cast.cy).update(is_planned=False)
    hand_clock.advance(hours=1)
    (cys,) = rows(velo, courier_id=public_id("cou", cast.cy.pk))
    assert (cys["planned_s"], cys["on_duty_s"], cys["late_s"]) == (0, 3600, 0)


def test_the_csv_has_the_same_rows_of_all_couriers(cast, velo, day_of_bo):
    shown = rows(velo)
    answer = velo.gets("/timesheets", format="csv")
    assert answer["Content-Disposition"] == 'attachment; filename="timesheets-2026-06-04-2026-06-10.csv"'
    written = table(answer)
    assert [(row["courier"], row["date"]) for row in written] == [(row["courier_id"], row["date"]) for row in shown]
    of_bo = next(row for row in written if row["name"] == "Bo")
    cents = next(row for row in shown if row["name"] == "Bo")["earnings"]["amount"]
    assert (of_bo["worked_s"], of_bo["late_s"], of_bo["legs"]) == ("8100", "1800", "2")
    assert (of_bo["earnings"], of_bo["currency"]) == (f"{cents // 100}.{cents % 100:02}", "EUR")


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+33", "-2", "@SUM(A1)"])
def test_no_name_runs_in_a_spreadsheet(cast, velo, name, hand_clock):
    Courier.objects.filter(pk=cast.bo.pk).update(name=name, external_id=name)
    written = table(velo.gets("/timesheets", format="csv", courier_id=public_id("cou", cast.bo.pk)))
    assert (written[0]["name"], written[0]["external_id"]) == (f"'{name}", f"'{name}")


def test_legs_paid_in_another_currency_have_a_row_of_their_own_without_hours(cast, velo, day_of_bo):
    Assignment.objects.filter(leg=day_of_bo[0]).update(payout_cents=5, currency="CHF")
    in_euros, in_francs = rows(velo, courier_id=public_id("cou", cast.bo.pk))
    assert in_euros["earnings"]["currency"] == "EUR"
    assert (in_euros["legs"], in_euros["worked_s"]) == (2, 8_100)
    assert in_francs["earnings"] == {"amount": 5, "currency": "CHF"}
    assert (in_francs["legs"], in_francs["on_duty_s"], in_francs["planned_s"]) == (0, 0, 0)


def test_pages_are_of_couriers_and_a_file_has_all(cast, velo, day_of_bo):
    first = velo.gets("/timesheets", limit=1).json()
    rest = velo.gets("/timesheets", limit=1, cursor=first["next_cursor"]).json()
    assert [row["name"] for row in first["data"] + rest["data"]] == ["Cy", "Bo"]
    assert rest["next_cursor"] is None
    assert len(table(velo.gets("/timesheets", format="csv", limit=1))) == 2


def test_a_file_has_every_courier_however_many_are_read_at_once(cast, velo, hand_clock, monkeypatch):
    monkeypatch.setattr("apps.dispatch.timesheets.AT_ONCE", 1)
    assert [row["name"] for row in table(velo.gets("/timesheets", format="csv"))] == ["Cy", "Bo"]


def test_nobody_sees_the_days_of_anothers_couriers(cast, velo, till, day_of_bo):
    rival, _ = fleet_with_one(cast, "Rush", 77)
    others = with_key(rival.organisation_id)
    assert [row["fleet_id"] for row in rows(others)] == [public_id("flt", rival.pk)]
    assert rows(till) == []
    for name, key in (("courier_id", public_id("cou", cast.bo.pk)), ("fleet_id", public_id("flt", cast.fleet.pk))):
        assert others.gets("/timesheets", **{name: key}).status_code == 404
        assert others.gets("/timesheets", format="csv", **{name: key}).status_code == 404


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"from": "2026-06-01", "to": "2026-07-02"}, "to"),
        ({"from": "2026-06-02", "to": "2026-06-01"}, "to"),
        ({"from": "june"}, "from"),
        ({"format": "pdf"}, "format"),
        ({"courier_id": "bo"}, "courier_id"),
        ({"day": "2026-06-01"}, "day"),
    ],
)
def test_what_cannot_be_meant_is_refused(velo, query, wrong):
    answer = velo.gets("/timesheets", **query)
    assert answer.status_code == 400
    assert [field["path"] for field in answer.json()["error"]["fields"]] == [wrong]


def test_the_queries_are_as_many_for_ten_legs_as_for_one(cast, velo, hand_clock):
    counts = []
    for legs in (1, 9):
        for _ in range(legs):
            delivered(cast, cast.bo)
            delivered(cast, cast.cy)
        rows(velo)  # the key is remembered for a second
        with CaptureQueriesContext(connection) as queries:
            rows(velo)
        counts.append(len(queries))
    assert counts[0] == counts[1]
