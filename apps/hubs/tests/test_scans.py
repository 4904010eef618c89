"""Scans: what they do to a parcel and its order, and what they are refused for."""

from datetime import timedelta
from uuid import uuid4

import pytest

from apps.core.ids import parse_public_id, public_id
from apps.core.models import Event
from apps.hubs.models import Scan
from apps.hubs.tests.carrying import ON_BOARD, TO_THE_HUB, carry, legs_of, sends, statuses
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Incident, Leg, Order, Parcel
from apps.orders.services import place_order
from apps.orders.tests.asking import Merchant, nothing_changes, wrong_fields
from tests.cast import new_order
from tests.hubs import Device, a_scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def brought(cast, dee, hub):
    """An order of two parcels, brought to the hub by Bo and not scanned yet."""
    order = sends(dee, hub, "A", "B")
    carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB)
    return order


def parcel(barcode):
    return Parcel.objects.get(barcode=barcode)


def told(results):
    return [(result["outcome"], result["code"]) for result in results]


def test_the_second_leg_opens_with_the_last_parcel_and_is_ready_then(brought, device, hand_clock):
    hand_clock.advance(minutes=3)
    (result,) = device.scan("in", "A")
    assert (result["outcome"], result["state"]["is_in"], result["state"]["order_status"]) == ("applied", True, "at_hub")
    assert statuses(brought) == ("at_hub", "delivered", "waiting")
    hand_clock.advance(minutes=2)
    device.scan("in", "B")
    delivery = legs_of(brought)[1]
    assert (delivery.status, delivery.ready_at) == (LegStatus.OPEN, hand_clock())
    moved = Event.objects.filter(name="LegMoved", order_id=brought.pk).order_by("-id")[0].payload
    assert (moved["before"], moved["after"]) == ("waiting", "open")
    assert Event.objects.filter(name="ParcelScanned").count() == 2


def test_a_parcel_that_is_scanned_before_the_courier_says_so_opens_the_leg_and_ends_none(cast, dee, hub, device):
    order = sends(dee, hub, "A")
    carry(legs_of(order)[0], cast.bo.pk, *ON_BOARD)
    device.scan("in", "A")
    assert statuses(order) == ("at_hub", "picked_up", "open")
    carry(legs_of(order)[0], cast.bo.pk, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)
    assert statuses(order) == ("at_hub", "delivered", "open")


def test_a_parcel_that_is_scanned_before_the_phone_tells_of_the_pickup_opens_the_leg_with_it(cast, dee, hub, device):
    order = sends(dee, hub, "A")
    carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB[:2])
    assert told(device.scan("in", "A")) == [("applied", "")]
    assert statuses(order) == ("assigned", "at_pickup", "waiting")
    carry(legs_of(order)[0], cast.bo.pk, LegStatus.PICKED_UP)
    assert statuses(order) == ("at_hub", "picked_up", "open")


def test_scanned_out_is_the_parcels_place_and_nothing_else(brought, device, cast):
    device.scan("in", "A", "B")
    carry(legs_of(brought)[1], cast.cy.pk, LegStatus.ASSIGNED)
    before = statuses(brought)
    assert told(device.scan("out", "A")) == [("applied", "")]
    assert (parcel("A").hub_id, parcel("B").hub_id) == (None, device.hub.pk)
    assert statuses(brought) == before


def test_what_a_courier_has_picked_up_is_no_longer_in_scanned_out_or_not(brought, device, cast, hand_clock):
    device.scan("in", "A", "B")
    carry(legs_of(brought)[1], cast.cy.pk, LegStatus.ASSIGNED, LegStatus.AT_PICKUP)
    hand_clock.advance(minutes=1)
    carry(legs_of(brought)[1], cast.cy.pk, LegStatus.PICKED_UP)
    assert (parcel("A").hub_id, parcel("B").hub_id, statuses(brought)[0]) == (None, None, "out_for_delivery")
    hand_clock.advance(minutes=1)
    assert told(device.scan("out", "A")) == [("applied", "")]


def test_a_parcel_that_comes_back_is_in_again(brought, device, cast, hand_clock):
    device.scan("in", "A", "B")
    hand_clock.advance(minutes=1)
    carry(legs_of(brought)[1], cast.cy.pk, *TO_THE_HUB[:4], LegStatus.FAILED, LegStatus.RETURNING)
    hand_clock.advance(minutes=1)
    assert told(device.scan("in", "A")) == [("applied", "")]
    assert (parcel("A").hub_id, parcel("A").hub_since) == (device.hub.pk, hand_clock())
    assert statuses(brought) == ("returning", "delivered", "returning")


def test_the_same_scan_again_gets_the_first_result_and_changes_nothing(brought, device):
    scan = a_scan("in", "A")
    first = device.send([scan])[0]
    with nothing_changes():
        again, twice = device.send([scan, scan])
    assert again == twice == {**first, "outcome": "replayed"}
    assert Scan.objects.count() == 1


