"""Signing in to the portal, and out."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core.redis import connection
from apps.dashboard import sign_in_limit
from tests.cast import PASSWORD, Cast


def test_the_right_password_leads_to_the_board(cast: Cast, client: Client):
    answer = sign_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/board/")
    assert client.get("/board/").status_code == 200


def test_the_address_may_be_written_in_capitals(cast: Cast, client: Client):
    assert sign_in(client, email="ADA@Example.org").status_code == 302


def test_a_wrong_password_and_an_unknown_address_look_the_same(cast: Cast, client: Client):
    wrong, unknown = sign_in(client, password="nope"), sign_in(client, email="nobody@example.org")
    sentence = "This address and password do not match."
    assert wrong.status_code == unknown.status_code == 422
    assert sentence in wrong.content.decode()
    assert sentence in unknown.content.decode()
    assert client.get("/board/").status_code == 302


def test_an_account_that_was_closed_cannot_sign_in(cast: Cast, client: Client):
    User.objects.filter(pk=cast.ada.pk).update(is_active=False)
    assert sign_in(client).status_code == 422


def test_what_is_missing_is_named(cast: Cast, client: Client):
    page = client.post("/sign-in", {"email": "ada", "password": ""}).content.decode()
    assert "This is not an e-mail address." in page
    assert "Enter your password." in page


def test_after_ten_failures_even_the_right_password_waits(cast: Cast, client: Client):
    for _ in range(10):
        assert "do not match" in sign_in(client, password="guess").content.decode()
    answer = sign_in(client)
    assert answer.status_code == 422
    assert "Too many wrong passwords. Try again in 15 minutes." in answer.content.decode()
    other_place = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(other_place).status_code == 302, "the limit is per address and place"


def test_behind_a_proxy_guesses_count_by_caller_and_nobody_chooses_who_that_is(cast: Cast, settings: Any):
    settings.PROXIES = 1

    def tries(forwarded: str, **fields: str) -> str:
        client = Client(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": forwarded})
        return sign_in(client, **fields).content.decode()

    for number in range(10):
        assert "do not match" in tries(f"203.0.113.{number}, 198.51.100.7", password="guess")
    assert "Too many wrong passwords" in tries("203.0.113.99, 198.51.100.7")
    assert tries("198.51.100.7, 192.0.2.8") == "", "whoever calls from elsewhere signs in"


def test_the_count_ends_with_its_window(cast: Cast, client: Client):
    for _ in range(10):
        sign_in(client, password="guess")
    (key,) = connection().keys("sign_in:failures:*")
    assert 0 < connection().ttl(key) <= sign_in_limit.WINDOW_S
    connection().delete(key)  # as Redis does when it ends
    assert sign_in(client).status_code == 302


def test_the_right_password_forgets_the_failures(cast: Cast, client: Client):
    for _ in range(9):
        sign_in(client, password="guess")
    sign_in(client)
    assert connection().keys("sign_in:failures:*") == []


@pytest.mark.parametrize("trap", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_nobody_is_sent_to_another_site(cast: Cast, client: Client, trap: str):
    assert sign_in(client, next=trap)["Location"] == "/board/"


def test_one_returns_to_where_one_was_going(cast: Cast, client: Client):
    asked = client.get("/board/?zone=zon_1")
    assert asked["Location"] == "/sign-in?next=/board/%3Fzone%3Dzon_1"
    assert 'value="/board/?zone=zon_1"' in client.get(asked["Location"]).content.decode()
    assert sign_in(client, next="/board/?zone=zon_1")["Location"] == "/board/?zone=zon_1"


def test_whoever_is_signed_in_skips_the_page(cast: Cast, ada: Client):
    assert ada.get("/sign-in")["Location"] == "/board/"


def test_signing_out_takes_a_post(cast: Cast, ada: Client):
    assert ada.get("/sign-out").status_code == 405
    assert ada.get("/board/").status_code == 200
    assert ada.post("/sign-out")["Location"] == "/sign-in"
    assert ada.get("/board/").status_code == 302


def test_a_form_without_its_token_gets_a_page_that_explains(cast: Cast):
    strict = Client(enforce_csrf_checks=True)
    answer = sign_in(strict)
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


def sign_in(client: Client, *, email: str = "ada@example.org", password: str = PASSWORD, **more: str) -> Any:
    """Fill in the form and send it."""
    return client.post("/sign-in", {"email": email, "password": password, **more})
