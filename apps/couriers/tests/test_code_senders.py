"""How sign-in codes travel: by e-mail, over a real connection, and by a function of one's own."""

import logging
import re
import time
from queue import Queue

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.couriers.errors import WrongCode
from apps.couriers.models import Courier, SignInCode
from apps.couriers.services import request_code, sign_in
from apps.couriers.services.senders import check_way
from apps.couriers.tests.smtp_sink import SmtpSink
from coursier.email import TIMEOUT_S, email_settings

pytestmark = pytest.mark.django_db
HERE = "apps.couriers.tests.test_code_senders"


@pytest.fixture
def by_email(settings):
    """Codes go to a mail server that is made as told."""
    sinks = []

    def start(**how) -> SmtpSink:
        sinks.append(SmtpSink(**how))
        for name, value in email_settings(sinks[-1].address).items():
            setattr(settings, name, value)
        settings.SIGN_IN_CODE_SENDER, settings.DEFAULT_FROM_EMAIL = "email", "codes@velo.example"
        return sinks[-1]

    yield start
    for sink in sinks:
        sink.close()


@pytest.fixture
def bo(cast):
    """Bo has an address."""
    Courier.objects.filter(pk=cast.bo.pk).update(email="bo@example.org")
    cast.bo.refresh_from_db()
    return cast.bo


def wait_for(caplog, text) -> None:
    deadline = time.monotonic() + 20
    while text not in caplog.text:
        assert time.monotonic() < deadline, caplog.text
        time.sleep(0.02)


def test_a_code_comes_by_email_and_lets_its_courier_in(bo, by_email):
    sink = by_email()
    request_code(phone=bo.phone)
    recipient, letter = sink.letter()
    code = re.search(r"\b\d{6}\b", letter.get_content()).group()
    assert (recipient, letter["From"], letter["To"]) == ("bo@example.org", "codes@velo.example", "bo@example.org")
    assert letter["Subject"] == f"Votre code de connexion : {code}"
    assert "Ne le donnez à personne" in letter.get_content()
    assert sign_in(phone=bo.phone, code=code, device_label="").courier == bo


def test_a_letter_is_in_the_language_of_its_courier(bo, by_email):
    sink = by_email()
    Courier.objects.filter(pk=bo.pk).update(language="en")
    request_code(phone=bo.phone)
    _, letter = sink.letter()
    assert letter["Subject"].startswith("Your sign-in code: ")
    assert "Give it to nobody" in letter.get_content()


def test_nobody_waits_for_a_mail_server_that_says_nothing_and_it_is_given_up(bo, by_email, caplog):
    sink = by_email(silence_s=TIMEOUT_S + 2)
    began = time.monotonic()
    request_code(phone=bo.phone)
    assert time.monotonic() - began < 1
    wait_for(caplog, "could not be sent by email: SMTPServerDisconnected")
    assert time.monotonic() - sink.calls.get(timeout=1) < TIMEOUT_S + 1.5
    assert sink.letters.empty()


def test_a_letter_that_is_refused_is_logged_without_its_code(bo, by_email, caplog):
    caplog.set_level(logging.DEBUG)
    by_email(refuses="550 no such mailbox")
    request_code(phone=bo.phone)
    wait_for(caplog, "could not be sent by email: SMTPRecipientsRefused")
    assert not re.search(r"\b\d{6}\b", caplog.text)
    assert SignInCode.objects.get().tries_left == 5


def test_a_mail_server_that_is_away_is_logged_too(bo, by_email, caplog, settings):
    by_email().close()
    request_code(phone=bo.phone)
    wait_for(caplog, "could not be sent by email: ConnectionRefusedError")


def test_who_has_no_address_gets_no_letter_and_the_log_says_so(cast, by_email, caplog):
    sink = by_email()
    request_code(phone=cast.bo.phone)
    wait_for(caplog, "without an e-mail address")
    assert sink.letters.empty()
    assert sink.calls.empty()


def test_an_unknown_phone_leads_to_no_letter(bo, by_email):
    sink = by_email()
    request_code(phone="+33639980099")
    request_code(phone=bo.phone)
    assert sink.letter()[0] == "bo@example.org"
    assert sink.letters.empty()


SENT: Queue[tuple[str, str, str]] = Queue()


def by_pigeon(phone, code, email):
    """A way of somebody's own."""
    SENT.put((phone, code, email))


def lame_pigeon(phone, code, email):
    """One that fails, and talks too much."""
    raise RuntimeError(f"could not carry {code}")


NO_FUNCTION = "a text"


def test_a_function_of_ones_own_is_called_with_phone_code_and_address(cast, bo, settings):
    settings.SIGN_IN_CODE_SENDER = f"{HERE}.by_pigeon"
    check_way()
    request_code(phone=bo.phone)
    phone, code, email = SENT.get(timeout=20)
    assert (phone, email) == (bo.phone, "bo@example.org")
    assert sign_in(phone=phone, code=code, device_label="").courier == bo
    request_code(phone=cast.cy.phone)
    assert SENT.get(timeout=20)[2] == ""


def test_a_function_that_fails_is_logged_without_the_code(bo, settings, caplog):
    settings.SIGN_IN_CODE_SENDER = f"{HERE}.lame_pigeon"
    request_code(phone=bo.phone)
    wait_for(caplog, "lame_pigeon: RuntimeError")
    assert not re.search(r"\b\d{6}\b", caplog.text)
    with pytest.raises(WrongCode):
        sign_in(phone=bo.phone, code="", device_label="")


@pytest.mark.parametrize("path", [f"{HERE}.no_pigeon", "no.such.module", f"{HERE}.NO_FUNCTION"])
def test_a_function_that_is_not_there_stops_the_start(settings, path):
    settings.SIGN_IN_CODE_SENDER = path
    with pytest.raises(ImproperlyConfigured, match="COURSIER_SIGN_IN_CODE_SENDER"):
        check_way()
