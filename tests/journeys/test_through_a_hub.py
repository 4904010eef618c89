"""From a merchant's click through a hub to the recipient's door: two legs, two couriers, over HTTP on all sides.

Each story runs as it is, and with a broker that loses every message, so that only the sweep is left.
"""

import pytest

from apps.core.ids import public_id
from apps.couriers.models import Courier
from apps.dispatch.models import Assignment
from apps.orders.models import Leg, Order
from tests.broker import delivering_at_once, losing_everything
from tests.cast import assemble_cast, freelance
from tests.hubs import QUAY, Device, make_hub, make_operator
from tests.journeys.acting import Rider, merchant, order_bread, phones_are_heard
from workers.maintenance import sweep

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["as it is", "every message is lost"])
def platform(request, transactional_db, hand_clock):
    """What happens between two requests: the messages, or what the sweep finds without them."""

    def a_moment_later(**duration: float) -> None:
        from apps.core.redis import connection

        hand_clock.advance(**duration or {"seconds": 20})
        phones_are_heard()
        for key in connection().scan_iter("plan:*"):
            connection().delete(key)  # the marks end by the wall's clock, which stands still here
        sweep()

    with losing_everything() if request.param == "every message is lost" else delivering_at_once():
        yield a_moment_later


@pytest.fixture
def players(transactional_db, hand_clock):
    return assemble_cast()


@pytest.fixture
def device(players):
    return Device(make_hub(make_operator()))


def test_two_couriers_bring_an_order_through_a_hub_to_the_door(players, platform, hand_clock, device):
    dee = merchant(players)
    order = order_bread(
        dee,
        via_hub=public_id("hub", device.hub.pk),
        parcels=[{"weight_g": 800, "barcode": "A"}, {"weight_g": 300, "barcode": "B"}],
    )

    def seen() -> str:
        return str(dee.get(f"/v1/orders/{order['id']}").json()["status"])

    platform()
    collection, delivery = Leg.objects.order_by("sequence")
    first = Courier.objects.get(pk=collection.courier_id)
    Courier.objects.filter(pk=first.pk).update(status="paused")  # the other one has to take the second leg
    assert [leg.status for leg in (collection, delivery)] == ["assigned", "waiting"]
    bringing = Rider(first, hand_clock)
    pickup, at_hub = bringing.sync()["stops"]
    assert (pickup["address"], at_hub["address"]) == ("12 rue de Rivoli", "1 Quay")
    assert (at_hub["lat"], at_hub["lon"], at_hub["phone"]) == (QUAY.lat, QUAY.lon, "+33639980200")
    bringing.deliver_everything()
    assert seen() == "at_hub"

    platform()
    delivery.refresh_from_db()
    assert delivery.status == "waiting"
    device.scan("in", "A")
    platform()
    assert Leg.objects.get(pk=delivery.pk).status == "waiting"
    device.scan("in", "B")
    platform()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.courier_id) == ("assigned", ({players.bo.pk, players.cy.pk} - {first.pk}).pop())
    assert seen() == "at_hub"

    taking = Rider(Courier.objects.get(pk=delivery.courier_id), hand_clock)
    pickup, door = taking.sync()["stops"]
    assert (pickup["address"], door["address"]) == ("1 Quay", "3 rue de Charonne")
    device.scan("out", "A", "B")
    leg = {"leg_id": pickup["leg_id"], "epoch": pickup["epoch"]}
    assert taking.act("arrive", stop="pickup", **leg)["outcome"] == "applied"
    assert taking.act("pick_up", **leg)["outcome"] == "applied"
    assert (seen(), device.stock()) == ("out_for_delivery", [])
    taking.deliver_everything()
    platform()
    done = dee.get(f"/v1/orders/{order['id']}").json()
    assert (done["status"], done["needs_attention"]) == ("delivered", False)
    assert list(Courier.objects.values_list("load_legs", flat=True)) == [0, 0]
    assert Assignment.objects.filter(is_live=False, end="delivered").count() == 2


def test_a_parcel_that_is_lost_between_door_and_scanner_calls_a_person(players, platform, hand_clock, device):
    dee = merchant(players)
    order = order_bread(dee, via_hub=public_id("hub", device.hub.pk), parcels=[{"weight_g": 800, "barcode": "A"}])
    platform()
    Rider(Courier.objects.get(pk=Leg.objects.get(sequence=1).courier_id), hand_clock).deliver_everything()
    platform(minutes=31)
    seen = dee.get(f"/v1/orders/{order['id']}").json()
    assert (seen["status"], seen["attention_reason"]) == ("at_hub", "missing_parcel")
    device.scan("in", "A")
    platform()
    assert Order.objects.get().needs_attention is False
    assert Leg.objects.get(sequence=2).status == "assigned"


def test_a_damaged_parcel_is_flagged_whoever_takes_it_on(players, platform, hand_clock, device):
    dee = merchant(players)
    order_bread(dee, via_hub=public_id("hub", device.hub.pk), parcels=[{"weight_g": 800, "barcode": "A"}])
    platform()
    Rider(Courier.objects.get(pk=Leg.objects.get(sequence=1).courier_id), hand_clock).deliver_everything()
    scanned = device.scan("in", "A")[0]
    path = f"/hubs/{public_id('hub', device.hub.pk)}/incidents"
    incident = device.post(path, {"kind": "damaged", "parcel": scanned["state"]["parcel"]}).json()
    platform()
    assert Leg.objects.get(sequence=2).status == "assigned"
    assert (Order.objects.get().needs_attention, Order.objects.get().attention_reason) == (True, "damaged")
    assert device.post(f"/incidents/{incident['id']}/resolve", {}).status_code == 200
    assert not Order.objects.get().needs_attention


def test_two_freelancers_share_what_is_paid_for_the_way(players, platform, hand_clock, device):
    freelance(players.fleet)
    dee = merchant(players)
    order = order_bread(dee, via_hub=public_id("hub", device.hub.pk), parcels=[{"weight_g": 800, "barcode": "A"}])
    paid, ways = [], []
    for _ in range(2):
        platform()
        riders = [Rider(courier, hand_clock) for courier in (players.bo, players.cy)]
        (rider, offer), *others = [(rider, offer) for rider in riders for offer in rider.sync()["offers"]]
        assert others == []
        paid.append(offer["payout"]["amount"])
        ways.append(offer["distance_m"])
        assert rider.act("accept_offer", offer_id=offer["id"])["outcome"] == "applied"
        rider.deliver_everything()
        if len(paid) == 1:
            assert offer["dropoff"]["address"] == "1 Quay"
            device.scan("in", "A")
    assert dee.get(f"/v1/orders/{order['id']}").json()["status"] == "delivered"
    assert sum(paid) == pytest.approx(0.7 * order["price"]["amount"], abs=1)
    assert sum(ways) == order["distance_m"]
