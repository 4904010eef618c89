"""Whose address a request has: with nobody in front, behind proxies, and with headers that its sender made up."""

import pytest
from django.test import RequestFactory

from apps.core.client_address import client_address

PROXY = "10.0.0.1"
CALLER = "198.51.100.7"


def address(*, forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=PROXY, headers=headers))


@pytest.mark.parametrize("forwarded", [None, "", CALLER, f"1.1.1.1, {CALLER}", "nonsense"])
def test_with_nobody_in_front_no_header_is_believed(settings, forwarded):
    settings.PROXIES = 0
    assert address(forwarded=forwarded) == PROXY


@pytest.mark.parametrize(
    "made_up", ["", "1.1.1.1", "1.1.1.1, 2.2.2.2", "nonsense", ",,,", "127.0.0.1, ::1", "x" * 5_000]
)
def test_behind_a_proxy_whoever_writes_the_header_chooses_nothing(settings, made_up):
    settings.PROXIES = 1
    assert address(forwarded=f"{made_up}, {CALLER}") == CALLER


@pytest.mark.parametrize("made_up", ["", "1.1.1.1, ", "1.1.1.1, 2.2.2.2, "])
def test_behind_two_the_outer_one_says_it(settings, made_up):
    settings.PROXIES = 2
    assert address(forwarded=f"{made_up}{CALLER}, 203.0.113.9") == CALLER


@pytest.mark.parametrize("proxies", [1, 2, 3])
@pytest.mark.parametrize(
    "forwarded", [None, "", "nonsense", "256.1.1.1, 256.1.1.2, 256.1.1.3", "1.1.1.1:x, a, b", " , , "]
)
def test_what_makes_no_sense_is_the_connections(settings, proxies, forwarded):
    settings.PROXIES = proxies
    assert address(forwarded=forwarded) == PROXY


def test_fewer_addresses_than_proxies_are_not_how_they_call(settings):
    settings.PROXIES = 2
    assert address(forwarded=CALLER) == PROXY


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"{CALLER}:51234", CALLER),
        ("2001:db8::7", "2001:db8::7"),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        (f"::ffff:{CALLER}", CALLER),
        (f"  {CALLER}  ", CALLER),
    ],
)
def test_an_address_has_one_spelling(settings, written, shown):
    settings.PROXIES = 1
    assert address(forwarded=f"1.1.1.1, {written}") == shown
