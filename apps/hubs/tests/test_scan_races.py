"""Scans that come at once, each on a connection of its own: the leg opens once, and each scan is taken in once."""

import pytest

from apps.core.models import Event
from apps.core.tests.racing import race
from apps.hubs.models import Scan
from apps.hubs.services import flag_missing_parcels
from apps.hubs.tests.carrying import ON_BOARD, TO_THE_HUB, carry, legs_of, sends, statuses
from apps.orders.models import Incident, Order, Parcel
from apps.orders.services import cancel_order
from tests.hubs import Device, a_scan

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def openings(order):
    moves = Event.objects.filter(name="LegMoved", order_id=order.pk)
    return sum((move.payload["before"], move.payload["after"]) == ("waiting", "open") for move in moves)


def test_scans_of_the_last_parcels_at_once_open_the_leg_once(cast, dee, hub):
    devices = [Device(hub) for _ in range(4)]
    for number in range(ROUNDS):
        order = sends(dee, hub, *(f"{letter}{number}" for letter in "ABCD"), key=f"k-{number}")
        carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB)
        results = race(4, lambda place, number=number: devices[place].scan("in", f"{'ABCD'[place]}{number}"))
        assert [result["outcome"] for (result,) in results] == ["applied"] * 4
        assert (statuses(order), openings(order)) == (("at_hub", "delivered", "open"), 1)


def test_the_same_scan_from_four_devices_at_once_is_taken_in_once(cast, dee, hub):
    devices = [Device(hub) for _ in range(4)]
    for number in range(ROUNDS):
        order = sends(dee, hub, f"A{number}", key=f"k-{number}")
        carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB)
        scan = a_scan("in", f"A{number}")
        results = race(4, lambda place, scan=scan: devices[place].send([scan])[0])
        assert sorted(result["outcome"] for result in results) == ["applied"] + ["replayed"] * 3
        assert (openings(order), Scan.objects.filter(client_id=scan["id"]).count()) == (1, 1)
        assert Event.objects.filter(name="ParcelScanned", order_id=order.pk).count() == 1


def test_the_last_scan_against_the_phone_that_tells_of_the_pickup_opens_the_leg_once(cast, dee, hub, device):
    for number in range(ROUNDS):
        order = sends(dee, hub, f"A{number}", key=f"k-{number}")
        carry(legs_of(order)[0], cast.bo.pk, *ON_BOARD[:2])
        barcode = f"A{number}"

        def either(place, order=order, barcode=barcode):
            if place:
                return device.scan("in", barcode)[0]["outcome"]
            return _persistently(lambda: carry(legs_of(order)[0], cast.bo.pk, *ON_BOARD[2:]))

        assert race(2, either)[1] == "applied"
        assert (statuses(order), openings(order)) == (("at_hub", "picked_up", "open"), 1)


def test_the_last_scan_against_a_cancellation_ends_one_way_or_the_other(cast, dee, hub, device):
    for number in range(ROUNDS):
        order = sends(dee, hub, f"A{number}", key=f"k-{number}")
        carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB)
        barcode = f"A{number}"

        def either(place, order=order, barcode=barcode):
            if place:
                return device.scan("in", barcode)[0]["code"]
            return cancel_order(order_id=order.pk, reason="race")

        code = race(2, either)[1]
        assert code in ("", "order_cancelled")
        assert statuses(order) == ("cancelled", "delivered", "cancelled")
        assert (Parcel.objects.get(barcode=barcode).hub_id is None) == (code == "order_cancelled")


def test_a_scan_against_the_sweep_leaves_no_incident_open(cast, dee, hub, device, hand_clock):
    for number in range(ROUNDS):
        order = sends(dee, hub, f"A{number}", key=f"k-{number}")
        carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB)
        hand_clock.advance(minutes=31)
        race(2, lambda place, number=number: device.scan("in", f"A{number}") if place else flag_missing_parcels())
        assert not Incident.objects.filter(is_open=True).exists()
        assert not Order.objects.get(pk=order.pk).needs_attention


def _persistently(move):
    """As dispatch does: who lost a race reads again."""
    from apps.core.errors import Conflict

    for _ in range(5):
        try:
            return move()
        except Conflict as conflict:
            if type(conflict) is not Conflict:
                raise
    raise AssertionError("lost every race")
