"""Phones that send everything twice, at once: real threads, real transactions.

Threads alone rarely meet where it hurts, so the tests make them: `meeting` holds each until all have read what they
decide upon.
"""

import hmac
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.db.models import QuerySet

from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Device, Shift, SignInCode
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg
from apps.mobile.models import CourierAction
from apps.mobile.tests.phones import post
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, PinCheck
from apps.orders.pins import TRIES, pin_of
from apps.orders.services import StopDetails
from tests.cast import CENTRE, HOME, assemble_cast, freelance, placed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db):
    return assemble_cast()


def at_once(*calls):
    """Run all calls at the same moment, each in a thread with a connection of its own. Returns their results."""
    barrier = Barrier(len(calls))

    def run(call):
        try:
            barrier.wait(timeout=20)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def meeting(monkeypatch):
    """Lets the threads of a race wait for each other after their first call of a function (of a table's queries)."""

    def arrange(owner, name, *, threads, of=None):
        barrier, seen, original = Barrier(threads), threading.local(), getattr(owner, name)

        def and_wait(*args):
            result = original(*args)
            of_the_race = threading.current_thread() is not threading.main_thread()
            if of_the_race and (of is None or args[0].model is of) and not hasattr(seen, "it"):
                seen.it = True
                barrier.wait(timeout=20)
            return result

        monkeypatch.setattr(owner, name, and_wait)

    return arrange


@pytest.fixture
def bos_leg(cast):
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    return Leg.objects.get(pk=leg.pk)


def test_an_action_sent_twice_at_once_is_applied_once(cast, bos_phone, bos_leg, meeting):
    arrive = bos_phone.way_of(bos_leg)[0]
    meeting(QuerySet, "_fetch_all", of=CourierAction, threads=4)
    results = at_once(*[lambda: bos_phone.send(arrive)[0]] * 4)
    assert sorted(result["outcome"] for result in results) == ["applied", "replayed", "replayed", "replayed"]
    assert {result["state"]["status"] for result in results} == {"at_pickup"}
    assert CourierAction.objects.count() == 1
    assert Event.objects.filter(name="LegMoved", payload__after="at_pickup").count() == 1


def test_a_whole_outbox_sent_twice_at_once_delivers_once(cast, bos_phone, bos_leg, meeting):
    way = bos_phone.way_of(bos_leg)
    meeting(QuerySet, "_fetch_all", of=CourierAction, threads=3)
    at_once(*[lambda: bos_phone.send(*way)] * 3)
    assert {result["outcome"] for result in bos_phone.send(*way)} == {"replayed"}
    assert Leg.objects.get(pk=bos_leg.pk).status == LegStatus.DELIVERED
    assert Event.objects.filter(name="LegMoved").count() == 5  # assigned, and the four steps
    bo = Courier.objects.select_related("shift").get(pk=cast.bo.pk)
    assert (bo.load_legs, bo.shift.legs_done) == (0, 1)


def test_a_shift_started_twice_at_once_is_one_shift(cast, bos_phone):
    freelance(cast.fleet)
    bos_phone.act("end_shift")
    before = Shift.objects.count()
    here = {"lat": CENTRE.lat, "lon": CENTRE.lon}
    starts = [bos_phone.action("start_shift", **here) for _ in range(4)]
    results = at_once(*[lambda start=start: bos_phone.send(start)[0] for start in starts])
    assert all(result["outcome"] == "applied" or result["error"]["code"] == "superseded" for result in results)
    assert Shift.objects.count() == before + 1
    assert Event.objects.filter(name="DutyChanged", payload__after="on_duty").count() == 1


def test_who_ends_the_shift_while_a_leg_is_given_to_them_does_one_or_the_other(cast, bos_phone):
    _, leg = placed(cast)

    def give():
        try:
            return assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
        except Exception as refused:  # noqa: BLE001 - whichever refusal: what counts is the state afterwards
            return refused

    at_once(lambda: bos_phone.act("end_shift"), give)
    bo, leg = Courier.objects.get(pk=cast.bo.pk), Leg.objects.get(pk=leg.pk)
    assert (bo.status == CourierStatus.OFF_DUTY) == (leg.courier_id is None)
    assert bo.load_legs == (0 if leg.courier_id is None else 1)


def test_of_ten_wrong_pins_at_once_five_are_looked_at_at_most(cast, bos_phone):
    _, leg = placed(cast, dropoff=StopDetails("3 rue de Charonne", HOME.lat, HOME.lon, proof=("pin",)))
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    leg = Leg.objects.get(pk=leg.pk)
    bos_phone.send(*bos_phone.way_of(leg)[:3])
    of_leg = {"leg_id": public_id("leg", leg.pk), "epoch": leg.epoch}
    right = int(pin_of(leg.order_id))
    tries = [bos_phone.action("deliver", pin=f"{(right + step) % 10**6:06d}", **of_leg) for step in range(1, 11)]
    results = at_once(*[lambda one=one: bos_phone.send(one)[0] for one in tries])
    codes = Counter(result["error"]["code"] for result in results)
    assert set(codes) <= {"wrong_pin", "pin_locked", "conflict"}, codes
    assert codes["wrong_pin"] == Event.objects.filter(name="RecipientPinWrong").count() <= TRIES
    assert PinCheck.objects.get().tries == codes["wrong_pin"]
    assert Leg.objects.get(pk=leg.pk).status == LegStatus.AT_DROPOFF


def wrong_codes(messages, number, count):
    """Codes that are not the one on its way."""
    right = int((messages / f"{number}.txt").read_text())
    return [f"{(right + step) % 10**6:06d}" for step in range(1, count + 1)]


def try_code(number, code):
    return post("sign_in", {"phone": number, "code": code, "device_label": "x"}).status_code


def test_of_ten_wrong_codes_at_once_at_most_five_are_looked_at(cast, messages, meeting):
    post("sign_in/code", {"phone": cast.bo.phone})
    wrong = wrong_codes(messages, cast.bo.phone, 10)
    meeting(QuerySet, "_fetch_all", of=SignInCode, threads=10)
    assert set(at_once(*[lambda code=code: try_code(cast.bo.phone, code) for code in wrong])) == {401}
    assert SignInCode.objects.get().tries_left == 0
    right = (messages / f"{cast.bo.phone}.txt").read_text().strip()
    assert try_code(cast.bo.phone, right) == 401


def test_each_wrong_code_costs_a_try_even_at_once(cast, messages, meeting):
    post("sign_in/code", {"phone": cast.bo.phone})
    wrong = wrong_codes(messages, cast.bo.phone, 4)
    meeting(QuerySet, "_fetch_all", of=SignInCode, threads=4)
    at_once(*[lambda code=code: try_code(cast.bo.phone, code) for code in wrong])
    assert SignInCode.objects.get().tries_left == 1


def test_one_code_used_twice_at_once_lets_one_device_in(cast, messages, meeting):
    post("sign_in/code", {"phone": cast.bo.phone})
    right = (messages / f"{cast.bo.phone}.txt").read_text().strip()
    meeting(hmac, "compare_digest", threads=4)
    assert sorted(at_once(*[lambda: try_code(cast.bo.phone, right)] * 4)) == [201, 401, 401, 401]
    assert Device.objects.count() == 1


def test_of_ten_codes_asked_at_once_at_most_five_are_sent(cast, messages):
    answers = at_once(*[lambda: post("sign_in/code", {"phone": cast.bo.phone}).status_code] * 10)
    assert set(answers) <= {202, 429}
    assert answers.count(202) == SignInCode.objects.count() <= 5
