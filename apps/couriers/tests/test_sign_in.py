"""Sign-in codes and devices, below HTTP."""

import logging

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.couriers.errors import InvalidDevice
from apps.couriers.models import Device, SignInCode
from apps.couriers.selectors import principal_of_device
from apps.couriers.services import forget_old_codes, request_code, revoke_device
from apps.couriers.services.devices import register_device

pytestmark = pytest.mark.django_db


def test_a_device_stands_for_its_courier_at_the_cost_of_one_query(cast, django_assert_num_queries):
    token = register_device(courier_id=cast.bo.pk, label="phone")
    with django_assert_num_queries(1):
        bo = principal_of_device(token)
    assert (bo.courier_id, bo.fleet_id, bo.organisation_id) == (cast.bo.pk, cast.fleet.pk, cast.fleet_owner.pk)
    assert (bo.status, bo.zone_id, bo.device_id) == ("on_duty", cast.zone.pk, Device.objects.get().pk)


def test_a_revoked_device_stays_revoked(cast, hand_clock):
    token = register_device(courier_id=cast.bo.pk, label="phone")
    device = Device.objects.get()
    revoke_device(device_id=device.pk)
    first = Device.objects.get().revoked_at
    hand_clock.advance(hours=1)
    revoke_device(device_id=device.pk)
    assert Device.objects.get().revoked_at == first
    with pytest.raises(InvalidDevice):
        principal_of_device(token)


def test_the_console_shows_the_code_and_nothing_else_does(cast, settings, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    settings.VAR_DIR, settings.SIGN_IN_CODE_SENDER = tmp_path, "folder"
    request_code(phone=cast.bo.phone)
    code = (tmp_path / "sign_in_codes" / f"{cast.bo.phone}.txt").read_text().strip()
    assert code not in caplog.text
    settings.SIGN_IN_CODE_SENDER = "console"
    request_code(phone=cast.bo.phone)
    assert f"code for {cast.bo.phone}: " in caplog.text


def test_a_message_that_cannot_be_sent_is_logged_and_answered_as_always(cast, settings, caplog, tmp_path):
    occupied = tmp_path / "sign_in_codes"
    occupied.write_text("a file where the folder should be")
    settings.VAR_DIR, settings.SIGN_IN_CODE_SENDER = tmp_path, "folder"
    request_code(phone=cast.bo.phone)
    assert "could not be sent" in caplog.text


def test_an_unknown_way_of_sending_is_a_mistake_of_the_settings(cast, settings):
    settings.SIGN_IN_CODE_SENDER = "pigeon"
    with pytest.raises(ImproperlyConfigured, match="pigeon"):
        request_code(phone=cast.bo.phone)


def test_codes_are_forgotten_a_day_after_their_end(cast, hand_clock):
    request_code(phone=cast.bo.phone)
    hand_clock.advance(hours=23)
    request_code(phone=cast.bo.phone)
    hand_clock.advance(hours=1, minutes=11)
    assert forget_old_codes() == 1
    assert SignInCode.objects.count() == 1
