"""What is owed for a leg that was handed on: by its merchant to who handed it on, and by them to who carried it."""

import pytest
from rest_framework.test import APIClient

from apps.accounts.services import create_api_key
from apps.billing.models import Charge, Handover, Statement
from apps.billing.services import settle_order
from apps.billing.services.following import settle_what_was_missed
from apps.billing.tests.carrying import DELIVERED, PICKED_UP, RETURNED, carry
from apps.billing.tests.reading import rows_of
from apps.core import clock
from apps.core.ids import public_id
from apps.core.models import Event
from apps.networks.models import Connection
from apps.orders.lifecycle import HandOnEnd, LegStatus
from apps.orders.models import HandOn, NetworkPolicy
from apps.orders.selectors.hand_ons import live_hand_on
from apps.orders.services import cancel_order, end_hand_on, write_hand_on
from tests.agreements import a_fleet, a_tariff, connected
from tests.cast import make_courier, placed

pytestmark = pytest.mark.django_db
BY_THE_FIRST = (707, 141, 848)  # 500 + 207 for 2.071 km, 20 %
BY_THE_SECOND = (507, 51, 558)  # 300 + 207, 10 %


@pytest.fixture
def tess(cast, night_rider):
    """Of a fleet that Night Riders' owner is connected to, by a tariff of its own."""
    fleet = a_fleet("Tandem")
    tariff = a_tariff(fleet, base_cents=300, tax_basis_points=1_000)
    connected(night_rider.fleet.organisation, fleet, tariff=tariff)
    return make_courier(fleet, cast.zone, name="Tess", phone="+33639980005")


def handed_on(cast, giver, taker, **changes):
    """An order of the bakery, whose leg one fleet handed on to another."""
    _, leg = placed(cast, **{"network_policy": NetworkPolicy.CONNECTED, **changes})
    write_hand_on(
        HandOn(
            leg=leg,
            from_fleet=giver,
            to_fleet=taker,
            executor_id=giver.organisation_id,
            to_executor_id=taker.organisation_id,
            handed_on_at=clock.now(),
        )
    )
    return leg


def owed():
    """Who owes whom how much."""
    rows = Charge.objects.select_related("statement__orderer", "statement__executor").order_by("id")
    return [
        (row.statement.orderer.name, row.statement.executor.name, (row.net_cents, row.tax_cents, row.gross_cents))
        for row in rows
    ]


@pytest.mark.parametrize("steps", [DELIVERED, RETURNED], ids=["delivered", "returned"])
def test_each_link_is_charged_once_by_its_own_tariff_on_a_statement_of_its_own(cast, night_rider, tess, steps):
    leg = carry(handed_on(cast, night_rider.fleet, tess.fleet), tess, *steps)
    assert len(settle_order(order_id=leg.order_id)) == 2
    assert settle_order(order_id=leg.order_id) == []
    assert owed() == [
        ("Dee's bakery", "Night Riders SARL", BY_THE_FIRST),
        ("Night Riders SARL", "Tandem SARL", BY_THE_SECOND),
    ]
    assert Statement.objects.count() == Handover.objects.count() == 2
    connections = set(Statement.objects.values_list("connection_id", flat=True))
    assert connections == set(Connection.objects.values_list("pk", flat=True))


def test_the_merchant_learns_nothing_of_what_the_others_owe_each_other(cast, night_rider, tess):
    leg = carry(handed_on(cast, night_rider.fleet, tess.fleet), tess, *DELIVERED)
    settle_order(order_id=leg.order_id)
    of_the_order = Event.objects.filter(name="ChargeMade", order_id=leg.order_id)
    assert [event.payload["gross_cents"] for event in of_the_order] == [848]
    assert Event.objects.filter(name="ChargeMade").count() == 2
    till = APIClient(HTTP_AUTHORIZATION=f"Bearer {cast.dee_key}")
    (statement,) = till.get("/v1/statements", {"month": "2026-06"}).json()["data"]
    assert statement["executor"]["name"] == "Night Riders SARL"
    told = till.get(f"/v1/statements/{statement['id']}").json()["data"][0]
    assert told["fleet"] == public_id("flt", night_rider.fleet_id)
    other = Statement.objects.get(orderer=night_rider.fleet.organisation)
    assert till.get(f"/v1/statements/{public_id('sta', other.pk)}").status_code == 404


