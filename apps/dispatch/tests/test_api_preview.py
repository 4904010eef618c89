"""`/v1/plans/preview`: what would be, as far as it is the caller's; nothing is committed."""

from datetime import timedelta

import pytest

from apps.core.ids import public_id
from apps.couriers.lifecycle import FleetMode
from apps.dispatch.api import plans
from apps.dispatch.tests.calling import code_of, make_rapid, nothing_changes
from apps.orders.models import NetworkPolicy
from tests.cast import BAKERY, HOME, make_courier, placed

pytestmark = pytest.mark.django_db
EXTRA_LEG = {
    "ref": "big order",
    "pickup": {"lat": BAKERY.lat, "lon": BAKERY.lon},
    "dropoff": {"lat": HOME.lat, "lon": HOME.lon},
}


@pytest.fixture(autouse=True)
def unlimited(settings):
    settings.RATE_LIMIT_PER_S = 0


def ask(cast, system, **change):
    return system.client.post("/v1/plans/preview", {"zone_id": public_id("zon", cast.zone.pk), **change})


def legs_of(plan):
    return {route["courier"]: [leg for stop in route["stops"] for leg in stop["legs"]] for route in plan["routes"]}


def cou(courier):
    return public_id("cou", courier.pk)


def test_without_a_change_both_plans_are_the_same_and_nothing_is_written(cast, velo):
    _, leg = placed(cast)
    with nothing_changes():
        shown = ask(cast, velo).json()
    assert shown["as_is"] == shown["as_if"]
    assert shown["added_min"] == 0
    assert legs_of(shown["as_is"]) == {cou(cast.bo): [public_id("leg", leg.pk)] * 2}
    (route,) = shown["as_is"]["routes"]
    assert [stop["kind"] for stop in route["stops"]] == ["pickup", "dropoff"]
    assert route["stops"][0]["arrives_at"].endswith("Z")


def test_without_a_courier_another_goes_and_it_takes_longer(cast, velo):
    placed(cast)
    shown = ask(cast, velo, without_couriers=[cou(cast.bo)]).json()
    assert set(legs_of(shown["as_if"])) == {cou(cast.cy)}
    assert shown["added_min"] > 0


def test_an_extra_leg_is_planned_under_its_name(cast, velo):
    with nothing_changes():
        shown = ask(cast, velo, extra_legs=[EXTRA_LEG]).json()
    assert shown["as_is"]["routes"] == []
    assert legs_of(shown["as_if"]) == {cou(cast.bo): ["big order"] * 2}


def test_an_extra_leg_that_nobody_can_carry_says_why(cast, velo):
    shown = ask(cast, velo, extra_legs=[{**EXTRA_LEG, "weight_g": 50_000}]).json()
    assert shown["as_if"]["unassigned"] == [{"leg": "big order", "reason": "too_heavy"}]
    assert shown["as_if"]["unassigned_count"] == 1


def test_an_extra_courier_carries_it(cast, velo, hand_clock):
    van = {
        "ref": "the van",
        "fleet_id": public_id("flt", cast.fleet.pk),
        "lat": BAKERY.lat,
        "lon": BAKERY.lon,
        "vehicle": "van",
        "shift_ends_at": (hand_clock() + timedelta(hours=4)).isoformat(),
    }
    change = {"extra_legs": [{**EXTRA_LEG, "weight_g": 50_000}], "extra_couriers": [van]}
    assert legs_of(ask(cast, velo, **change).json()["as_if"]) == {"the van": ["big order"] * 2}


def test_when_shifts_end_at_once_nobody_can_go(cast, velo, hand_clock):
    placed(cast)
    ends = [{"courier_id": cou(c), "ends_at": hand_clock().isoformat()} for c in (cast.bo, cast.cy)]
    shown = ask(cast, velo, shift_ends=ends).json()
    assert shown["as_if"]["routes"] == []
    assert [row["reason"] for row in shown["as_if"]["unassigned"]] == ["shift_ends_too_soon"]


def test_of_others_nothing_is_shown(cast, velo, hand_clock):
    rival = make_rapid(is_open=False, mode=FleetMode.ASSIGNED)
    ru = make_courier(rival.fleet, cast.zone, name="Ru", phone="+33639980009")
    placed(cast)
    placed(cast, network_policy=NetworkPolicy.OWN_ONLY)
    theirs = ask(cast, rival.system, extra_legs=[EXTRA_LEG]).json()
    assert theirs["as_is"] == {"cost_min": 0, "routes": [], "unassigned": [], "unassigned_count": 0}
    assert set(legs_of(theirs["as_if"])) == {cou(ru)}
    ours = ask(cast, velo).json()
    assert set(legs_of(ours["as_is"])) <= {cou(cast.bo), cou(cast.cy)}
    assert ours["as_is"]["unassigned"] == []  # the one that only the bakery's own fleet may carry


def test_what_is_not_the_callers_is_not_found(cast, velo, till, hand_clock):
    rival = make_rapid(is_open=False, mode=FleetMode.ASSIGNED)
    ru = make_courier(rival.fleet, cast.zone, name="Ru", phone="+33639980009")
    end = {"courier_id": cou(ru), "ends_at": hand_clock().isoformat()}
    stranger = {
        "ref": "x",
        "fleet_id": public_id("flt", rival.fleet.pk),
        "lat": 48.86,
        "lon": 2.35,
        "vehicle": "bike",
        "shift_ends_at": hand_clock().isoformat(),
    }
    assert code_of(ask(cast, velo, without_couriers=[cou(ru)])) == (404, "courier_not_found")
    assert code_of(ask(cast, velo, shift_ends=[end])) == (404, "courier_not_found")
    assert code_of(ask(cast, velo, extra_couriers=[stranger])) == (404, "fleet_not_found")
    assert code_of(ask(cast, till)) == (404, "zone_not_found")
    assert code_of(ask(cast, velo, zone_id="zon_" + "0" * 32)) == (404, "zone_not_found")


def test_a_leg_outside_the_zone_is_refused(cast, velo):
    lyon = {"lat": 45.76, "lon": 4.83}
    assert code_of(ask(cast, velo, extra_legs=[{**EXTRA_LEG, "pickup": lyon}])) == (422, "address_out_of_zone")


@pytest.mark.parametrize(
    "change",
    [
        {"extra_legs": [EXTRA_LEG] * 2},
        {"extra_legs": [{**EXTRA_LEG, "ref": str(n)} for n in range(21)]},
        {"without_couriers": ["cou_" + "0" * 32] * 101},
        {"extra_legs": [{**EXTRA_LEG, "weight_g": 0}]},
        {"budget": 5},
    ],
)
def test_too_much_or_not_as_documented_is_refused(cast, velo, change):
    assert code_of(ask(cast, velo, **change)) == (400, "invalid_request")


def test_an_organisation_previews_once_a_second(cast, velo, settings, monkeypatch):
    settings.RATE_LIMIT_PER_S = 20
    monkeypatch.setattr(plans, "PREVIEWS_PER_S", 0.1)  # slow machines take a second for a plan
    assert ask(cast, velo).status_code == 200
    refused = ask(cast, velo)
    assert code_of(refused) == (429, "too_many_requests")
    assert 1 <= int(refused["Retry-After"]) <= 10
    assert velo.gets("/assignments").status_code == 200  # other operations have the rate of all


def test_a_malformed_preview_costs_nothing_of_that_rate(cast, velo, settings):
    settings.RATE_LIMIT_PER_S = 20
    for _ in range(3):
        assert ask(cast, velo, budget=5).status_code == 400
    assert ask(cast, velo).status_code == 200
