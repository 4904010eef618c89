"""Two organisations connect, one orders, the other carries, and they part: all through HTTP, planned for real."""

import pytest

from apps.core.ids import parse_public_id
from apps.dispatch.services import plan_zone, refuse_leg
from apps.networks.tests.connecting import Caller, connect, with_key
from apps.orders.models import Leg
from apps.orders.tests.asking import Merchant, leg_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def dee(cast, hand_clock):
    return Caller(cast.dee_key, cast.bakery)


@pytest.fixture
def ada(cast, hand_clock):
    return with_key(cast.fleet_owner)


@pytest.fixture
def till(cast, hand_clock):
    return Merchant(cast.dee_key)


def orders(till, key, **changes):
    answer = till.orders(key=key, **changes)
    assert answer.status_code == 201, answer.json()
    return answer


def planned(cast, answer) -> Leg:
    plan_zone(cast.zone.pk)
    return leg_of(answer)


def test_a_fleet_carries_from_its_acceptance_to_the_end_and_not_before_or_after(cast, dee, ada, till):
    before = orders(till, "before", network_policy="connected")
    assert planned(cast, before).courier_id is None  # an open fleet, and not a connected one
    till.cancels(before.json()["id"], key="cancel before")
    connection = dee.invites(cast.fleet).json()["id"]
    invited = orders(till, "invited", network_policy="connected")
    assert planned(cast, invited).courier_id is None
    ada.accepts(connection)
    accepted = planned(cast, invited)
    assert accepted.courier.fleet_id == cast.fleet.pk
    ada.does("pause", connection)
    paused = orders(till, "paused", network_policy="connected")
    assert planned(cast, paused).courier_id is None
    ada.does("resume", connection)
    assert planned(cast, paused).courier.fleet_id == cast.fleet.pk
    dee.does("end", connection)
    ended = orders(till, "ended", network_policy="connected")
    assert planned(cast, ended).courier_id is None
    assert till.gets(f"/{invited.json()['id']}").json()["status"] == "assigned"  # what is under way is finished


def test_the_merchant_reads_who_refused_and_why(cast, dee, ada, till):
    connect(dee, ada, cast.fleet, rights=["reject"])
    placed = orders(till, "k", network_policy="connected")
    refuse_leg(leg_id=leg_of(placed).pk, fleet_id=cast.fleet.pk, reason="no bikes left")
    plan_zone(cast.zone.pk)
    order_id = placed.json()["id"]
    (refused,) = [e for e in till.gets(f"/{order_id}/history").json()["data"] if e["name"] == "FleetRefused"]
    assert refused["details"]["reason"] == "no bikes left"
    assert parse_public_id("flt", refused["details"]["fleet_id"]) == cast.fleet.pk
    shown = till.gets(f"/{order_id}").json()
    assert (shown["needs_attention"], shown["attention_reason"], shown["status"]) == (True, "nobody_accepted", "placed")


def test_a_policy_that_does_not_exist_is_refused(till):
    assert till.orders(network_policy="friends").status_code == 400
    assert not Leg.objects.exists()
