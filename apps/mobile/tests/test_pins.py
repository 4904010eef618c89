"""The recipient's PIN: without it nothing is delivered where the merchant asked for it, and nobody guesses it."""

import pytest
from rest_framework.test import APIClient

from apps.core.ids import public_id
from apps.core.models import Event
from apps.core.redis import connection
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg
from apps.dispatch.services.proving import WRONG_A_DAY
from apps.mobile.models import CourierAction
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order, PinCheck
from apps.orders.pins import TRIES, pin_of
from apps.orders.services import StopDetails
from apps.orders.tests.asking import Merchant
from tests.cast import HOME, placed

pytestmark = pytest.mark.django_db
DOOR = StopDetails("3 rue de Charonne", HOME.lat, HOME.lon, "Eve", proof=("pin",))


def given_to(courier, cast, **changes):
    _, leg = placed(cast, **{"dropoff": DOOR, **changes})
    assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.DISPATCHER)
    return Leg.objects.get(pk=leg.pk)


def brought_to_the_door(phone, leg):
    results = phone.send(*phone.way_of(leg)[:3])
    assert [result["outcome"] for result in results] == ["applied"] * 3


@pytest.fixture
def leg(cast, bos_phone):
    """A leg that Bo has brought to the door."""
    leg = given_to(cast.bo, cast)
    brought_to_the_door(bos_phone, leg)
    return leg


def deliver(phone, leg, **shown):
    return phone.act("deliver", leg_id=public_id("leg", leg.pk), epoch=leg.epoch, **shown)


def wrong(leg):
    return f"{(int(pin_of(leg.order_id)) + 1) % 10**6:06d}"


def code(result):
    assert result["outcome"] == "refused", result
    return result["error"]["code"], result["error"]["retry"]


def status_of(leg):
    return Leg.objects.get(pk=leg.pk).status


def tracked(leg):
    return APIClient().get(f"/v1/tracking/{leg.order.tracking_token}").json()


def test_the_recipient_reads_the_pin_under_the_link_and_the_courier_delivers_with_it(bos_phone, leg):
    pin = tracked(leg)["pin"]
    assert len(pin) == 6
    assert pin.isdecimal()
    assert deliver(bos_phone, leg, pin=pin)["outcome"] == "applied"
    assert status_of(leg) == LegStatus.DELIVERED
    assert tracked(leg)["pin"] is None


def test_without_the_pin_nothing_is_delivered_and_it_may_still_be_told(bos_phone, leg):
    for shown in ({}, {"pin": ""}):
        assert code(deliver(bos_phone, leg, **shown)) == ("pin_required", False)
    assert status_of(leg) == LegStatus.AT_DROPOFF
    assert not PinCheck.objects.exists()
    assert deliver(bos_phone, leg, pin=pin_of(leg.order_id))["outcome"] == "applied"


def test_a_wrong_pin_delivers_nothing_and_is_counted(bos_phone, leg):
    assert code(deliver(bos_phone, leg, pin=wrong(leg))) == ("wrong_pin", False)
    assert status_of(leg) == LegStatus.AT_DROPOFF
    assert PinCheck.objects.get().tries == 1
    (told,) = Event.objects.filter(name="RecipientPinWrong")
    assert told.payload["tries_left"] == TRIES - 1


def test_after_five_wrong_ones_even_the_right_one_opens_nothing_and_a_person_is_called(cast, bos_phone, leg):
    for _ in range(TRIES):
        assert code(deliver(bos_phone, leg, pin=wrong(leg)))[0] == "wrong_pin"
    assert code(deliver(bos_phone, leg, pin=pin_of(leg.order_id))) == ("pin_locked", False)
    assert status_of(leg) == LegStatus.AT_DROPOFF
    order = Order.objects.get(pk=leg.order_id)
    assert (order.needs_attention, order.attention_reason) == (True, "pin_locked")


def test_the_merchant_unlocks_it(cast, bos_phone, leg):
    for _ in range(TRIES):
        deliver(bos_phone, leg, pin=wrong(leg))
    dee = Merchant(cast.dee_key)
    answer = dee.client.post(f"/v1/orders/{public_id('ord', leg.order_id)}/unlock_pin")
    assert (answer.status_code, answer.json()["needs_attention"]) == (200, False)
    assert deliver(bos_phone, leg, pin=pin_of(leg.order_id))["outcome"] == "applied"


