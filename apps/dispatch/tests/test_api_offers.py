"""`/v1/offers`: a fleet's system sees what it is asked, and answers."""

from datetime import timedelta

import pytest

from apps.accounts.models import ApiKey
from apps.core import short_memory
from apps.core.ids import public_id
from apps.couriers.models import Courier
from apps.dispatch.errors import FleetNotEligible
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import FleetOffer
from apps.dispatch.services import make_fleet_offer
from apps.dispatch.tests.calling import code_of, live_offer, make_rapid, nothing_changes, send_home, with_key
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order
from tests.cast import make_courier, placed

pytestmark = pytest.mark.django_db
ABOUT_THE_LEG = {
    "leg_id",
    "short_code",
    "version",
    "zone_id",
    "merchant",
    "pickup",
    "dropoff",
    "parcels",
    "weight_g",
    "distance_m",
}
NAMED = {"name": "Di", "phone": "+33639980003", "vehicle": "cargo_bike"}


@pytest.fixture
def offer(cast, rapid):
    """The bakery's leg, offered to Rapid."""
    send_home(cast.bo, cast.cy)
    placed(cast)
    return live_offer(cast)


def path(offer, action=""):
    return f"/offers/{public_id('off', offer.pk)}{action}"


def test_an_offer_says_where_and_what_but_not_who_lives_there_nor_what_the_merchant_pays(rapid, offer):
    Order.objects.update(amount_cents=9_999, net_cents=9_998)  # for both legs of a long way, say
    shown = rapid.system.gets(path(offer)).json()
    assert (shown["status"], shown["merchant"]) == ("live", {"name": "Dee's bakery"})
    assert shown["dropoff"]["address"] == "3 rue de Charonne, Paris"
    assert (shown["dropoff"]["contact_name"], shown["dropoff"]["phone"]) == ("E.", "**********01")
    assert shown["parcels"][0]["description"] == "Bread"
    assert shown["payout"] == {"amount": 667, "currency": "EUR"}  # for this leg, by the platform's rates
    assert set(shown) == ABOUT_THE_LEG | {
        "id",
        "fleet_id",
        "status",
        "payout",
        "offered_at",
        "expires_at",
        "ended_at",
        "reason",
        "assignment_id",
    }


def test_live_offers_are_listed_and_others_on_demand(rapid, offer):
    key = public_id("off", offer.pk)
    assert rapid.system.lists("/offers") == [key]
    assert rapid.system.lists("/offers", status="declined") == []
    assert rapid.system.lists("/offers", fleet=public_id("flt", rapid.fleet.pk)) == [key]
    rapid.system.posts(path(offer, "/decline"), {"reason": "all out"})
    assert rapid.system.lists("/offers") == []
    assert rapid.system.lists("/offers", status="declined") == [key]


def test_one_past_its_deadline_is_not_live_any_more(rapid, offer, hand_clock):
    hand_clock.advance(seconds=121)
    assert rapid.system.lists("/offers") == []
    assert rapid.system.gets(path(offer)).json()["status"] == "expired"


def test_accepting_gives_the_assignment_with_its_contacts(rapid, offer):
    answer = rapid.system.posts(path(offer, "/accept"))
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["status"], shown["epoch"], shown["courier"]["is_stand_in"]) == ("assigned", 1, True)
    assert (shown["dropoff"]["contact_name"], shown["dropoff"]["phone"]) == ("Eve", "+33639980101")
    assert rapid.system.gets(path(offer)).json()["assignment_id"] == shown["id"]


def test_accepting_for_a_known_courier(cast, rapid, offer):
    di = make_courier(rapid.fleet, cast.zone, name="Di", phone="+33639980003")
    answer = rapid.system.posts(path(offer, "/accept"), {"courier": {"id": public_id("cou", di.pk)}})
    assert answer.json()["courier"] == {"id": public_id("cou", di.pk), "name": "Di", "is_stand_in": False}


def test_accepting_for_a_courier_who_is_named_makes_them_once(cast, rapid, offer):
    first = rapid.system.posts(path(offer, "/accept"), {"courier": NAMED}).json()
    placed(cast)
    second = rapid.system.posts(path(live_offer(cast), "/accept"), {"courier": NAMED}).json()
    assert first["courier"] == second["courier"]
    di = Courier.objects.select_related("vehicle").get(fleet=rapid.fleet)
    assert (di.name, di.phone, di.vehicle.kind, di.load_legs) == ("Di", "+33639980003", "cargo_bike", 2)


@pytest.mark.parametrize(
    "courier", [{}, {"name": "Di"}, {"id": "cou_" + "0" * 32, **NAMED}, {**NAMED, "vehicle": "ox"}]
)
def test_half_a_courier_is_no_courier(rapid, offer, courier):
    with nothing_changes():
        assert code_of(rapid.system.posts(path(offer, "/accept"), {"courier": courier})) == (400, "invalid_request")


