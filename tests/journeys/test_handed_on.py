"""A merchant's order goes to a network that hands it on to another, whose courier delivers it: three views, two debts.

Rush carries for the bakery and has no bike left; its owner orders from Tandem. The bakery knows Rush alone, owes Rush
alone, and sees of who came what it sees of any courier.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from apps.core.ids import parse_public_id
from apps.couriers.tests.owning import Owner, refused
from apps.orders.models import Leg
from tests.cast import assemble_cast
from tests.journeys.acting import merchant, order_bread
from tests.journeys.networking import Network, begin_network, come_to_terms, nothing_changes, shown, system_of

pytestmark = pytest.mark.django_db(transaction=True)

RUSH = {"base_cents": 400, "per_km_cents": 100, "tax_basis_points": 2_000}
TANDEM = {"base_cents": 300, "per_km_cents": 90, "tax_basis_points": 1_000}
# By hand, for 2.071 km: 400 + 207 and 20 %; 300 + 186 and 10 %.
DEE_OWES_RUSH = (607, 121, 728)
RUSH_OWES_TANDEM = (486, 49, 535)
DEES_PHONE, EVES_PHONE, TOMS_PHONE = "+33639980100", "+33639980101", "+33639980021"
MONTH = "2026-06"


@dataclass
class Story:
    """Who plays, and what they agreed on."""

    dee: Owner
    rush: Network
    tandem: Network
    outsider: Owner
    first: str
    second: str
    order: dict[str, Any]

    @property
    def leg_id(self) -> str:
        """The one leg."""
        return str(self.order["legs"][0]["id"])

    def hand_on(self) -> Any:
        """Rush gives it to Tandem."""
        return self.rush.system.posts(f"legs/{self.leg_id}/hand_on", {"fleet": self.tandem.fleet_id})


@pytest.fixture
def story(transactional_db, hand_clock) -> Story:
    players = assemble_cast()
    players.fleet.couriers.update(status="paused")  # Vélo Express looks on
    dee, outsider = system_of(players.bakery), system_of(players.fleet_owner)
    rush = begin_network(
        players,
        hand_clock,
        name="Rush",
        courier="Rita Roux",
        phone="+33639980020",
        tariff=RUSH,
        accepts_invitations=True,
    )
    tandem = begin_network(
        players,
        hand_clock,
        name="Tandem",
        courier="Tom Tanguy",
        phone=TOMS_PHONE,
        tariff=TANDEM,
        accepts_invitations=True,
    )
    first = come_to_terms(dee, rush, priority=1, rights=["hand_on", "edit", "see"])
    second = come_to_terms(rush.system, tandem, priority=1)
    order = order_bread(
        merchant(players),
        external_id="A-1042",
        network_policy="connected",
        pickup=place("12 rue de Rivoli", 48.8600, 2.3500, "Dee", DEES_PHONE),
        dropoff=place("3 rue de Charonne", 48.8530, 2.3690, "Eve", EVES_PHONE),
    )
    return Story(dee, rush, tandem, outsider, first, second, order)


def place(address, lat, lon, name, phone):
    return {"address": address, "lat": lat, "lon": lon, "contact_name": name, "phone": phone}


def test_a_network_without_a_bike_left_hands_the_order_on_and_each_owes_their_own(story, passing):
    edited = story.rush.system.client.patch(
        f"/v1/legs/{story.leg_id}", {"pickup": {"instructions": "Back door"}}, format="json"
    )
    assert shown(edited)["pickup"]["instructions"] == "Back door"
    passing()
    assert story.rush.rider.sync()["stops"][0]["leg_id"] == story.leg_id
    handed_on = story.hand_on()
    assert handed_on.status_code == 201
    assert (story.rush.rider.sync()["stops"], handed_on.json()["is_live"]) == ([], True)
    passing()
    who_is_to_deliver_knows_where_and_whom_to_call(story)
    story.tandem.rider.deliver_everything()
    passing()
    the_merchant_sees_a_courier_and_no_other_network(story)
    who_handed_it_on_sees_how_it_went_and_not_who_rode(story)
    both_debts_stand_on_statements_of_their_own(story)
    outsiders_find_nothing(story)


def who_is_to_deliver_knows_where_and_whom_to_call(story):
    pickup, door = story.tandem.rider.sync()["stops"]
    assert (pickup["leg_id"], pickup["phone"], pickup["instructions"]) == (story.leg_id, DEES_PHONE, "Back door")
    assert (door["contact_name"], door["phone"]) == ("Eve", EVES_PHONE)
    (held,) = shown(story.tandem.system.gets("assignments"))["data"]
    assert (held["leg_id"], held["dropoff"]["is_masked"], held["merchant"]) == (
        story.leg_id,
        False,
        {"name": "Dee's bakery"},
    )


def the_merchant_sees_a_courier_and_no_other_network(story):
    seen = shown(story.dee.gets(f"orders/{story.order['id']}"))
    assert (seen["status"], seen["price"]["amount"]) == ("delivered", DEE_OWES_RUSH[2])
    del seen["tracking_token"]  # in random letters every name may stand
    history = shown(story.dee.gets(f"orders/{story.order['id']}/history"))["data"]
    names = [entry["name"] for entry in history]
    assert names.count("LegHandedOn") == names.count("ChargeMade") == names.count("OrderUpdated") == 1
    for kept_back in ("Tom", "Tanguy", TOMS_PHONE, "Tandem", f": {RUSH_OWES_TANDEM[2]}"):  # not part of an id
        assert kept_back not in str([seen, [entry["details"] for entry in history if entry["name"] != "LegMoved"]])
    assert shown(story.dee.gets("legs/handed_on"))["data"] == []


def who_handed_it_on_sees_how_it_went_and_not_who_rode(story):
    (row,) = shown(story.rush.system.gets("legs/handed_on"))["data"]
    assert row == shown(story.rush.system.gets(f"legs/{story.leg_id}/hand_on"))
    assert (row["status"], bool(row["delivered_at"]), row["handed_on_to"]) == ("delivered", True, {"name": "Tandem"})
    for kept_back in ("Tom", "Tanguy", TOMS_PHONE, EVES_PHONE, story.tandem.courier_id):
        assert kept_back not in str(row)
    mine = shown(story.rush.system.gets("assignments"))["data"]
    assert [(each["is_live"], each["end"]) for each in mine] == [(False, "unassigned")]


def both_debts_stand_on_statements_of_their_own(story):
    links = [
        (story.first, story.dee, story.rush, DEE_OWES_RUSH, "A-1042"),
        (story.second, story.rush.system, story.tandem, RUSH_OWES_TANDEM, None),
    ]
    for connection, debtor, network, owed, reference in links:
        path = f"connections/{connection}/statements/{MONTH}"
        told, owing = shown(network.system.gets(path)), shown(debtor.gets(path))
        (charge,) = told["data"]
        assert owing == {**told, "data": [{**charge, "external_id": reference}]}
        assert (charge["leg"], charge["kind"], charge["fleet"]) == (story.leg_id, "delivery", network.fleet_id)
        assert (charge["tariff"], charge["external_id"]) == (network.tariff_id, None)
        assert tuple(told[name]["amount"] for name in ("net", "tax", "gross")) == owed
        assert sum(line["amount"] for line in charge["lines"]) == owed[2]
    of_rush = shown(story.rush.system.gets("statements", month=MONTH))["data"]
    assert sorted(statement["gross"]["amount"] for statement in of_rush) == [RUSH_OWES_TANDEM[2], DEE_OWES_RUSH[2]]
    assert len(shown(story.dee.gets("statements", month=MONTH))["data"]) == 1
    assert len(shown(story.tandem.system.gets("statements", month=MONTH))["data"]) == 1


def outsiders_find_nothing(story):
    hidden = {story.outsider: [f"connections/{story.first}", f"connections/{story.second}"]}
    hidden[story.dee] = [f"connections/{story.second}", f"connections/{story.second}/statements/{MONTH}"]
    hidden[story.tandem.system] = [f"connections/{story.first}", f"orders/{story.order['id']}"]
    with nothing_changes():
        for system, paths in hidden.items():
            for path in paths:
                assert system.gets(path).status_code == 404, path
        for system in (story.outsider, story.dee):
            assert system.gets(f"legs/{story.leg_id}/hand_on").status_code == 404
            assert refused(system.posts(f"legs/{story.leg_id}/hand_on", {"fleet": story.tandem.fleet_id})) == (
                404,
                "leg_not_found",
            )


def test_a_network_that_is_handed_it_refuses_and_the_first_delivers_after_all(story, passing):
    passing()
    assert story.hand_on().status_code == 201
    passing()
    shown(story.tandem.system.posts(f"legs/{story.leg_id}/reject", {"reason": "no bikes here either"}))
    passing()
    assert story.rush.rider.sync()["stops"][0]["leg_id"] == story.leg_id
    story.rush.rider.deliver_everything()
    passing()
    assert Leg.objects.get(pk=parse_public_id("leg", story.leg_id)).status == "delivered"
    path = f"statements/{MONTH}"
    assert shown(story.dee.gets(f"connections/{story.first}/{path}"))["gross"]["amount"] == DEE_OWES_RUSH[2]
    assert shown(story.tandem.system.gets(f"connections/{story.second}/{path}"))["charges"] == 0
