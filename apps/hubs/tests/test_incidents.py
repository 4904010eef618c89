"""Incidents: missing, damaged and misrouted parcels flag their order until the last of them is resolved."""

from datetime import timedelta
from uuid import uuid4

import pytest

from apps.core import short_memory
from apps.core.ids import public_id
from apps.core.models import Event
from apps.hubs.services import flag_missing_parcels
from apps.hubs.tests.carrying import TO_THE_HUB, carry, legs_of, sends, statuses
from apps.orders.models import Incident, Order, Parcel
from apps.orders.services import clear_attention
from apps.orders.tests.asking import error_code, nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def brought(cast, dee, hub):
    """An order of two parcels, brought to the hub by Bo and not scanned yet."""
    order = sends(dee, hub, "A", "B")
    carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB)
    return order


def flag(order):
    order.refresh_from_db()
    return order.needs_attention, order.attention_reason


def damaged(device, barcode="A", note="Wet"):
    parcel = public_id("par", Parcel.objects.get(barcode=barcode).pk)
    return device.post(
        f"{device.path.removeprefix('/v1')}/incidents", {"kind": "damaged", "parcel": parcel, "note": note}
    )


def resolve(client, incident_id, **body):
    return client.post(
        f"/v1/incidents/{incident_id}/resolve", body, format="json", headers={"Idempotency-Key": uuid4().hex}
    )


def test_what_is_not_scanned_within_half_an_hour_is_missing_once(brought, device, hand_clock):
    device.scan("in", "A")
    hand_clock.advance(minutes=30)
    assert flag_missing_parcels() == 0
    hand_clock.advance(seconds=1)
    assert flag_missing_parcels() == 1
    assert flag_missing_parcels() == 0
    incident = Incident.objects.get()
    assert (incident.kind, incident.parcel.barcode, incident.hub_id) == ("missing_parcel", "B", device.hub.pk)
    assert flag(brought) == (True, "missing_parcel")
    assert Event.objects.filter(name="IncidentOpened").count() == 1


def test_a_missing_parcel_that_turns_up_resolves_itself_and_opens_the_leg(brought, device, hand_clock):
    hand_clock.advance(minutes=31)
    assert flag_missing_parcels() == 2
    device.scan("in", "A")
    assert flag(brought) == (True, "missing_parcel")
    device.scan("in", "B")
    assert flag(brought) == (False, "")
    assert not Incident.objects.filter(is_open=True).exists()
    assert statuses(brought) == ("at_hub", "delivered", "open")


def test_a_missing_parcel_that_a_person_resolved_is_not_flagged_again(brought, dee, hand_clock):
    hand_clock.advance(minutes=31)
    flag_missing_parcels()
    for incident in dee.client.get("/v1/incidents", {"is_open": "true"}).json()["data"]:
        assert resolve(dee.client, incident["id"], resolution="Found in the van").status_code == 200
    assert flag(brought) == (False, "")
    hand_clock.advance(hours=2)
    assert flag_missing_parcels() == 0


def test_nothing_is_missing_of_an_order_that_is_still_on_its_way_or_cancelled(cast, dee, hub, hand_clock):
    sends(dee, hub, "A")
    gone = sends(dee, hub, "B", key="k-2")
    carry(legs_of(gone)[0], cast.bo.pk, *TO_THE_HUB)
    dee.cancels(public_id("ord", gone.pk))
    hand_clock.advance(hours=2)
    assert flag_missing_parcels() == 0
    assert not Incident.objects.exists()


def test_a_hub_reports_damage_and_the_merchant_sees_and_resolves_it(brought, dee, device, north):
    device.scan("in", "A", "B")
    answer = damaged(device)
    assert answer.status_code == 201, answer.json()
    shown = answer.json()
    assert (shown["kind"], shown["note"], shown["is_open"], shown["order"]) == (
        "damaged",
        "Wet",
        True,
        public_id("ord", brought.pk),
    )
    assert flag(brought) == (True, "damaged")
    for client in (dee.client, device.client):
        assert [row["id"] for row in client.get("/v1/incidents").json()["data"]] == [shown["id"]]
    assert north.client.get("/v1/incidents").json()["data"] == []
    with nothing_changes():
        assert resolve(north.client, shown["id"]).status_code == 404
    resolved = resolve(dee.client, shown["id"], resolution="Send it anyway")
    assert (resolved.status_code, resolved.json()["is_open"]) == (200, False)
    assert resolved.json()["resolution"] == "Send it anyway"
    assert flag(brought) == (False, "")
    with nothing_changes():
        again = resolve(dee.client, shown["id"])
    assert (again.status_code, error_code(again)) == (409, "incident_resolved")


def test_the_flag_stays_until_the_last_incident_is_resolved(brought, device):
    device.scan("in", "A", "B")
    first, second = damaged(device, "A").json(), damaged(device, "B").json()
    assert damaged(device, "A").json()["id"] == first["id"]
    resolve(device.client, first["id"])
    assert flag(brought) == (True, "damaged")
    resolve(device.client, second["id"])
    assert flag(brought) == (False, "")


def test_the_flag_is_not_taken_down_while_an_incident_is_open(brought, device):
    device.scan("in", "A", "B")
    damaged(device)
    with nothing_changes():
        assert clear_attention(order_id=brought.pk) is False
    assert flag(brought) == (True, "damaged")


def test_an_incident_does_not_take_down_a_flag_for_another_reason(brought, device):
    device.scan("in", "A", "B")
    incident = damaged(device).json()
    Order.objects.filter(pk=brought.pk).update(attention_reason="late")
    resolve(device.client, incident["id"])
    assert flag(brought) == (True, "late")


def test_a_parcel_of_elsewhere_is_not_reported(brought, north):
    with nothing_changes():
        assert damaged(north).status_code == 404
    assert not Incident.objects.exists()


def test_incidents_are_filtered_and_cost_the_same_for_more(cast, dee, hub, hand_clock, django_assert_num_queries):
    orders = [sends(dee, hub, f"A{number}", key=f"k-{number}") for number in range(6)]
    for order in orders:
        carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB)
    hand_clock.moment += timedelta(hours=1)
    assert flag_missing_parcels() == 6
    for limit in (1, 6):
        short_memory.forget_everything()
        with django_assert_num_queries(3):  # the key, its hubs, the page with orders and parcels
            assert len(dee.client.get("/v1/incidents", {"limit": limit}).json()["data"]) == limit
    listed = dee.client.get("/v1/incidents", {"order": public_id("ord", orders[0].pk), "kind": "missing_parcel"})
    assert [row["order"] for row in listed.json()["data"]] == [public_id("ord", orders[0].pk)]
    assert dee.client.get("/v1/incidents", {"is_open": "false"}).json()["data"] == []
    assert dee.client.get("/v1/incidents", {"hub": f"hub_{uuid4().hex}"}).json()["data"] == []