def test_the_merchants_own_reference_is_told_to_the_merchant_alone(cast, night_rider, tess):
    leg = carry(handed_on(cast, night_rider.fleet, tess.fleet, external_id="A-1042"), tess, *DELIVERED)
    settle_order(order_id=leg.order_id)
    first, second = (Statement.objects.get(executor=each.fleet.organisation) for each in (night_rider, tess))
    readers = (
        (first, first.orderer_id, "A-1042"),
        (first, first.executor_id, None),
        (second, second.orderer_id, None),
        (second, second.executor_id, None),
    )
    for statement, reader_id, reference in readers:
        _, key = create_api_key(organisation_id=reader_id, name="accounts")
        client, path = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}"), f"/v1/statements/{public_id('sta', statement.pk)}"
        assert client.get(path).json()["data"][0]["external_id"] == reference
        csv = client.get(path, {"format": "csv"}).content.decode()
        assert rows_of(csv)[0]["external_id"] == (reference or "")


def test_both_links_hold_the_terms_of_the_pickup(cast, night_rider, tess):
    leg = carry(handed_on(cast, night_rider.fleet, tess.fleet), tess, *PICKED_UP)
    assert settle_order(order_id=leg.order_id) == []
    assert Handover.objects.count() == 2
    for connection in Connection.objects.select_related("fleet"):
        Connection.objects.filter(pk=connection.pk).update(tariff=a_tariff(connection.fleet, base_cents=9_900))
    carry(leg, tess, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)
    settle_order(order_id=leg.order_id)
    assert [amounts for _, _, amounts in owed()] == [BY_THE_FIRST, BY_THE_SECOND]


def test_a_merchant_whose_own_fleet_handed_it_on_owes_the_other_alone(cast, own_rider, tess):
    connected(cast.bakery, tess.fleet, tariff=a_tariff(tess.fleet, base_cents=300, tax_basis_points=1_000))
    leg = carry(handed_on(cast, own_rider.fleet, tess.fleet), tess, *DELIVERED)
    settle_order(order_id=leg.order_id)
    assert owed() == [("Dee's bakery", "Tandem SARL", BY_THE_SECOND)]
    assert Charge.objects.get().statement.connection.organisation == cast.bakery


def test_what_the_first_fleet_carried_in_the_end_is_owed_to_it_alone(cast, night_rider, tess):
    leg = handed_on(cast, night_rider.fleet, tess.fleet)
    end_hand_on(live_hand_on(leg.pk), leg, end=HandOnEnd.TAKEN_BACK)
    carry(leg, night_rider, *DELIVERED)
    settle_order(order_id=leg.order_id)
    assert owed() == [("Dee's bakery", "Night Riders SARL", BY_THE_FIRST)]


def test_a_late_cancellation_costs_the_same_fee_over_both_links(cast, night_rider, tess, hand_clock):
    leg = carry(handed_on(cast, night_rider.fleet, tess.fleet), tess, LegStatus.ASSIGNED)
    hand_clock.advance(minutes=10)
    cancel_order(order_id=leg.order_id, reason="changed_mind")
    end_hand_on(live_hand_on(leg.pk), leg, end=HandOnEnd.CANCELLED)
    settle_order(order_id=leg.order_id)
    assert settle_order(order_id=leg.order_id) == []
    (_, first, (_, first_tax, fee)), (payer, second, (_, second_tax, same_fee)) = owed()
    assert (first, payer, second) == ("Night Riders SARL", "Night Riders SARL", "Tandem SARL")
    assert fee == same_fee == Event.objects.get(name="OrderCancelled").payload["fee_cents"] > 0
    assert first_tax > second_tax > 0


def test_what_a_lost_message_left_behind_is_charged_over_both(cast, night_rider, tess):
    carry(handed_on(cast, night_rider.fleet, tess.fleet), tess, *DELIVERED)
    assert settle_what_was_missed(settled_after_ms=0) == 2
    assert settle_what_was_missed(settled_after_ms=0) == 0
