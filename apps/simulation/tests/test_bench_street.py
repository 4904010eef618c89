"""The street benchmark: its couriers, its reading of the log, its page; once against the whole platform."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import orjson
import pytest
from django.core.management import CommandError, call_command

from apps.core.geo import Point
from apps.simulation.benchmarks.load_precedence import precedence
from apps.simulation.benchmarks.load_results import Bounds, Rates, Round, Times
from apps.simulation.benchmarks.load_speed import Speedometer
from apps.simulation.benchmarks.street_courier import street_courier
from apps.simulation.benchmarks.street_crowd import vehicle
from apps.simulation.benchmarks.street_results import Asked, Fates, StreetResult, fates_of
from apps.simulation.benchmarks.street_summary import page
from apps.simulation.replay.checking import EventRecord
from coursier.embedded.stack import PROJECT

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HERE = Point(48.86, 2.35)
WAY = ("open", "assigned", "at_pickup", "picked_up", "at_dropoff", "delivered")


def placed(order, minute=0.0):
    return EventRecord("OrderPlaced", order, NOON + timedelta(minutes=minute), {})


def moves(order, way=WAY, courier="bo", first=1):
    for version, (before, after) in enumerate(pairwise(way), first):
        named = None if after in ("open", "offered") else courier
        payload = {"leg_id": order, "version": version, "before": before, "after": after, "courier_id": named}
        yield EventRecord("LegMoved", order, NOON + timedelta(minutes=version), payload)


def test_an_order_waits_until_it_is_offered_or_assigned_in_seconds_of_the_wall():
    log = [placed("a"), *moves("a"), placed("b"), *moves("b", ("open", "offered"))]
    fates = fates_of(["a", "b"], log, speed=60)
    assert (fates.orders, fates.delivered, fates.lost, fates.doubled) == (2, 1, 0, 0)
    assert fates.to_hands_s.p50_ms == fates.to_hands_s.slowest_ms == 1000


def test_what_is_not_in_the_log_or_in_nobodys_hands_is_lost():
    assert fates_of(["a", "b"], [placed("a"), placed("c"), *moves("c")], speed=1).lost == 2
    flagged = EventRecord("AttentionRaised", "a", NOON, {})
    assert fates_of(["a"], [placed("a"), flagged], speed=1).lost == 0


def test_a_leg_of_two_couriers_is_doubled():
    second = EventRecord(
        "LegMoved",
        "a",
        NOON,
        {"leg_id": "a", "version": 2, "before": "assigned", "after": "assigned", "courier_id": "cy"},
    )
    log = [placed("a"), *moves("a", ("open", "assigned")), second]
    assert fates_of(["a"], log, speed=1).doubled == 1


def sync(news=1, *, stops=(), offers=()):
    return {"news": news, "courier": {"status": "on_duty"}, "shift": None, "offers": offers, "stops": list(stops)}


def stop(kind, point, status):
    place = {"lat": point.lat, "lon": point.lon, "opens_at": None, "ready_at": None, "service_s": 60}
    whom = {"order_id": "ord_1", "contact_name": "", "proof": [], "parcels": []}
    return {"kind": kind, "leg_id": "leg_1", "epoch": 1, "leg_status": status, **place, **whom}


def a_courier():
    return street_courier(token="cd_1", at=HERE, vehicle=vehicle(), now=NOON)


def test_a_courier_reports_where_it_is_a_step_apart():
    body = orjson.loads(a_courier().report(NOON, timedelta(seconds=2)))
    times = [datetime.fromisoformat(row["device_time"]) for row in body["positions"]]
    assert times == [NOON - timedelta(seconds=2 * place) for place in (4, 3, 2, 1, 0)]
    assert {(row["lat"], row["lon"]) for row in body["positions"]} == {(HERE.lat, HERE.lon)}


def test_a_courier_does_each_step_of_a_delivery_once_and_numbers_them():
    courier, there = a_courier(), Point(48.865, 2.355)
    courier.learn(sync(stops=[stop("pickup", HERE, "assigned"), stop("dropoff", there, "assigned")]), NOON)
    told, now = [], NOON
    while courier.delivered == 0:
        assert now < NOON + timedelta(hours=1)
        next_at = courier.live(now)
        if sent := list(courier.outbox):
            told += sent
            results = [{"id": action["id"], "outcome": "applied"} for action in sent]
            assert courier.answered(sent, {"news": 1, "results": results}) == []
        now = max(next_at or now, now + timedelta(seconds=1))
    assert [action["kind"] for action in told] == ["arrive", "pick_up", "arrive", "deliver"]
    assert [action["sequence"] for action in told] == [1, 2, 3, 4]
    assert courier.live(now) is None


def test_a_courier_accepts_each_offer_once_and_asks_again_after_a_refusal():
    courier = a_courier()
    for _ in range(2):
        courier.learn(sync(offers=[{"id": "off_1"}]), NOON)
    (sent,) = courier.outbox
    assert (sent["kind"], sent["offer_id"]) == ("accept_offer", "off_1")
    refused = {"id": sent["id"], "outcome": "refused", "error": {"code": "offer_gone"}}
    assert courier.answered([sent], {"news": 1, "results": [refused]}) == ["offer_gone"]
    assert courier.wants_to_sync


def round_with(per_second):
    return Round(per_second, Times(1, 2, 3, 4), 10, {}, 1, 0.1, 1.0, {"mobile": 1.0}, {})


def test_the_page_says_what_was_reached():
    few = Rates("positions, 5 points", (round_with(900),), (round_with(1_000),), Bounds(0.6, 0.3))
    many = Rates("points, 500 a batch", (round_with(30_000),), (round_with(60_000),), Bounds(75_000, 20_000))
    fates = Fates(3_000, 2_990, 3_000, lost=0, doubled=0, to_hands_s=Times(800, 1_900, 2_500, 4_000))
    asked = {"positions": Asked(200.0, Times(10, 149, 160, 200)), "orders": Asked(10.0, Times(20, 30, 40, 50))}
    street, measured = ("postgresql", 1_000, 10, 10, 300, 60), (asked, fates, {}, {})
    result = StreetResult(*street, *measured, True, 1.0, {"mobile": 0.6}, {"usual": 1.5, "best": 1.0}, few, many)
    told = page({"cores": 2}, result)
    assert "| positions, ms | 200.0 | 10 | 149 | 160 | 200 | < 50 | < 150 | floor |" in told
    assert "| placed to assigned or offered, ms |  | 800 | 1900 | 2500 | 4000 | < 2000 | < 10000 | goal |" in told
    assert "| positions, 5 points | 900/s | 1,000/s | 0.90 | >= 0.6 | >= 0.3 | goal |" in told
    assert "| points, 500 a batch | 30,000/s | 60,000/s | 0.50 | >= 75,000/s | >= 20,000/s | floor |" in told
    assert (
        "3,000 answered, 10.0 a second (goal 20, floor 10); 2,990 delivered, 3,000 settled, 0 lost, 0 doubled." in told
    )
    assert "The generator went before all others and was late by 1.0 ms" in told
    assert "The same sum took the processor 1.50 ms, 1.00 at best" in told
    waiting = page({"cores": 2}, replace(result, generator_goes_first=False))
    assert "The generator had to wait for a processor like all others" in waiting
    assert json.loads(json.dumps(replace(result, store="sqlite").as_json()))["alone"]["verdict"] == "goal"


def test_the_command_says_what_is_wrong_in_one_line(tmp_path):
    with pytest.raises(CommandError, match="must be more than 0"):
        call_command("bench", "street", "--out", str(tmp_path), "--couriers", "0")
    assert list(tmp_path.iterdir()) == []


def test_the_generator_goes_first_only_while_it_measures_and_nobody_it_starts_does():
    before = os.sched_getscheduler(0)
    with precedence() as goes_first:
        assert (os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK == os.SCHED_FIFO) == goes_first
        policy = "import os; print(os.sched_getscheduler(0))"
        child = subprocess.run([sys.executable, "-c", policy], capture_output=True, text=True, check=True)
    assert int(child.stdout) == before
    assert os.sched_getscheduler(0) == before


def test_the_speed_of_the_processor_is_told_by_its_own_time():
    speed = Speedometer()
    assert (speed.usual_ms, speed.best_ms) == (0.0, 0.0)
    for _ in range(5):
        speed.sample()
    assert 0 < speed.best_ms <= speed.usual_ms <= max(speed.samples_ms)


@pytest.mark.stack
def test_a_small_city_is_delivered_and_measured_and_leaves_nothing_behind(tmp_path):
    temporary, out = tmp_path / "temporary", tmp_path / "out"
    temporary.mkdir()
    words = "--store sqlite --couriers 20 --zones 2 --orders-per-s 1 --seconds 8 --rounds 1 --round-seconds 0.5"
    run = subprocess.run(
        [sys.executable, "manage.py", "bench", "street", "--out", str(out), *words.split()],
        cwd=PROJECT,
        env=os.environ | {"TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads((out / "street.json").read_text())["street"]
    assert found["errors"] == {}
    fates = found["fates"]
    assert fates["orders"] > 0
    assert (fates["delivered"], fates["lost"], fates["doubled"]) == (fates["orders"], 0, 0)
    assert found["asked"]["positions"]["per_second"] == pytest.approx(4.0, rel=0.4)
    assert min(found["alone"]["ratio"], found["points"]["ratio"]) > 0
    assert (out / "street.md").read_text().strip() in run.stdout
    assert list(temporary.iterdir()) == []
