"""The tick benchmark on small made-up cities."""

import json
import sys
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from apps.dispatch.engine import Plan, StopKind, plan
from apps.simulation.benchmarks.tick_check import limits_broken
from apps.simulation.benchmarks.tick_city import city
from apps.simulation.benchmarks.tick_matching import matched_rounds
from apps.simulation.benchmarks.tick_phases import PHASES, timed_plan
from apps.simulation.benchmarks.tick_price import left_out_min, price, ride, routes_of
from apps.simulation.benchmarks.tick_repair import put_in_left_out
from apps.simulation.benchmarks.tick_zones import zones_of


@pytest.fixture(scope="module")
def small():
    return city(20, 40, seed=1)


@pytest.fixture(scope="module")
def planned(small) -> Plan:
    return plan(small)


def changed(routes, courier_id, stops):
    return {**routes, courier_id: stops}


def a_new_leg(snapshot, routes):
    """A courier, and an open leg on his route."""
    open_ids = {leg.id for leg in snapshot.legs}
    return next(
        (courier, leg)
        for courier in snapshot.couriers
        for kind, leg in routes.get(courier.id, [])
        if leg.id in open_ids and kind is StopKind.PICKUP
    )


def test_the_same_seed_gives_the_same_city_and_another_one_another():
    assert city(20, 40, seed=3) == city(20, 40, seed=3)
    assert city(20, 40, seed=3) != city(20, 40, seed=4)


def test_a_city_has_limits_of_every_kind_in_it():
    snapshot = city(200, 400)
    legs, couriers = snapshot.legs, snapshot.couriers
    stops = [stop for courier in couriers for stop in courier.stops]
    assert (len(couriers), len(legs)) == (200, 400)
    for field in ("drop_by", "pickup_by", "drop_from", "max_on_board_s", "eligible_fleets", "vehicle_kinds"):
        assert 0 < sum(getattr(leg, field) is not None for leg in legs) < len(legs) / 2, field
    assert {"cold", "alcohol"} <= {skill for leg in legs for skill in leg.skills}
    assert any(leg.excluded_couriers for leg in legs)
    assert {"bike", "cargo_bike", "scooter", "van"} == {courier.vehicle.kind for courier in couriers}
    assert any(courier.shift_ends_at < snapshot.now + 3600 for courier in couriers)
    assert any(courier.drop_by for courier in couriers)
    assert any(courier.max_legs for courier in couriers)
    assert any(stop.kind is StopKind.PICKUP for stop in stops)
    assert all(stop.leg.promised_at for stop in stops)


def test_nobody_starts_with_more_on_board_than_his_vehicle_takes():
    for courier in city(200, 1).couriers:
        vehicle = courier.vehicle
        assert courier.weight_on_board_g <= vehicle.max_weight_g
        assert courier.volume_on_board_l <= vehicle.max_volume_l
        assert courier.parcels_on_board <= vehicle.max_parcels


def test_a_larger_city_is_as_dense():
    def spread(snapshot):
        lats = [courier.position.lat for courier in snapshot.couriers]
        return max(lats) - min(lats)

    assert spread(city(800, 1)) / spread(city(200, 1)) == pytest.approx(2.0, rel=0.05)


def test_the_price_of_a_plan_is_what_the_engine_says_it_costs(small, planned):
    ours = sum(route.cost_min for route in planned.routes)
    ours += sum(left_out_min(small, leg) for leg in small.legs if leg.id in planned.unassigned)
    assert price(small, routes_of(planned, small)).cost_min == pytest.approx(ours, rel=1e-9)


def test_the_price_of_leaving_everything_out_is_what_the_engine_says_it_costs(small):
    nobody = replace(small, couriers=tuple(replace(c, skills=frozenset(), fleet_id="none") for c in small.couriers))
    legs = tuple(replace(leg, eligible_fleets=frozenset({"own"})) for leg in small.legs)
    planned = plan(replace(nobody, legs=legs))
    assert set(planned.unassigned) == {leg.id for leg in legs}
    riding = sum(route.cost_min for route in planned.routes)
    left_out = sum(left_out_min(small, leg) for leg in legs)
    assert price(replace(nobody, legs=legs), {}).cost_min == pytest.approx(riding + left_out, rel=1e-9)


def test_the_handovers_of_a_plan_are_those_of_the_price(small, planned):
    couriers, routes = {courier.id: courier for courier in small.couriers}, routes_of(planned, small)
    for route in planned.routes:
        ridden = ride(small, couriers[route.courier_id], routes[route.courier_id])
        last = [sum(len(stop.leg_ids) for stop in route.stops[: k + 1]) - 1 for k in range(len(route.stops))]
        assert [ridden.handover_at[k] for k in last] == pytest.approx([stop.handover_at for stop in route.stops])


def test_our_plan_breaks_no_limit(small, planned):
    assert limits_broken(small, routes_of(planned, small)) == []