def test_a_courier_of_another_fleet_is_not_found_and_their_phone_is_taken(cast, rapid, offer):
    theirs = {"courier": {"id": public_id("cou", cast.bo.pk)}}
    named = {"courier": {**NAMED, "phone": cast.bo.phone}}
    with nothing_changes():
        assert code_of(rapid.system.posts(path(offer, "/accept"), theirs)) == (404, "courier_not_found")
        assert code_of(rapid.system.posts(path(offer, "/accept"), named)) == (409, "phone_taken")


def test_a_courier_who_has_all_they_take_gets_no_more(cast, rapid, offer):
    di = make_courier(rapid.fleet, cast.zone, name="Di", phone="+33639980003")
    Courier.objects.filter(pk=di.pk).update(load_legs=di.max_legs)
    body = {"courier": {"id": public_id("cou", di.pk)}}
    with nothing_changes():
        assert code_of(rapid.system.posts(path(offer, "/accept"), body)) == (409, "courier_not_available")


def test_the_same_key_accepts_once_and_another_is_told_the_state(rapid, offer):
    first = rapid.system.posts(path(offer, "/accept"), key="a-1")
    again = rapid.system.posts(path(offer, "/accept"), key="a-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replayed"] == "true"
    with nothing_changes():
        refused = rapid.system.posts(path(offer, "/accept"), key="a-2")
    assert code_of(refused) == (409, "offer_gone")
    assert refused.json()["error"]["state"] == {"status": "accepted", "leg_status": "assigned"}


def test_without_an_idempotency_key_nothing_is_accepted(rapid, offer):
    with nothing_changes():
        assert rapid.system.client.post(f"/v1{path(offer, '/accept')}", {}).status_code == 400


def test_declining_opens_the_leg_and_says_why(rapid, offer):
    answer = rapid.system.posts(path(offer, "/decline"), {"reason": "all out"})
    assert (answer.json()["status"], answer.json()["reason"]) == ("declined", "all out")
    assert Leg.objects.get().status == LegStatus.OPEN
    with nothing_changes():
        assert rapid.system.posts(path(offer, "/decline"), {"reason": "again"}).json()["reason"] == "all out"


def test_declining_what_was_accepted_is_refused(rapid, offer):
    rapid.system.posts(path(offer, "/accept"))
    with nothing_changes():
        refused = rapid.system.posts(path(offer, "/decline"), {"reason": "after all"})
    assert code_of(refused) == (409, "offer_gone")


def test_nobody_else_finds_the_offer(cast, rapid, offer, velo, till):
    other = make_rapid(owner=cast.bakery)  # the merchant itself, with a fleet of its own
    for stranger in (velo, till, other.system, with_key(rapid.owner.pk, is_test=True)):
        assert stranger.lists("/offers") == []
        with nothing_changes():
            assert code_of(stranger.gets(path(offer))) == (404, "offer_not_found")
            assert code_of(stranger.posts(path(offer, "/accept"))) == (404, "offer_not_found")
            assert code_of(stranger.posts(path(offer, "/decline"), {"reason": "x"})) == (404, "offer_not_found")


def test_a_key_that_may_only_read_answers_nothing_and_a_revoked_one_sees_nothing(rapid, offer):
    reader = with_key(rapid.owner.pk, scopes=("dispatch:read",))
    with nothing_changes():
        assert reader.posts(path(offer, "/accept")).status_code == 403
        assert reader.posts(path(offer, "/decline"), {"reason": "x"}).status_code == 403
    ApiKey.objects.update(revoked_at=offer.offered_at)
    with nothing_changes():
        assert rapid.system.gets("/offers").status_code == 401
        assert rapid.system.posts(path(offer, "/accept")).status_code == 401


def test_a_test_key_sees_offers_of_test_orders_alone(cast, rapid):
    _, leg = placed(cast, is_test=True)
    with nothing_changes(), pytest.raises(FleetNotEligible):  # the sandbox's robots carry it
        make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    FleetOffer.objects.create(
        leg=leg, fleet=rapid.fleet, payout_cents=500, currency="EUR", expires_at=leg.placed_at + timedelta(days=9)
    )
    assert rapid.system.lists("/offers") == []
    assert len(with_key(rapid.owner.pk, is_test=True).lists("/offers")) == 1


def test_a_list_takes_as_many_queries_for_many_offers_as_for_one(cast, rapid, django_assert_num_queries):
    for count in (1, 5):
        for _ in range(count):
            _, leg = placed(cast)
            make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
        short_memory.forget_everything()
        with django_assert_num_queries(6):  # key, fleets, offers, parcels, hand-ons, rights
            rapid.system.gets("/offers")
    assert FleetOffer.objects.filter(status=OfferStatus.LIVE).count() == 6
