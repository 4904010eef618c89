"""Five actors over HTTP: a merchant without couriers, a network that rejects, the next one, a hub, a third network.

The merchant orders; the network asked first rejects; the next one brings the parcels to the hub; a third network's
courier takes them to the door, and hands them over for the PIN that the recipient finds under the link. Then each looks
at what it has, and finds that, and no more.
"""

from dataclasses import dataclass
from itertools import chain
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.couriers.tests.owning import Owner, refused
from tests.cast import assemble_cast
from tests.hubs import Device
from tests.journeys.acting import merchant, order_bread
from tests.journeys.networking import (
    Network,
    begin_hub,
    begin_network,
    come_to_terms,
    nothing_changes,
    reject,
    shown,
    system_of,
)

pytestmark = pytest.mark.django_db(transaction=True)

COURIERS_PHONES = ("+33639980020", "+33639980021", "+33639980022")
DEES_PHONE, EVES_PHONE, HUBS_PHONE = "+33639980100", "+33639980101", "+33639980200"
RUSH = {"base_cents": 400, "per_km_cents": 100, "tax_basis_points": 2_000}
TANDEM = {"base_cents": 300, "per_km_cents": 110, "tax_basis_points": 2_000}
LUNCH = {"from": "12:00", "to": "14:00", "cents": 40}
NIGHTOWL = {"base_cents": 250, "per_km_cents": 90, "peaks": [LUNCH], "tax_basis_points": 1_000}
# By hand: 1.799 km to the hub, 1.515 km on from it, each leg at the tariff of who carried it, at noon.
PRICE = {"net": 731, "tax": 146, "gross": 877}  # Rush, asked first: 400 + 331 for 3.314 km
TO_THE_HUB = {"net": 498, "tax": 100, "gross": 598}  # Tandem: 300 + 198
TO_THE_DOOR = {"net": 426, "tax": 43, "gross": 469}  # Nightowl: 250 + 136 + 40
BY_THE_PLATFORM = {"net": 614, "tax": 0, "gross": 614}  # an open network: 390 + 144 + 80, no tax in the tests
NOTHING = {"net": 0, "tax": 0, "gross": 0}
MONTH = "2026-06"
ONCE = pytest.mark.parametrize("passing", ["as it is"], indirect=True)


@dataclass
class Story:
    """Who plays, and what they agreed on."""

    dee: Owner
    hana: Owner
    scanner: Device
    rush: Network
    tandem: Network
    third: Network
    outsider: Owner
    connections: dict[str, str]
    order: dict[str, Any]

    @property
    def legs(self) -> tuple[str, str]:
        """The ids of the two legs."""
        collection, delivery = self.order["legs"]
        return collection["id"], delivery["id"]

    def seen(self) -> dict[str, Any]:
        """The order, as its merchant sees it now."""
        return shown(self.dee.gets(f"orders/{self.order['id']}"))

    def statuses(self) -> tuple[str, ...]:
        """Of the order, then of its legs."""
        seen = self.seen()
        return (seen["status"], *(leg["status"] for leg in seen["legs"]))


@pytest.fixture
def story(request, transactional_db, hand_clock) -> Story:
    """Everybody has come to terms, and the merchant has ordered; the third network is connected, or open to anybody."""
    players = assemble_cast()
    is_open = getattr(request, "param", "connected") == "open"
    dee, outsider = system_of(players.bakery), system_of(players.fleet_owner)
    players.fleet.couriers.update(status="paused")  # Vélo Express looks on
    hana, scanner = begin_hub()
    willing = {"accepts_invitations": True}
    rush = begin_network(
        players, hand_clock, name="Rush", courier="Rita Roux", phone=COURIERS_PHONES[0], tariff=RUSH, **willing
    )
    tandem = begin_network(
        players, hand_clock, name="Tandem", courier="Tom Tanguy", phone=COURIERS_PHONES[1], tariff=TANDEM, **willing
    )
    third = begin_network(
        players,
        hand_clock,
        name="Nightowl",
        courier="Nils Noir",
        phone=COURIERS_PHONES[2],
        tariff=NIGHTOWL,
        **({"is_open": True} if is_open else willing),
    )
    connections = {
        "rush": come_to_terms(dee, rush, priority=1, rights=["reject"]),
        "tandem": come_to_terms(dee, tandem, priority=2),
    }
    if not is_open:
        connections["third"] = come_to_terms(dee, third, priority=3)
    order = order_bread(
        merchant(players),
        external_id="A-1042",
        network_policy="own_first" if is_open else "connected",
        via_hub=scanner.path.rpartition("/")[2],
        pickup=_place("12 rue de Rivoli", 48.8600, 2.3500, "Dee", DEES_PHONE),
        dropoff=_place("3 rue de Charonne", 48.8530, 2.3690, "Eve", EVES_PHONE) | {"proof": ["pin"]},
        parcels=[{"weight_g": 800, "barcode": "A"}, {"weight_g": 300, "barcode": "B"}],
    )
    return Story(dee, hana, scanner, rush, tandem, third, outsider, connections, order)


