"""OSRM's tables: believed when they can be, and never in the way of a plan when they cannot."""

import logging
import time
from types import SimpleNamespace

import numpy as np
import pytest

from apps.dispatch.engine.travel import StraightLine, VehicleProfile
from apps.dispatch.travel import breaker
from apps.dispatch.travel.osrm import OsrmTable
from apps.dispatch.travel.osrm_answer import great_circle_m
from apps.dispatch.travel.osrm_server import MAX_BODY, OsrmServer
from apps.dispatch.travel.tests import osrm_stand_in as stand_ins
from apps.dispatch.travel.tests.osrm_stand_in import PACE, changing, saying

BIKE = VehicleProfile("bike", 15.0, 1.3)
VAN = VehicleProfile("van", 25.0, 1.3)
PROFILES = {"bike": "bike", "scooter": "car"}
DEADLINE_S = 0.2


@pytest.fixture
def stand_in():
    with stand_ins.running() as server:
        yield server


@pytest.fixture
def server(stand_in):
    return OsrmServer(stand_in.url, profiles=PROFILES, max_locations=100)


def positions(count, seed=1):
    return np.random.default_rng(seed).uniform([48.80, 2.25], [48.90, 2.42], size=(count, 2)).round(5)


def a_plan(server, **changes):
    """The model of one plan."""
    return OsrmTable(server, StraightLine(), **{"budget_s": 5.0, **changes})


def straight(origins, destinations, vehicle=BIKE):
    return StraightLine().seconds(origins, destinations, vehicle)


def by_road(origins, destinations):
    return great_circle_m(origins, destinations) * PACE


def test_times_are_those_of_the_server(server, stand_in):
    origins, destinations = positions(7, 1), positions(9, 2)
    answer = a_plan(server).seconds(origins, destinations, BIKE)
    np.testing.assert_allclose(answer, by_road(origins, destinations), atol=1.0)
    assert stand_in.requests == 1
    assert stand_in.paths[0].startswith("/table/v1/bike/")


def test_a_table_larger_than_the_server_takes_is_asked_for_in_parts(server, stand_in):
    origins, destinations = positions(130, 1), positions(70, 2)
    answer = a_plan(server).seconds(origins, destinations, BIKE)
    np.testing.assert_allclose(answer, by_road(origins, destinations), atol=1.0)
    assert max(stand_in.locations) <= 100
    assert stand_in.requests > 1


def test_what_was_answered_is_not_asked_again(server, stand_in):
    origins, destinations = positions(5, 1), positions(6, 2)
    first = a_plan(server).seconds(origins, destinations, BIKE)
    part = a_plan(server).seconds(origins[:3], destinations, BIKE)
    np.testing.assert_array_equal(part, first[:3])
    assert stand_in.requests == 1


def test_a_kind_of_vehicle_that_the_server_does_not_know_goes_by_straight_lines(server, stand_in):
    origins, destinations = positions(3, 1), positions(4, 2)
    np.testing.assert_array_equal(
        a_plan(server).seconds(origins, destinations, VAN), straight(origins, destinations, VAN)
    )
    assert stand_in.requests == 0


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_an_empty_question_is_not_sent(server, stand_in, shape):
    answer = a_plan(server).seconds(positions(shape[0]), positions(shape[1]), BIKE)
    assert answer.shape == shape
    assert stand_in.requests == 0


NONSENSE = {
    "an error": saying({"code": "Ok"}, 500),
    "no JSON": saying(b"<html>502</html>"),
    "an empty body": saying(b""),
    "JSON of another kind": saying([1, 2, 3]),
    "no table": saying({"code": "Ok"}),
    "no code": saying({"durations": []}),
    "a refusal": saying({"code": "NoSegment", "message": "no"}, 400),
    "a row less": changing(lambda table: table[:-1]),
    "a cell less": changing(lambda table: [*table[:-1], table[-1][:-1]]),
    "words": changing(lambda table: [["10"] * len(row) for row in table]),
    "truth": changing(lambda table: [[True] * len(row) for row in table]),
    "NaN": saying(b'{"code": "Ok", "durations": [[NaN]]}'),
    "numbers too large": changing(lambda table: [[10**400] * len(row) for row in table]),
    "negative times": changing(lambda table: [[-1.0] * len(row) for row in table]),
    "no way at all": changing(lambda table: [[None] * len(row) for row in table]),
    "zero": changing(lambda table: [[0.0] * len(row) for row in table]),
    "faster than any car": changing(lambda table: [[cell / 50 for cell in row] for row in table]),
    "slower than any snail": changing(lambda table: [[cell * 1e4 for cell in row] for row in table]),
    "a huge body": saying(b" " * (MAX_BODY + 10)),
    "a redirect": saying(b"", 302, Location="http://127.0.0.1:1/table/v1/bike/"),
    "a dropped connection": stand_ins.dropping,
    "half a body": stand_ins.half_a_body,
}


@pytest.mark.parametrize("what", NONSENSE)
def test_whatever_the_server_says_straight_lines_stand_in(server, stand_in, what):
    stand_in.behave = NONSENSE[what]
    origins, destinations = positions(4, 1), positions(5, 2)
    np.testing.assert_array_equal(a_plan(server).seconds(origins, destinations, BIKE), straight(origins, destinations))
    assert stand_in.requests == 1
    assert sum(server.fallback_cells.values()) == 20