@pytest.mark.parametrize(("direction", "code"), [("in", "already_in"), ("out", "not_in")])
def test_a_scan_that_tells_nothing_new_is_refused_and_tells_where_it_is(brought, device, hand_clock, direction, code):
    device.scan("in", "A")
    hand_clock.advance(seconds=5)
    device.scan(direction, "A")
    hand_clock.advance(seconds=5)
    before, place = statuses(brought), parcel("A").hub_id
    events = Event.objects.count()
    (result,) = device.scan(direction, "A")
    assert (result["outcome"], result["code"]) == ("refused", code)
    assert result["state"]["is_in"] is (code == "already_in")
    assert (statuses(brought), parcel("A").hub_id, Event.objects.count()) == (before, place, events)


def test_a_late_scan_gives_sense_to_one_that_had_none(brought, device, hand_clock):
    came_in = a_scan("in", "A")
    hand_clock.advance(minutes=1)
    assert told(device.scan("out", "A")) == [("refused", "not_in")]
    assert told(device.send([came_in])) == [("applied", "")]
    assert parcel("A").hub_id is None
    assert parcel("A").reached_hub_at is not None


def test_a_parcel_of_nobody_is_unknown_and_may_be_sent_again(dee, hub, device):
    scan = a_scan("in", "A")
    with nothing_changes():
        assert told(device.send([scan])) == [("refused", "unknown_parcel")]
    assert not Scan.objects.exists()
    sends(dee, hub, "A")
    assert told(device.send([scan])) == [("applied", "")]


def test_a_parcel_that_no_courier_has_had_is_not_told_to_another_hub(dee, hub, north):
    sends(dee, hub, "A")
    with nothing_changes():
        assert told(north.scan("in", "A")) == [("refused", "unknown_parcel")]
    assert not Incident.objects.exists()


def test_a_parcel_of_another_hub_is_misrouted_until_it_is_where_it_belongs(cast, dee, device, north, hand_clock):
    order = sends(dee, device.hub, "A")
    carry(legs_of(order)[0], cast.bo.pk, *ON_BOARD)
    (result,) = north.scan("in", "A")
    assert (result["outcome"], result["code"]) == ("refused", "misrouted")
    assert result["state"] == {"parcel": public_id("par", parcel("A").pk), "is_in": True}
    incident = Incident.objects.get()
    assert (incident.kind, incident.hub_id, incident.is_open) == ("misrouted", north.hub.pk, True)
    order.refresh_from_db()
    assert (order.needs_attention, order.attention_reason) == (True, "misrouted")
    assert statuses(order) == ("picked_up", "picked_up", "waiting")
    hand_clock.advance(minutes=5)
    assert told(north.scan("out", "A")) == [("applied", "")]
    assert Incident.objects.get().is_open
    hand_clock.advance(minutes=5)
    device.scan("in", "A")
    order.refresh_from_db()
    assert (Incident.objects.get().is_open, order.needs_attention) == (False, False)
    assert statuses(order) == ("at_hub", "picked_up", "open")


def test_a_parcel_of_a_direct_order_is_misrouted_in_any_hub(cast, device):
    order = place_order(new_order(cast.bakery.pk))
    carry(Leg.objects.get(order=order), cast.bo.pk, *ON_BOARD)
    only = Parcel.objects.get(order=order)
    assert told(device.send([a_scan("in", only.barcode)])) == [("refused", "misrouted")]
    assert statuses(order) == ("picked_up", "picked_up")


def test_two_merchants_with_one_barcode_are_told_apart_by_id(cast, dee, hub, device):
    from apps.accounts.services import create_api_key, create_organisation

    _, secret = create_api_key(organisation_id=create_organisation(name="Fay", slug="fay").pk, name="till")
    sends(dee, hub, "A")
    theirs = sends(Merchant(secret), hub, "A")
    with nothing_changes():
        assert told(device.scan("in", "A")) == [("refused", "ambiguous_barcode")]
    only = Parcel.objects.get(order=theirs)
    scan = {name: value for name, value in a_scan("in", "").items() if name != "barcode"}
    assert told(device.send([scan | {"parcel": public_id("par", only.pk)}])) == [("applied", "")]
    only.refresh_from_db()
    assert only.hub_id == device.hub.pk


def test_a_test_key_scans_no_live_parcel(brought, hub):
    with nothing_changes():
        assert told(Device(hub, is_test=True).scan("in", "A")) == [("refused", "unknown_parcel")]


