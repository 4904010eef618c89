"""A phone that asks far too often is told to wait; other phones are not held up, and nothing of it is done."""

import pytest

from apps.core import process_rate
from apps.couriers.positions import positions_now
from apps.mobile.tests.phones import get

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def still_wall(monkeypatch, settings):
    """No request comes back while the test runs, however long it takes."""
    monkeypatch.setattr(process_rate.time, "monotonic", lambda: 100.0)
    settings.PHONE_RATE_LIMIT_PER_S = 0.1  # two at once


def report(phone, clock, **changes):
    at = {"lat": 48.85, "lon": 2.35, "device_time": clock().isoformat(), **changes}
    return phone.post("positions", {"positions": [at]})


def test_the_third_request_waits_and_writes_nothing(cast, bos_phone, hand_clock):
    assert [report(bos_phone, hand_clock).status_code for _ in range(2)] == [200, 200]
    hand_clock.advance(minutes=1)
    refused = report(bos_phone, hand_clock, lat=48.86)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_requests")
    assert refused.headers["Retry-After"] == "10"
    assert positions_now([cast.bo.pk])[cast.bo.pk].lat == pytest.approx(48.85, abs=1e-4)


def test_all_that_a_phone_asks_counts(bos_phone, hand_clock):
    report(bos_phone, hand_clock)
    assert get("sync", token=bos_phone.token).status_code == 200
    refused = bos_phone.post("actions", {"actions": []})
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "10"


def test_another_phone_is_not_held_up(bos_phone, cys_phone, hand_clock):
    assert [report(bos_phone, hand_clock).status_code for _ in range(3)] == [200, 200, 429]
    assert report(cys_phone, hand_clock).status_code == 200


def test_a_token_that_is_none_is_not_counted(bos_phone, hand_clock, settings):
    settings.PHONE_RATE_LIMIT_PER_S = 0.05  # one at once
    bos_phone.token = "cd_" + "x" * 40
    assert [report(bos_phone, hand_clock).status_code for _ in range(3)] == [401, 401, 401]
