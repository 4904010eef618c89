"""Shifts to come, earnings and history, as a courier's phone asks for them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.ids import public_id
from apps.couriers.models import Shift
from apps.couriers.services import pause, resume
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.dispatch.services import assign_leg, release_ended, unassign_leg
from apps.mobile.tests.phones import get
from apps.orders.models import Leg, Order
from apps.orders.services import cancel_order
from apps.zones.models import Zone
from tests.cast import CENTRE, RING, placed

pytestmark = pytest.mark.django_db
HERE = {"lat": CENTRE.lat, "lon": CENTRE.lon}


def asks(phone, path, **query):
    text = "&".join(f"{name}={value}" for name, value in query.items())
    answer = get(f"{path}?{text}" if text else path, token=phone.token)
    assert answer.status_code == 200, answer.content
    return answer.json()


def refused(phone, path):
    answer = get(path, token=phone.token)
    error = answer.json()["error"]
    return answer.status_code, {field["path"]: field["code"] for field in error.get("fields", ())}


def delivered(cast, phone, **changes):
    """Bo delivers a leg that was given to him. Returns it."""
    _, leg = placed(cast, **changes)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    results = phone.send(*phone.way_of(Leg.objects.get(pk=leg.pk)))
    assert [result["outcome"] for result in results] == ["applied"] * 4
    return leg


def planned(cast, starts_at, *, hours=4, courier=None, zone=None):
    starts_at = datetime.fromisoformat(starts_at)
    return Shift.objects.create(
        courier=courier or cast.bo,
        zone=zone or cast.zone,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
    )


# Shifts


def test_a_courier_sees_the_shifts_of_today_and_the_two_weeks_to_come(cast, bos_phone, hand_clock):
    now = cast.bo.shift
    soon = planned(cast, "2026-06-24T20:00:00+02:00")
    planned(cast, "2026-06-09T10:00:00+02:00")
    planned(cast, "2026-06-25T10:00:00+02:00")
    planned(cast, "2026-06-11T10:00:00+02:00", courier=cast.cy)
    shown = asks(bos_phone, "shifts")["data"]
    assert [shift["id"] for shift in shown] == [public_id("shi", shift.pk) for shift in (now, soon)]
    assert shown[0] == {
        "id": public_id("shi", now.pk),
        "starts_at": "2026-06-10T10:00:00Z",
        "ends_at": "2026-06-10T14:00:00Z",
        "zone": {"id": public_id("zon", cast.zone.pk), "name": "Paris"},
        "started_at": "2026-06-10T10:00:00Z",
        "ended_at": None,
        "breaks_s": 0,
        "legs_done": 0,
    }


def test_the_day_of_a_shift_is_the_zones_from_midnight_to_midnight(cast, bos_phone, hand_clock):
    until_midnight = planned(cast, "2026-06-12T20:00:00+02:00")
    from_midnight = planned(cast, "2026-06-13T00:00:00+02:00")
    over_it = planned(cast, "2026-06-13T22:00:00+02:00")
    names = {
        public_id("shi", s.pk): n for s, n in ((until_midnight, "before"), (from_midnight, "from"), (over_it, "over"))
    }

    def on(day):
        return [names[shift["id"]] for shift in asks(bos_phone, "shifts", **{"from": day, "to": day})["data"]]

    assert [on("2026-06-12"), on("2026-06-13"), on("2026-06-14")] == [["before"], ["from", "over"], ["over"]]


def test_breaks_and_legs_of_a_shift_are_counted(cast, bos_phone, hand_clock):
    delivered(cast, bos_phone)
    bos_phone.act("pause")
    hand_clock.advance(minutes=10)
    bos_phone.act("resume")
    (shift,) = asks(bos_phone, "shifts", to="2026-06-10")["data"]
    assert (shift["breaks_s"], shift["legs_done"]) == (600, 1)


# Earnings


def test_earnings_are_what_was_promised_for_legs_delivered_with_the_hours(cast, bos_phone, hand_clock):
    first, second = delivered(cast, bos_phone), delivered(cast, bos_phone)
    hand_clock.advance(hours=1)
    bos_phone.act("pause")
    hand_clock.advance(minutes=15)
    bos_phone.act("resume")
    hand_clock.advance(minutes=45)
    promised = sum(Assignment.objects.values_list("payout_cents", flat=True))
    assert promised > 0
    amount = {"amount": promised, "currency": "EUR"}
    assert asks(bos_phone, "earnings") == {
        "from": "2026-05-28",
        "to": "2026-06-10",
        "total": {"legs": 2, "amount": amount, "other_amounts": [], "on_duty_s": 7_200, "breaks_s": 900},
        "days": [{"date": "2026-06-10", "legs": 2, "amount": amount, "on_duty_s": 7_200, "breaks_s": 900}],
    }
    assert {first.pk, second.pk} == set(Assignment.objects.values_list("leg_id", flat=True))


def test_what_is_earned_stays_whatever_becomes_of_the_price(cast, bos_phone, hand_clock):
    leg = delivered(cast, bos_phone)
    before = asks(bos_phone, "earnings")["total"]["amount"]
    Order.objects.filter(pk=leg.order_id).update(net_cents=1)
    assert asks(bos_phone, "earnings")["total"]["amount"] == before


def test_what_was_not_delivered_is_not_earned(cast, bos_phone, hand_clock):
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    named = {"leg_id": public_id("leg", leg.pk), "epoch": 1}
    bos_phone.send(
        bos_phone.action("arrive", stop="pickup", **named), bos_phone.action("fail", reason="closed", **named)
    )
    total = asks(bos_phone, "earnings")["total"]
    assert (total["legs"], total["amount"]) == (0, {"amount": 0, "currency": "EUR"})


def test_nobody_sees_what_another_earned(cast, bos_phone, cys_phone, hand_clock):
    delivered(cast, bos_phone)
    total = asks(cys_phone, "earnings")["total"]
    assert (total["legs"], total["amount"]["amount"]) == (0, 0)
    assert asks(cys_phone, "history")["data"] == []


def test_a_shift_over_midnight_belongs_to_two_days_and_a_leg_to_the_one_it_was_delivered_on(
    cast, bos_phone, hand_clock
):
    Shift.objects.filter(courier=cast.bo).update(ends_at=datetime(2026, 6, 11, 1, tzinfo=UTC))
    hand_clock.advance(hours=11)
    before = delivered(cast, bos_phone)
    hand_clock.advance(hours=2)
    after = delivered(cast, bos_phone)
    hand_clock.advance(hours=1)
    days = asks(bos_phone, "earnings")["days"]
    assert [(day["date"], day["on_duty_s"], day["legs"]) for day in days] == [
        ("2026-06-10", 12 * 3600, 1),
        ("2026-06-11", 2 * 3600, 1),
    ]
    assert before.pk != after.pk


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-10", 24)])
def test_on_the_days_on_which_clocks_change_there_are_hours_less_or_more(cast, bos_phone, hand_clock, day, hours):
    Shift.objects.filter(courier=cast.bo).delete()
    begins = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=UTC) - timedelta(hours=5)
    whole = Shift.objects.create(
        courier=cast.bo, zone=cast.zone, starts_at=begins, ends_at=begins + timedelta(hours=40), started_at=begins
    )
    Shift.objects.filter(pk=whole.pk).update(ended_at=whole.ends_at)
    (only,) = asks(bos_phone, "earnings", **{"from": day, "to": day})["days"]
    assert only["on_duty_s"] == hours * 3600


def test_a_day_is_the_one_of_the_zone_where_the_work_was(cast, bos_phone, hand_clock):
    Shift.objects.filter(courier=cast.bo).delete()
    tokyo = Zone.objects.create(name="Tokyo", slug="tokyo", ring=RING, time_zone="Asia/Tokyo")
    shift = planned(cast, "2026-06-12T20:00:00+00:00", hours=2, zone=tokyo)
    Shift.objects.filter(pk=shift.pk).update(started_at=shift.starts_at, ended_at=shift.ends_at)
    (only,) = asks(bos_phone, "earnings", **{"from": "2026-06-01", "to": "2026-06-30"})["days"]
    assert (only["date"], only["on_duty_s"]) == ("2026-06-13", 7_200)


def test_amounts_in_another_currency_are_told_apart(cast, bos_phone, hand_clock):
    delivered(cast, bos_phone)
    abroad = delivered(cast, bos_phone)
    Assignment.objects.filter(leg=abroad).update(payout_cents=50, currency="CHF")
    answer = asks(bos_phone, "earnings")
    assert answer["total"]["other_amounts"] == [{"amount": 50, "currency": "CHF"}]
    assert answer["total"]["amount"]["currency"] == answer["days"][0]["amount"]["currency"] == "EUR"


@pytest.mark.parametrize("path", ["shifts", "earnings"])
@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("from=2026-06-10&to=2026-06-09", {"to": "before_from"}),
        ("from=2026-06-10&to=2026-09-10", {"to": "too_many_days"}),
        ("from=10.06.2026", {"from": "invalid"}),
        ("to=2026-02-30", {"to": "invalid"}),
        ("from=1999-12-31", {"from": "out_of_range"}),
        ("day=2026-06-10", {"day": "unknown_field"}),
        ("from=2026-06-10&from=2026-06-11", {"from": "repeated"}),
    ],
)
def test_days_that_cannot_be_meant_are_refused(cast, bos_phone, path, query, wrong):
    assert refused(bos_phone, f"{path}?{query}") == (400, wrong)


def test_three_months_can_be_asked_for_and_one_end_is_enough(cast, bos_phone, hand_clock):
    answer = asks(bos_phone, "earnings", **{"from": "2026-04-01", "to": "2026-07-01"})
    assert (answer["from"], answer["to"]) == ("2026-04-01", "2026-07-01")
    answer = asks(bos_phone, "earnings", to="2026-03-14")
    assert (answer["from"], answer["to"]) == ("2026-03-01", "2026-03-14")
    answer = asks(bos_phone, "earnings", **{"from": "2026-03-01"})
    assert (answer["from"], answer["to"]) == ("2026-03-01", "2026-03-14")


# History


def test_history_shows_what_was_carried_the_last_first_and_nobody_by_name(cast, bos_phone, hand_clock):
    first = delivered(cast, bos_phone)
    _, lost = placed(cast)
    assign_leg(leg_id=lost.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    unassign_leg(leg_id=lost.pk, reason="puncture")
    order, called_off = placed(cast)
    assign_leg(leg_id=called_off.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    cancel_order(order_id=order.pk, reason="closed")
    release_ended()
    answer = asks(bos_phone, "history")
    assert answer["next_cursor"] is None
    assert [row["leg_id"] for row in answer["data"]] == [public_id("leg", leg.pk) for leg in (called_off, first)]
    assert [row["status"] for row in answer["data"]] == ["cancelled", "delivered"]
    held = Assignment.objects.get(leg=first)
    assert answer["data"][0]["payout"] == {"amount": 0, "currency": "EUR"}
    assert answer["data"][1] == {
        "leg_id": public_id("leg", first.pk),
        "short_code": first.order.short_code,
        "status": "delivered",
        "ended_at": "2026-06-10T10:00:00Z",
        "address": "3 rue de Charonne, Paris",
        "payout": {"amount": held.payout_cents, "currency": "EUR"},
    }
    assert "Eve" not in str(answer)
    assert "+33" not in str(answer)


def test_history_goes_on_where_a_page_ends(cast, bos_phone, hand_clock):
    legs = [delivered(cast, bos_phone) for _ in range(3)]
    first = asks(bos_phone, "history", limit=2)
    rest = asks(bos_phone, "history", limit=2, cursor=first["next_cursor"])
    shown = [row["leg_id"] for row in first["data"] + rest["data"]]
    assert shown == [public_id("leg", leg.pk) for leg in reversed(legs)]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("path", ["history?limit=101", "history?cursor=nonsense", "history?day=2026-06-10"])
def test_a_page_that_cannot_be_meant_is_refused(cast, bos_phone, path):
    assert refused(bos_phone, path)[0] == 400


@pytest.mark.parametrize("path", ["shifts", "earnings", "history"])
def test_who_is_not_signed_in_sees_nothing(cast, path):
    assert get(path).status_code == get(path, token="cd_nobody").status_code == 401


@pytest.mark.parametrize(("path", "most"), [("shifts", 4), ("earnings", 6), ("history", 2)])
def test_the_queries_are_as_many_for_three_legs_and_breaks_as_for_one(cast, bos_phone, hand_clock, path, most):
    counts = []
    for _ in range(3):
        delivered(cast, bos_phone)
        pause(courier_id=cast.bo.pk)
        hand_clock.advance(minutes=1)
        resume(courier_id=cast.bo.pk)
        planned(cast, f"2026-06-1{len(counts) + 1}T10:00:00+02:00")
        with CaptureQueriesContext(connection) as queries:
            asks(bos_phone, path)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= most