def test_an_order_that_is_cancelled_in_the_hub_stays_in_stock_and_can_be_handed_out(brought, dee, device, hand_clock):
    device.scan("in", "A", "B")
    assert dee.cancels(public_id("ord", brought.pk)).status_code == 200
    assert statuses(brought) == ("cancelled", "delivered", "cancelled")
    assert {row["order_status"] for row in device.stock()} == {"cancelled"}
    hand_clock.advance(minutes=1)
    with nothing_changes():
        assert told(device.scan("in", "A")) == [("refused", "order_cancelled")]
    assert told(device.scan("out", "A")) == [("applied", "")]
    assert len(device.stock()) == 1
    assert statuses(brought) == ("cancelled", "delivered", "cancelled")


def test_a_parcel_of_an_order_cancelled_on_its_way_is_not_taken_in(cast, dee, hub, device):
    order = sends(dee, hub, "A")
    dee.cancels(public_id("ord", order.pk))
    with nothing_changes():
        (result,) = device.scan("in", "A")
    assert (result["code"], result["state"]["order_status"]) == ("order_cancelled", "cancelled")
    assert not Scan.objects.exists()


def test_times_are_kept_as_the_device_said_and_shown_within_five_minutes(brought, device, hand_clock):
    at, early, late = hand_clock(), hand_clock() - timedelta(hours=2), hand_clock() + timedelta(hours=2)
    device.scan("in", "A", at=early.isoformat())
    device.scan("in", "B", at=late.isoformat())
    a, b = Scan.objects.get(parcel=parcel("A")), Scan.objects.get(parcel=parcel("B"))
    assert (a.device_time, a.shown_at) == (early, at - timedelta(minutes=5))
    assert (b.device_time, b.shown_at) == (late, at + timedelta(minutes=5))
    assert legs_of(brought)[1].ready_at == at


def test_a_batch_is_taken_by_its_times_and_one_refusal_keeps_no_other(brought, device, hand_clock):
    now = hand_clock()
    out = a_scan("out", "A", at=now.isoformat())
    into = a_scan("in", "A", at=(now - timedelta(minutes=1)).isoformat())
    results = device.send([out, a_scan("in", "nobody's"), into, a_scan("in", "B")])
    assert told(results) == [("applied", ""), ("refused", "unknown_parcel"), ("applied", ""), ("applied", "")]
    assert [result["id"] for result in results[:1]] == [out["id"]]
    assert (parcel("A").hub_id, statuses(brought)[2]) == (None, "open")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"id": "1"}, {"scans[0].id": "invalid"}),
        ({"direction": "up"}, {"scans[0].direction": "invalid_choice"}),
        ({"at": "2026-06-10T12:00:00"}, {"scans[0].at": "naive"}),
        ({"barcode": "A" * 65}, {"scans[0].barcode": "max_length"}),
        ({"parcel": f"par_{'0' * 32}"}, {"scans[0].parcel": "required"}),
        ({"weight": 1}, {"scans[0].weight": "unknown_field"}),
    ],
)
def test_a_malformed_scan_is_named_and_the_batch_refused(brought, device, change, wrong):
    with nothing_changes():
        refused = device.client.post(f"{device.path}/scans", {"scans": [a_scan("in", "A") | change]}, format="json")
    assert (refused.status_code, wrong_fields(refused)) == (400, wrong)


def test_a_batch_of_more_than_a_hundred_is_refused(brought, device):
    with nothing_changes():
        refused = device.client.post(
            f"{device.path}/scans", {"scans": [a_scan("in", "A") for _ in range(101)]}, format="json"
        )
    assert (refused.status_code, wrong_fields(refused)) == (400, {"scans": "max_length"})


def test_a_parcels_history_is_for_its_merchant_and_the_hub_that_it_passes(brought, dee, device, north, hand_clock):
    device.scan("in", "A")
    path = f"/v1/parcels/{public_id('par', parcel('A').pk)}"
    for client, by in ((dee.client, None), (device.client, "Hana")):
        shown = client.get(path).json()
        assert (shown["hub"], shown["order"]) == (public_id("hub", device.hub.pk), public_id("ord", brought.pk))
        (scan,) = shown["scans"]
        assert (scan["direction"], scan["hub_name"], scan["by"]) == ("in", "Quay", by)
        assert "price" not in shown
    for unknown in (north.client.get(path), dee.client.get(f"/v1/parcels/par_{uuid4().hex}")):
        assert unknown.status_code == 404
    assert parse_public_id("par", path.rpartition("/")[2]) == parcel("A").pk


def test_the_history_of_the_order_names_hub_and_parcel(brought, dee, device):
    device.scan("in", "A")
    scanned = dee.gets(f"/{public_id('ord', brought.pk)}/history").json()["data"][-1]
    assert scanned["name"] == "ParcelScanned"
    assert scanned["details"]["hub_id"] == public_id("hub", device.hub.pk)
    assert scanned["details"]["parcel_id"] == public_id("par", parcel("A").pk)
    assert Order.objects.get(pk=brought.pk).status == "at_hub"