def test_the_check_sees_a_leg_that_its_courier_may_not_carry(small, planned):
    routes = routes_of(planned, small)
    courier, leg = a_new_leg(small, routes)
    banned = replace(leg, excluded_couriers=frozenset({courier.id}))
    route = [(kind, banned if each.id == leg.id else each) for kind, each in routes[courier.id]]
    assert limits_broken(small, changed(routes, courier.id, route)) == [f"{courier.id}: may not carry {leg.id}"]


def test_the_check_sees_a_drop_off_that_is_too_late(small, planned):
    routes = routes_of(planned, small)
    courier, leg = a_new_leg(small, routes)
    hurried = replace(leg, drop_by=small.now)
    route = [(kind, hurried if each.id == leg.id else each) for kind, each in routes[courier.id]]
    assert limits_broken(small, changed(routes, courier.id, route)) == [
        f"{courier.id}: dropoff of {leg.id} is too late"
    ]


def test_the_check_sees_food_that_grows_cold(small, planned):
    routes = routes_of(planned, small)
    courier, leg = a_new_leg(small, routes)
    hot = replace(leg, max_on_board_s=1.0)
    route = [(kind, hot if each.id == leg.id else each) for kind, each in routes[courier.id]]
    assert limits_broken(small, changed(routes, courier.id, route)) == [f"{courier.id}: {leg.id} is on board too long"]


def test_the_check_sees_too_much_on_board(small, planned):
    routes = routes_of(planned, small)
    courier, leg = a_new_leg(small, routes)
    bulky = replace(leg, volume_l=1e6)
    route = [(kind, bulky if each.id == leg.id else each) for kind, each in routes[courier.id]]
    broken = limits_broken(small, changed(routes, courier.id, route))
    assert any("volume" in line for line in broken)


def test_the_check_sees_committed_stops_that_are_gone(small):
    courier = next(courier for courier in small.couriers if courier.stops)
    assert limits_broken(small, {courier.id: []}) == [f"{courier.id}: committed stops are missing or in another order"]


def test_what_was_left_out_is_put_in_within_the_limits(small):
    routes = {courier.id: [(stop.kind, stop.leg) for stop in courier.stops] for courier in small.couriers}
    assert put_in_left_out(small, routes) == len(small.legs)
    assert limits_broken(small, routes) == []
    assert len(price(small, routes).left_out) < len(small.legs) / 4


def test_repeated_matching_gives_every_leg_at_most_once_and_costs_more_than_routes(small, planned):
    matched = price(small, matched_rounds(small))
    assert matched.left_out == ()
    assert matched.cost_min > price(small, routes_of(planned, small)).cost_min


def test_zones_have_every_courier_and_every_leg_once(small):
    zones = zones_of(small, 4)
    assert len(zones) == 4
    assert sorted(leg.id for zone in zones for leg in zone.legs) == sorted(leg.id for leg in small.legs)
    assert sorted(c.id for zone in zones for c in zone.couriers) == sorted(c.id for c in small.couriers)


def test_the_phases_of_a_plan_sum_up_and_leave_the_plan_as_it_is(small, planned):
    again, total, phases = timed_plan(small)
    assert again == planned
    assert tuple(phases) == PHASES
    assert all(spent.wall_s > 0 for spent in phases.values())
    assert sum(spent.wall_s for spent in phases.values()) == pytest.approx(total.wall_s)


def test_the_command_writes_a_summary(tmp_path, capsys):
    call_command("bench", "tick", couriers=20, legs=40, seeds=1, vroom=False, out=tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    page = (tmp_path / "out" / "summary.md").read_text()
    assert [(size["couriers"], size["legs"]) for size in summary["sizes"]] == [(20, 40)]
    assert [plan["name"] for plan in summary["sizes"][0]["seeds"][0]["plans"]] == ["ours", "repeated matching"]
    assert [row["couriers"] for row in summary["cores"]] == [20, 40, 80]
    assert summary["machine"]["cores"] >= 1
    assert "| insertion |" in page
    assert "VROOM" not in page.partition("## 20 couriers")[2]
    assert page in capsys.readouterr().out


def test_the_command_asks_for_couriers_and_legs_together(tmp_path):
    with pytest.raises(CommandError, match="both or neither"):
        call_command("bench", "tick", couriers=20, out=tmp_path)
    with pytest.raises(CommandError, match="at least 1"):
        call_command("bench", "tick", couriers=0, legs=40, out=tmp_path)


def test_the_command_says_when_there_is_no_vroom_to_compare_with(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "vroom", None)
    call_command("bench", "tick", couriers=4, legs=6, seeds=1, out=tmp_path)
    assert "pyvroom not installed" in (tmp_path / "summary.md").read_text()


def test_vroom_gives_legs_only_to_those_who_may_carry_them_and_each_once(small):
    from apps.simulation.benchmarks.tick_vroom import VARIANTS, vroom_routes

    routes = vroom_routes(small, VARIANTS[0])
    put_in_left_out(small, routes)
    broken = limits_broken(small, routes, rounding_s=10.0)
    untold = ("committed stops are missing or in another order", "on board too long", "is too late")
    assert [line for line in broken if not line.endswith(untold)] == []
    assert price(small, routes).left_out == ()