def _place(address, lat, lon, name, phone):
    return {"address": address, "lat": lat, "lon": lon, "contact_name": name, "phone": phone}


def rejected(story, passing):
    """The network asked first was given the order, and rejects it."""
    passing()
    assert story.statuses() == ("assigned", "assigned", "waiting")
    assert {stop["leg_id"] for stop in story.rush.rider.sync()["stops"]} == {story.legs[0]}
    assert story.tandem.rider.sync()["stops"] == story.third.rider.sync()["stops"] == []
    reject(story.rush, story.legs[0], "no bikes left")
    assert story.rush.rider.sync()["stops"] == []


def brought_to_the_hub(story, passing):
    """The next network brings the parcels to the hub; then its courier takes a break."""
    passing()
    pickup, at_hub = story.tandem.rider.sync()["stops"]
    assert (pickup["phone"], at_hub["phone"], at_hub["address"]) == (DEES_PHONE, HUBS_PHONE, "1 Quay")
    story.tandem.rider.deliver_everything()
    assert story.tandem.rider.act("pause")["outcome"] == "applied"
    assert story.statuses() == ("at_hub", "delivered", "waiting")


def scanned_in(story, passing):
    """The hub scans both parcels; only then the second leg opens, and the third network has it."""
    story.scanner.scan("in", "A")
    passing()
    assert story.statuses() == ("at_hub", "delivered", "waiting")
    story.scanner.scan("in", "B")
    passing()
    assert story.statuses() == ("at_hub", "delivered", "assigned")


def eves_pin(story):
    """What Eve reads under the link that she was sent."""
    return shown(APIClient().get(f"/v1/tracking/{story.order['tracking_token']}"))["pin"]


def delivered(story, passing):
    """The third network's courier takes the parcels to the door."""
    pickup, door = story.third.rider.sync()["stops"]
    assert (pickup["address"], pickup["phone"]) == ("1 Quay", HUBS_PHONE)
    assert (door["address"], door["contact_name"], door["phone"]) == ("3 rue de Charonne", "Eve", EVES_PHONE)
    story.scanner.scan("out", "A", "B")
    assert (pickup["proof"], door["proof"]) == ([], ["pin"])
    story.third.rider.deliver_everything(pin=eves_pin(story))
    passing()
    assert story.statuses() == ("delivered", "delivered", "delivered")


@pytest.mark.parametrize("story", ["connected", "open"], indirect=True)
def test_at_the_end_each_of_five_finds_what_is_theirs_and_no_more(story, passing):
    for chapter in (rejected, brought_to_the_hub, scanned_in, delivered):
        chapter(story, passing)
    the_merchant_sees_the_whole_way(story)
    statements_are_the_charges_of_the_legs_to_the_cent(story)
    over_its_connection_each_network_finds_its_own_part(story)
    what_is_somebody_elses_is_not_there(story)


def the_merchant_sees_the_whole_way(done):
    seen = done.seen()
    assert (seen["needs_attention"], seen["via_hub"]) == (False, done.order["via_hub"])
    ends = [(leg["pickup_hub"], leg["dropoff_hub"]) for leg in seen["legs"]]
    assert ends == [(None, seen["via_hub"]), (seen["via_hub"], None)]
    assert done.dee.lists("orders") == [done.order["id"]]
    history = shown(done.dee.gets(f"orders/{done.order['id']}/history"))["data"]
    (refusal,) = [entry["details"] for entry in history if entry["name"] == "FleetRefused"]
    assert (refusal["fleet_id"], refusal["reason"]) == (done.rush.fleet_id, "no bikes left")
    moves = [entry["details"] for entry in history if entry["name"] == "LegMoved"]
    given = [(move["leg_id"], move["courier_id"]) for move in moves if move["after"] == "assigned"]
    collection, delivery = done.legs
    assert given == [
        (collection, done.rush.courier_id),
        (collection, done.tandem.courier_id),
        (delivery, done.third.courier_id),
    ]
    assert [move["order_status"] for move in moves][-1] == "delivered"
    assert {entry["actor"].partition(":")[0] for entry in history} >= {"key", "planner", "courier"}
    del seen["tracking_token"]  # in random letters every name may stand
    for of_couriers in ("Rita", "Tom", "Nils", "Roux", "Tanguy", "Noir", *COURIERS_PHONES):
        assert of_couriers not in str([seen, history])
    proofs = shown(done.dee.gets(f"orders/{done.order['id']}/proof"))["data"]
    kinds = [(proof["leg_id"], proof["stop"], proof["kind"]) for proof in proofs]
    confirmed = [(leg, stop, "courier_confirmed") for leg in done.legs for stop in ("pickup", "dropoff")]
    assert kinds == [*confirmed[:3], (delivery, "dropoff", "pin"), confirmed[3]]


