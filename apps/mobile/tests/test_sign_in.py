"""Signing in by phone and one-time code, through HTTP."""

import stat

import pytest

from apps.couriers.models import Courier, Device, SignInCode
from apps.mobile.tests.phones import Phone, get, post

pytestmark = pytest.mark.django_db


def code_of(messages, number):
    return (messages / f"{number}.txt").read_text().strip()


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def try_code(number, code):
    return post("sign_in", {"phone": number, "code": code, "device_label": "x"})


def test_a_courier_signs_in_and_learns_who_they_are(cast, messages):
    post("sign_in/code", {"phone": cast.bo.phone})
    answer = try_code(cast.bo.phone, code_of(messages, cast.bo.phone))
    assert answer.status_code == 201
    assert answer.json()["token"].startswith("cd_")
    courier = answer.json()["courier"]
    assert (courier["name"], courier["vehicle"]) == ("Bo", {"kind": "bike", "speed_kmh": 15.0})
    assert courier["fleet"]["name"] == "Vélo Express"


def test_the_database_holds_no_usable_secret(cast, messages):
    phone = Phone.signed_in(cast.bo.phone, messages)
    device, code = Device.objects.get(), SignInCode.objects.get()
    assert phone.token not in str(vars(device))
    assert code_of(messages, cast.bo.phone) not in str(vars(code))


def test_only_its_owner_can_read_a_message(cast, messages):
    post("sign_in/code", {"phone": cast.bo.phone})
    assert stat.S_IMODE((messages / f"{cast.bo.phone}.txt").stat().st_mode) == 0o600


def test_an_unknown_phone_is_answered_alike_and_gets_no_message(cast, messages):
    unknown = "+33639980099"
    answers = [post("sign_in/code", {"phone": number}) for number in (cast.bo.phone, unknown)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(202, b"{}")] * 2
    assert not (messages / f"{unknown}.txt").exists()
    assert try_code(unknown, "123456").json()["error"]["code"] == "wrong_code"


def test_an_inactive_courier_gets_no_code(cast, messages):
    Courier.objects.filter(pk=cast.bo.pk).update(is_active=False)
    assert post("sign_in/code", {"phone": cast.bo.phone}).status_code == 202
    assert not messages.exists()


def test_a_phone_may_be_written_with_spaces(cast, messages):
    post("sign_in/code", {"phone": "+33 6 39 98 00 01"})
    assert try_code(cast.bo.phone, code_of(messages, cast.bo.phone)).status_code == 201


@pytest.mark.parametrize("number", ["0639980001", "Bo", "+33", "", None, 33639980001, "+33639980001" * 10])
def test_what_is_no_phone_number_is_named(cast, number):
    answer = post("sign_in/code", {"phone": number})
    assert (answer.status_code, answer.json()["error"]["fields"][0]["path"]) == (400, "phone")


def test_a_code_ends_after_ten_minutes(cast, messages, hand_clock):
    post("sign_in/code", {"phone": cast.bo.phone})
    hand_clock.advance(minutes=10)
    assert try_code(cast.bo.phone, code_of(messages, cast.bo.phone)).status_code == 401
    assert not Device.objects.exists()


def test_a_code_is_good_for_one_device(cast, messages):
    post("sign_in/code", {"phone": cast.bo.phone})
    code = code_of(messages, cast.bo.phone)
    assert [try_code(cast.bo.phone, code).status_code for _ in range(2)] == [201, 401]
    assert Device.objects.count() == 1


def test_a_newer_code_replaces_the_one_before(cast, messages):
    post("sign_in/code", {"phone": cast.bo.phone})
    older = code_of(messages, cast.bo.phone)
    post("sign_in/code", {"phone": cast.bo.phone})
    newer = code_of(messages, cast.bo.phone)
    if older != newer:
        assert try_code(cast.bo.phone, older).status_code == 401
    assert try_code(cast.bo.phone, newer).status_code == 201


def test_after_five_wrong_codes_the_right_one_is_refused(cast, messages):
    post("sign_in/code", {"phone": cast.bo.phone})
    code = code_of(messages, cast.bo.phone)
    assert {try_code(cast.bo.phone, wrong(code)).status_code for _ in range(5)} == {401}
    assert try_code(cast.bo.phone, code).status_code == 401
    assert not Device.objects.exists()


def test_the_fifth_try_may_be_the_right_one(cast, messages):
    post("sign_in/code", {"phone": cast.bo.phone})
    code = code_of(messages, cast.bo.phone)
    for _ in range(4):
        try_code(cast.bo.phone, wrong(code))
    assert try_code(cast.bo.phone, code).status_code == 201


@pytest.mark.parametrize("number", ["+33639980001", "+33639980099"])
def test_a_sixth_code_within_a_quarter_of_an_hour_is_refused_known_phone_or_not(cast, messages, hand_clock, number):
    for _ in range(5):
        assert post("sign_in/code", {"phone": number}).status_code == 202
        hand_clock.advance(minutes=1)
    answer = post("sign_in/code", {"phone": number})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many_codes")
    assert (answer["Retry-After"], SignInCode.objects.count()) == ("600", 5)
    hand_clock.advance(minutes=10)
    assert post("sign_in/code", {"phone": number}).status_code == 202


def test_a_signed_out_device_is_refused_at_its_next_request(cast, messages):
    phone = Phone.signed_in(cast.bo.phone, messages)
    other = Phone.signed_in(cast.bo.phone, messages)
    assert phone.post("sign_out", {}).status_code == 204
    answer = get("sync", token=phone.token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_device")
    assert other.sync()["courier"]["name"] == "Bo"


def test_a_device_signs_in_again_after_thirty_days(cast, messages, hand_clock):
    phone = Phone.signed_in(cast.bo.phone, messages)
    hand_clock.advance(days=30)
    assert get("sync", token=phone.token).status_code == 401


def test_the_device_of_a_courier_who_left_is_refused(cast, messages):
    phone = Phone.signed_in(cast.bo.phone, messages)
    Courier.objects.filter(pk=cast.bo.pk).update(is_active=False)
    assert get("sync", token=phone.token).status_code == 401


@pytest.mark.parametrize("token", ["", "cd_unknown", "nothing", "ck_test_x"])
@pytest.mark.parametrize("path", ["actions", "positions", "sign_out"])
def test_without_a_live_device_nothing_is_done(cast, path, token):
    assert post(path, {}, token=token).status_code == 401


def test_a_merchants_key_is_no_device(cast):
    assert get("sync", token=cast.dee_key).status_code == 401


def test_an_unknown_field_is_named(cast):
    answer = post("sign_in", {"phone": cast.bo.phone, "code": "1", "device_label": "x", "courier_id": "me"})
    assert answer.status_code == 400
    assert [(f["path"], f["code"]) for f in answer.json()["error"]["fields"]] == [("courier_id", "unknown_field")]


def test_a_phone_says_which_one_it_is_if_it_likes(cast, messages):
    post("sign_in/code", {"phone": cast.bo.phone})
    known = {"phone": cast.bo.phone, "code": code_of(messages, cast.bo.phone)}
    assert post("sign_in", {**known, "device_id": "my phone"}).status_code == 400
    assert post("sign_in", {**known, "device_id": "0d5ad23e-6d4b-4d7f-9a64-2f3a9f5b1c11"}).status_code == 201
    assert str(Device.objects.get().device_id) == "0d5ad23e-6d4b-4d7f-9a64-2f3a9f5b1c11"
