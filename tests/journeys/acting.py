"""Merchants and couriers who act over HTTP."""

from uuid import uuid4

from rest_framework.test import APIClient

from apps.accounts.services import hash_secret
from apps.core import clock
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Device
from apps.couriers.positions import mark_seen
from tests.cast import BAKERY, HOME


def merchant(players):
    """Dee's till."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {players.dee_key}")
    return client


def phone_of(courier):
    """A signed-in phone: its token is put in directly, signing in has tests of its own."""
    token = f"cd_{uuid4().hex}"
    Device.objects.create(courier=courier, label="phone", token_hash=hash_secret(token))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def phones_are_heard():
    """The phones of all couriers on duty are on: none of them falls silent while a story takes its time."""
    on_duty = Courier.objects.exclude(status=CourierStatus.OFF_DUTY)
    mark_seen(on_duty.values_list("pk", flat=True), at=clock.now())


def order_bread(client, **changes):
    """Place an order over HTTP; the answer."""
    body = {
        "pickup": {"address": "12 rue de Rivoli", "lat": BAKERY.lat, "lon": BAKERY.lon},
        "dropoff": {"address": "3 rue de Charonne", "lat": HOME.lat, "lon": HOME.lon},
        "parcels": [{"weight_g": 800, "description": "Bread"}],
    } | changes
    answer = client.post("/v1/orders", body, format="json", headers={"Idempotency-Key": uuid4().hex})
    assert answer.status_code == 201, answer.json()
    return answer.json()


class Rider:
    """A courier with a phone, doing one thing after the other."""

    def __init__(self, courier, clock):
        self.client, self.clock, self.sequence = phone_of(courier), clock, 0

    def act(self, kind, **details):
        self.sequence += 1
        action = {"id": str(uuid4()), "kind": kind, "sequence": self.sequence, "device_time": self.clock().isoformat()}
        answer = self.client.post("/mobile/v1/actions", {"actions": [action | details]}, format="json")
        assert answer.status_code == 200, answer.json()
        return answer.json()["results"][0]

    def sync(self):
        return self.client.get("/mobile/v1/sync").json()

    def deliver_everything(self, **shown):
        """Every stop in its turn; `shown` is what the recipients show: `pin="042317"`."""
        while stops := self.sync()["stops"]:
            stop = stops[0]
            leg = {"leg_id": stop["leg_id"], "epoch": stop["epoch"]}
            assert self.act("arrive", stop=stop["kind"], **leg)["outcome"] == "applied"
            is_pickup = stop["kind"] == "pickup"
            done = self.act("pick_up", **leg) if is_pickup else self.act("deliver", **leg, **shown)
            assert done["outcome"] == "applied", done
