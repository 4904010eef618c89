"""From an order over a connection to the statement that both sides read: over HTTP, with the real reactions."""

import pytest
from rest_framework.test import APIClient

from apps.accounts.services import create_api_key
from apps.billing.models import Charge
from apps.core.ids import parse_public_id, public_id
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg
from apps.orders.models import Leg
from coursier.celery import app
from tests.agreements import a_fleet, a_tariff, connected
from tests.broker import delivering_at_once, losing_everything
from tests.cast import make_courier
from tests.journeys.acting import Rider, merchant, order_bread
from workers.relay import drain_outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def nils(cast):
    fleet = a_fleet("Night Riders")
    connected(cast.bakery, fleet, tariff=a_tariff(fleet, tax_basis_points=2_000))
    return make_courier(fleet, cast.zone, name="Nils", phone="+33639980003")


def ride(cast, courier, hand_clock, **changes) -> dict:
    """An order of the bakery, and a courier who delivers it."""
    order = order_bread(merchant(cast), **changes)
    leg = Leg.objects.get(order_id=parse_public_id("ord", order["id"]))
    assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.DISPATCHER)
    Rider(courier, hand_clock).deliver_everything()
    return order


def test_what_was_quoted_is_what_both_sides_find_on_the_statement(cast, nils, hand_clock):
    with delivering_at_once() as sent:
        order = ride(cast, nils, hand_clock, network_policy="connected")
        drain_outbox()
        assert "maintenance.settle_order" in sent
    charge = Charge.objects.get()
    path = f"/v1/connections/{public_id('con', charge.statement.connection_id)}/statements/2026-06"
    _, riders_key = create_api_key(organisation_id=nils.fleet.organisation_id, name="accounts")
    for client in (merchant(cast), APIClient(HTTP_AUTHORIZATION=f"Bearer {riders_key}")):
        told = client.get(path).json()
        assert told["gross"] == order["price"] == {"amount": 848, "currency": "EUR"}
        assert [(row["order"], row["lines"]) for row in told["data"]] == [(order["id"], order["price_lines"])]


def test_the_reactions_delivered_twice_charge_once(cast, hand_clock):
    with losing_everything():
        ride(cast, cast.bo, hand_clock)
        drain_outbox()
    order_id = str(Leg.objects.get().order_id)
    for _ in range(2):
        app.tasks["maintenance.settle_order"](order_id=order_id)
    assert Charge.objects.count() == 1