def statements_are_the_charges_of_the_legs_to_the_cent(done):
    is_open = "third" not in done.connections
    carried = [(done.tandem, done.legs[0], TO_THE_HUB), (done.third, done.legs[1], BY_THE_PLATFORM)]
    if not is_open:
        carried[1] = (done.third, done.legs[1], TO_THE_DOOR)
        assert amounts(done.order, "price") == PRICE
    for network, leg, owed in carried:
        (statement,) = shown(network.system.gets("statements", month=MONTH))["data"]
        told = shown(network.system.gets(f"statements/{statement['id']}"))
        (charge,) = told["data"]
        assert (charge["leg"], charge["fleet"], charge["order"]) == (leg, network.fleet_id, done.order["id"])
        assert (charge["kind"], charge["tariff"]) == (
            "delivery",
            None if owed is BY_THE_PLATFORM else network.tariff_id,
        )
        assert sum(line["amount"] for line in charge["lines"]) == owed["gross"]
        assert amounts(told) == amounts(charge) == owed
        assert shown(done.dee.gets(f"statements/{statement['id']}")) == with_dees_references(told)
        for of_people in (DEES_PHONE, EVES_PHONE, "Eve", "Charonne", *COURIERS_PHONES):
            assert of_people not in str(told)
    all_of_dees = shown(done.dee.gets("statements", month=MONTH))["data"]
    executors = {statement["executor"]["id"]: amounts(statement) for statement in all_of_dees}
    assert executors == {network.organisation_id: owed for network, _, owed in carried}
    whole = sum(statement["gross"]["amount"] for statement in all_of_dees)
    assert whole == sum(owed["gross"] for _, _, owed in carried)


def over_its_connection_each_network_finds_its_own_part(done):
    owed = {"rush": (0, NOTHING), "tandem": (1, TO_THE_HUB), "third": (1, TO_THE_DOOR)}
    for name, connection in done.connections.items():
        network: Network = getattr(done, name)
        path = f"connections/{connection}/statements/{MONTH}"
        told = shown(network.system.gets(path))
        assert (told["charges"], amounts(told)) == owed[name]
        assert shown(done.dee.gets(path)) == with_dees_references(told)
        assert network.system.lists("connections") == [connection]
        assert network.system.lists("fleets") == [network.fleet_id]
        assert network.system.lists("couriers") == [network.courier_id]
        assert network.system.lists("tariffs") == [network.tariff_id]
        assert network.system.lists("orders") == []
    assert shown(done.rush.system.gets("statements", month=MONTH))["data"] == []


def with_dees_references(told):
    """A statement as its executor reads it, which has no reference of the orderer, as the orderer does."""
    assert all(charge["external_id"] is None for charge in told["data"])
    return {**told, "data": [{**charge, "external_id": "A-1042"} for charge in told["data"]]}


def amounts(told, gross="gross"):
    """Net, tax and gross, in cents."""
    return {"net": told["net"]["amount"], "tax": told["tax"]["amount"], "gross": told[gross]["amount"]}


