"""A fleet with a dispatch of its own is told what it will be paid, delivers, and is charged for at exactly that."""

import pytest

from apps.billing.models import Charge
from apps.billing.services import settle_order
from apps.core.ids import parse_public_id, public_id
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Fleet
from apps.dispatch.services import make_fleet_offer
from apps.dispatch.tests.calling import with_key
from apps.networks.services import pause_connection
from apps.orders.models import Leg
from tests.agreements import a_fleet, a_tariff, an_own_fleet, connected
from tests.hubs import make_hub, make_operator
from tests.journeys.acting import merchant, order_bread

pytestmark = pytest.mark.django_db
BY_PLATFORM = 390 + 197 + 80  # base, 2.071 km, lunch time
BY_TARIFF = 500 + 207
PARCELS = [{"weight_g": 7_000, "description": "Flour"}]


def external(fleet):
    """The fleet answers for itself."""
    Fleet.objects.filter(pk=fleet.pk).update(mode=FleetMode.EXTERNAL)
    fleet.mode = FleetMode.EXTERNAL
    return fleet


def by_a_tariff(cast):
    fleet = a_fleet("Rapid")
    connected(cast.bakery, fleet, tariff=a_tariff(fleet, tax_basis_points=2_000))
    return fleet


def without_a_tariff(cast):
    fleet = a_fleet("Rapid", is_open=True)
    connected(cast.bakery, fleet)
    return fleet


def open_to_all(cast):
    return a_fleet("Rapid", is_open=True)


def by_a_paused_tariff(cast):
    """Open to all, so it goes on to be asked; what both sides agreed on still holds between them."""
    fleet = a_fleet("Rapid", is_open=True)
    connection = connected(cast.bakery, fleet, tariff=a_tariff(fleet))
    pause_connection(connection_id=connection.pk, by=cast.bakery.pk)
    return fleet


FLEETS = [(by_a_tariff, BY_TARIFF), (without_a_tariff, BY_PLATFORM), (open_to_all, BY_PLATFORM)]


@pytest.mark.parametrize("tax_basis_points", [0, 2_000], ids=["no tax", "20 % of tax"])
@pytest.mark.parametrize(
    ("begin", "net"), [*FLEETS, (by_a_paused_tariff, BY_TARIFF)], ids=lambda value: getattr(value, "__name__", "")
)
def test_what_an_offer_says_is_what_its_delivery_is_charged_at(cast, settings, begin, net, tax_basis_points):
    settings.TAX_BASIS_POINTS = tax_basis_points
    fleet = external(begin(cast))
    order = order_bread(merchant(cast))
    offer = offered(order, fleet)
    assert offer["payout"] == {"amount": net, "currency": "EUR"}
    delivers(fleet, offer)
    (charge,) = settle_order(order_id=parse_public_id("ord", order["id"]))
    assert {"amount": charge.net_cents, "currency": charge.currency} == offer["payout"]


@pytest.mark.parametrize(("begin", "_net"), FLEETS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_leg_through_a_hub_is_offered_at_what_its_own_way_is_charged_at(cast, begin, _net):
    fleet = external(begin(cast))
    hub = make_hub(make_operator())
    order = order_bread(merchant(cast), via_hub=public_id("hub", hub.pk), parcels=PARCELS)
    offer = offered(order, fleet)
    assert offer["dropoff"]["address"] == hub.address
    delivers(fleet, offer)
    (charge,) = settle_order(order_id=parse_public_id("ord", order["id"]))
    assert {"amount": charge.net_cents, "currency": charge.currency} == offer["payout"]


def test_within_an_organisation_nothing_is_owed_and_the_offer_says_so(cast):
    fleet = external(an_own_fleet(cast.bakery, "Dee's bikes"))
    order = order_bread(merchant(cast))
    offer = offered(order, fleet)
    assert offer["payout"] == {"amount": 0, "currency": "EUR"}
    delivers(fleet, offer)
    assert settle_order(order_id=parse_public_id("ord", order["id"])) == []
    assert not Charge.objects.exists()


def offered(order, fleet):
    """The first leg of an order, offered to a fleet: the offer as its system reads it."""
    leg = Leg.objects.filter(order_id=parse_public_id("ord", order["id"])).order_by("sequence")[0]
    offer = make_fleet_offer(leg_id=leg.pk, leg_version=leg.version, fleet_id=fleet.pk)
    return with_key(fleet.organisation_id).gets(f"/offers/{public_id('off', offer.pk)}").json()


def delivers(fleet, offer):
    """The fleet's system accepts and reports step by step, up to the door."""
    system = with_key(fleet.organisation_id)
    taken = system.posts(f"/offers/{offer['id']}/accept").json()
    for action in ("arrive", "pick_up", "arrive_dropoff", "deliver"):
        told = system.reports(taken["id"], action, epoch=taken["epoch"])
        assert told.json()["outcome"] == "applied"