@pytest.mark.parametrize("odd", [None, -5.0, 1e9, 0.0])
def test_a_single_cell_that_cannot_be_is_replaced_and_not_asked_for_again(server, stand_in, odd):
    stand_in.behave = changing(lambda table: [[odd, *table[0][1:]], *table[1:]])
    origins, destinations = positions(5, 1), positions(6, 2)
    answer = a_plan(server).seconds(origins, destinations, BIKE)
    expected = by_road(origins, destinations)
    ratio = np.median((expected / straight(origins, destinations)).ravel()[1:])
    assert answer[0, 0] == pytest.approx(straight(origins, destinations)[0, 0] * ratio, rel=0.01)
    np.testing.assert_allclose(answer.ravel()[1:], expected.ravel()[1:], atol=1.0)
    np.testing.assert_allclose(a_plan(server).seconds(origins, destinations, BIKE), answer)
    assert stand_in.requests == 1
    assert server.fallback_cells["no_way"] == 2


@pytest.mark.parametrize("how", ["hanging", "dripping"])
def test_a_server_that_hangs_costs_at_most_the_deadline(server, stand_in, how):
    stand_in.behave = getattr(stand_ins, how)(stand_in)
    origins, destinations = positions(30, 1), positions(90, 2)
    plan = a_plan(server, budget_s=DEADLINE_S)
    began = time.monotonic()
    answer = plan.seconds(origins, destinations, BIKE)
    plan.seconds(destinations, origins, BIKE)
    took = time.monotonic() - began
    np.testing.assert_array_equal(answer, straight(origins, destinations))
    assert stand_in.requests == 1
    assert took < 15  # the server hangs for 20 seconds


def test_nobody_listening_is_no_reason_to_fail():
    server = OsrmServer("http://127.0.0.1:1", profiles=PROFILES, max_locations=100)
    origins, destinations = positions(4, 1), positions(5, 2)
    np.testing.assert_array_equal(a_plan(server).seconds(origins, destinations, BIKE), straight(origins, destinations))


@pytest.mark.parametrize("url", ["http://", "http://[", "nonsense", "http://no-such-host.invalid"])
def test_a_url_that_leads_nowhere_is_no_reason_to_fail(url):
    server = OsrmServer(url, profiles=PROFILES, max_locations=100)
    origins, destinations = positions(2, 1), positions(2, 2)
    np.testing.assert_array_equal(
        a_plan(server, budget_s=DEADLINE_S).seconds(origins, destinations, BIKE), straight(origins, destinations)
    )


def test_a_server_that_fails_twice_is_left_alone_and_then_tried_once(server, stand_in, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    moment = 1_000.0
    monkeypatch.setattr(breaker, "time", SimpleNamespace(monotonic=lambda: moment))
    ask = iter(range(100))

    def plan():
        a_plan(server, budget_s=5.0).seconds(positions(2, next(ask) + 10), positions(2, 5), BIKE)

    stand_in.behave = saying({}, 500)
    for _ in range(4):
        plan()
    assert stand_in.requests == 2  # then it is left alone
    moment += breaker.REST_S + 1
    for _ in range(3):
        plan()
    assert stand_in.requests == 3  # one trial
    moment += breaker.REST_S + 1
    stand_in.behave = stand_ins.right
    for _ in range(3):
        plan()
    assert stand_in.requests == 6
    said = [record.message for record in caplog.records if record.name == breaker.__name__]
    assert len(said) == 2
    assert "left alone" in said[0]
    assert "answers again" in said[1]


def test_only_the_nearest_cells_are_asked_for_and_the_others_calibrated(server, stand_in):
    origins, destinations = positions(200, 1), positions(300, 2)
    answer = a_plan(server, budget_cells=20_000).seconds(origins, destinations, BIKE)
    assert stand_in.requests == 4
    expected = by_road(origins, destinations)
    np.testing.assert_allclose(answer, expected, rtol=0.02, atol=2.0)  # the server's roads are equally bad everywhere
    assert server.fallback_cells["no_answer"] == 60_000 - 10_000


def test_one_question_leaves_half_of_the_cells_to_the_others(server, stand_in):
    plan = a_plan(server, budget_cells=20_000)
    plan.seconds(positions(200, 1), positions(300, 2), BIKE)
    assert stand_in.requests == 4
    origins, destinations = positions(40, 3), positions(40, 4)
    np.testing.assert_allclose(
        plan.seconds(origins, destinations, BIKE), by_road(origins, destinations), rtol=0.02, atol=2.0
    )
    assert stand_in.requests == 5


def test_far_pairs_are_found_out_about_in_the_plans_that_follow(server, stand_in):
    origins, destinations = positions(100, 1), positions(100, 2)
    for asked in (2, 4, 4):
        answer = a_plan(server, budget_cells=10_000).seconds(origins, destinations, BIKE)
        assert stand_in.requests == asked
    np.testing.assert_allclose(answer, by_road(origins, destinations), atol=1.0)


def test_the_same_question_gets_the_same_answer_within_a_plan(server, stand_in):
    stand_in.behave = saying({}, 500)
    origins, destinations = positions(6, 1), positions(5, 2)
    plan = a_plan(server)
    first = plan.seconds(origins, destinations, BIKE)
    stand_in.behave = stand_ins.right
    a_plan(server).seconds(origins, destinations, BIKE)  # another plan: now it is known
    first_again = plan.seconds(origins, destinations, BIKE)
    np.testing.assert_array_equal(first_again, first)
    first_again[:] = 0  # and nobody can change it from outside
    np.testing.assert_array_equal(plan.seconds(origins, destinations, BIKE), first)