@ONCE
def test_the_hub_sees_parcels_and_neither_prices_nor_whom_to_call(story, passing):
    rejected(story, passing)
    expected = story.scanner.stock(state="expected")
    assert sorted(row["barcode"] for row in expected) == ["A", "B"]
    brought_to_the_hub(story, passing)
    scanned_in(story, passing)
    stock = story.scanner.stock()
    assert sorted(row["barcode"] for row in stock) == ["A", "B"]
    assert {row["merchant"] for row in stock} == {"Dee's bakery"}
    assert {row["recipient"]["phone"] for row in stock} == {"**********01"}
    assert {row["recipient"]["contact_name"] for row in stock} == {"E."}
    assert {(row["collection"]["courier"], row["delivery"]["courier"]) for row in stock} == {("Tom", "Nils")}
    delivered(story, passing)
    assert story.scanner.stock() == story.scanner.stock(state="expected") == []
    histories = [shown(story.hana.gets(f"parcels/{parcel['id']}")) for parcel in story.order["parcels"]]
    for parcel, history in zip(story.order["parcels"], histories, strict=True):
        assert [(scan["direction"], scan["by"]) for scan in history["scans"]] == [("in", "Hana"), ("out", "Hana")]
        assert (history["hub"], history["order_status"]) == (None, "delivered")
        to_its_merchant = shown(story.dee.gets(f"parcels/{parcel['id']}"))
        assert [scan["by"] for scan in to_its_merchant["scans"]] == [None, None]
    told = str([expected, stock, histories])
    for kept_from_hubs in (DEES_PHONE, EVES_PHONE, "Eve", "Roux", "Tanguy", "Noir", "amount", "price", "EUR", "cents"):
        assert kept_from_hubs not in told


@ONCE
def test_who_rejected_an_order_has_no_more_to_do_with_it(story, passing):
    passing()
    stop = story.rush.rider.sync()["stops"][0]
    rejected_leg = {"leg_id": stop["leg_id"], "epoch": stop["epoch"]}
    reject(story.rush, story.legs[0], "no bikes left")
    passing()
    assert story.statuses() == ("assigned", "assigned", "waiting")
    with nothing_changes():
        for kind, more in (("arrive", {"stop": "pickup"}), ("pick_up", {}), ("deliver", {})):
            assert story.rush.rider.act(kind, **rejected_leg, **more)["outcome"] == "refused"
    brought_to_the_hub(story, passing)
    scanned_in(story, passing)
    told = story.rush.rider.sync()
    assert (told["stops"], told["offers"]) == ([], [])
    assert story.third.rider.sync()["stops"][0]["leg_id"] == story.legs[1]


@ONCE
def test_couriers_see_their_own_leg_and_only_while_they_have_it(story, passing):
    rejected(story, passing)
    passing()
    assert EVES_PHONE not in str(story.tandem.rider.sync())
    brought_to_the_hub(story, passing)
    scanned_in(story, passing)
    assert DEES_PHONE not in str(story.third.rider.sync())
    pickup = story.third.rider.sync()["stops"][0]
    with nothing_changes():
        leg = {"leg_id": pickup["leg_id"], "epoch": pickup["epoch"]}
        assert story.tandem.rider.act("arrive", stop="pickup", **leg)["outcome"] == "refused"
    delivered(story, passing)
    for network in (story.rush, story.tandem, story.third):
        assert (network.rider.sync()["stops"], network.rider.sync()["offers"]) == ([], [])


def what_is_somebody_elses_is_not_there(done):
    order, parcel = f"orders/{done.order['id']}", f"parcels/{done.order['parcels'][0]['id']}"
    of_the_order = [order, f"{order}/history", f"{order}/proof"]
    hub = done.scanner.path.removeprefix("/v1/")
    of_the_hub = [f"{hub}/stock"]
    networks = {"rush": done.rush, "tandem": done.tandem, "third": done.third}
    private = {name: private_to(done, name) for name in networks}
    hidden = {done.hana: [*of_the_order, *chain(*private.values())]}
    hidden[done.dee] = [*of_the_hub, *(f"couriers/{network.courier_id}" for network in networks.values())]
    hidden[done.outsider] = [*of_the_order, parcel, *of_the_hub, *chain(*private.values())]
    for name, network in networks.items():
        of_others = chain(*(paths for other, paths in private.items() if other != name))
        hidden[network.system] = [*of_the_order, parcel, *of_the_hub, *of_others]
    with nothing_changes():
        for system, paths in hidden.items():
            for path in paths:
                assert system.gets(path).status_code == 404, path
        for system in hidden.keys() - {done.dee}:
            assert refused(system.posts(f"{order}/cancel", {"reason": "other"})) == (404, "order_not_found")
            assert system.lists("orders") == []


def private_to(story, name):
    """What only the merchant and one network may read, or that network alone."""
    network: Network = getattr(story, name)
    paths = [f"fleets/{network.fleet_id}", f"couriers/{network.courier_id}", f"tariffs/{network.tariff_id}"]
    paths += [f"statements/{row['id']}" for row in shown(network.system.gets("statements", month=MONTH))["data"]]
    if connection := story.connections.get(name):
        paths += [f"connections/{connection}", f"connections/{connection}/statements/{MONTH}"]
    return paths