def test_a_repeated_wrong_try_is_one_try(bos_phone, leg):
    action = bos_phone.action("deliver", leg_id=public_id("leg", leg.pk), epoch=leg.epoch, pin=wrong(leg))
    first, again = bos_phone.send(action)[0], bos_phone.send(action)[0]
    assert (first["outcome"], again["outcome"]) == ("refused", "replayed")
    assert PinCheck.objects.get().tries == 1
    assert CourierAction.objects.filter(kind="deliver").count() == 1


def test_a_right_pin_stays_right_when_the_delivery_itself_must_come_again(cast, bos_phone):
    leg = given_to(cast.bo, cast)
    right = bos_phone.action("deliver", leg_id=public_id("leg", leg.pk), epoch=leg.epoch, pin=pin_of(leg.order_id))
    assert code(bos_phone.send(right)[0]) == ("illegal_move", True)
    assert not PinCheck.objects.exists()  # nobody is at the door yet: nothing was tried
    brought_to_the_door(bos_phone, leg)
    assert bos_phone.send(right)[0]["outcome"] == "applied"


def test_nobody_else_tries_it(cast, bos_phone, cys_phone, leg):
    assert code(deliver(cys_phone, leg, pin=wrong(leg)))[0] == "not_your_leg"
    assert not PinCheck.objects.exists()


def test_a_courier_who_guesses_all_day_is_stopped(cast, bos_phone):
    legs = [given_to(cast.bo, cast) for _ in range(2)]
    for leg in legs:
        brought_to_the_door(bos_phone, leg)
    connection().set(f"wrong_pins:{cast.bo.pk.hex}:2026-06-10", WRONG_A_DAY - 1)
    assert code(deliver(bos_phone, legs[0], pin=wrong(legs[0])))[0] == "wrong_pin"
    assert code(deliver(bos_phone, legs[1], pin=pin_of(legs[1].order_id)))[0] == "pin_locked"
    assert status_of(legs[1]) == LegStatus.AT_DROPOFF


def test_where_no_pin_is_asked_for_one_that_is_told_means_nothing(cast, bos_phone):
    leg = given_to(cast.bo, cast, dropoff=StopDetails("3 rue de Charonne", HOME.lat, HOME.lon))
    brought_to_the_door(bos_phone, leg)
    assert tracked(leg)["pin"] is None
    assert deliver(bos_phone, leg, pin="000000")["outcome"] == "applied"
    assert not PinCheck.objects.exists()


def test_the_phone_knows_that_a_pin_is_asked_for_and_never_which(bos_phone, cast, leg):
    (stop,) = bos_phone.sync()["stops"]
    assert stop["proof"] == ["pin"]
    assert pin_of(leg.order_id) not in str(bos_phone.sync())
    assert leg.order.tracking_token not in str(bos_phone.sync())


def test_the_proof_says_that_the_recipient_told_it(cast, bos_phone, leg):
    deliver(bos_phone, leg, pin=pin_of(leg.order_id))
    dee = Merchant(cast.dee_key)
    proofs = dee.gets(f"/{public_id('ord', leg.order_id)}/proof").json()["data"]
    assert [proof["kind"] for proof in proofs if proof["stop"] == "dropoff"] == ["pin", "courier_confirmed"]
    seen = dee.gets(f"/{public_id('ord', leg.order_id)}").json()
    assert (seen["pickup"]["proof"], seen["dropoff"]["proof"]) == ([], ["pin"])
    assert pin_of(leg.order_id) not in str(seen)


def test_no_two_orders_have_the_same_pin_and_a_new_secret_key_keeps_the_old_ones_good(cast, settings, bos_phone, leg):
    others = [placed(cast)[0].pk for _ in range(20)]
    assert len({pin_of(key) for key in others}) > 15
    before = pin_of(leg.order_id)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" + "k" * 50
    assert pin_of(leg.order_id) != before
    assert deliver(bos_phone, leg, pin=before)["outcome"] == "applied"


@pytest.mark.parametrize(("proof", "wanted"), [(["pin", "pin"], 400), (["retina"], 400), ("pin", 400), ([], 201)])
def test_what_may_be_asked_for(cast, proof, wanted):
    assert Merchant(cast.dee_key).orders(dropoff__proof=proof).status_code == wanted
