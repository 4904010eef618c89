"""The token bucket: a burst, then a steady rate, the same for all processes."""

import pytest

from apps.core import rate_limit
from apps.core.errors import TooManyRequests
from apps.core.redis import connection
from apps.core.tests.racing import race

pytestmark = pytest.mark.django_db  # for the empty Redis at the start


def passes(name: str, **rate: float) -> bool:
    try:
        rate_limit.spend(name, **rate)
    except TooManyRequests:
        return False
    return True


def turn_back(name: str, *, seconds: float) -> None:
    """Make the bucket's last reading older, as if so many seconds had passed."""
    key = f"rate:{name}"
    connection().hincrby(key, "at_ms", -round(seconds * 1000))


def test_a_burst_is_two_seconds_of_the_rate(settings):
    settings.RATE_LIMIT_PER_S = 5
    passed = []
    for _ in range(11):
        turn_back("bakery", seconds=-3600)  # the test may take its time: nothing comes back meanwhile
        passed.append(passes("bakery"))
    assert passed == [True] * 10 + [False]


def test_tokens_come_back_at_the_rate_and_no_more_than_the_bucket_holds(settings):
    settings.RATE_LIMIT_PER_S = 0.01
    assert passes("bakery")
    assert not passes("bakery")
    turn_back("bakery", seconds=100)
    assert passes("bakery")
    turn_back("bakery", seconds=10_000)
    assert [passes("bakery"), passes("bakery")] == [True, False]


def test_it_says_when_to_come_back(settings):
    settings.RATE_LIMIT_PER_S = 0.01
    rate_limit.spend("bakery")
    turn_back("bakery", seconds=40)
    with pytest.raises(TooManyRequests) as refused:
        rate_limit.spend("bakery")
    assert 55 <= refused.value.retry_after_s <= 60


def test_a_rate_of_its_own_has_no_burst(settings):
    settings.RATE_LIMIT_PER_S = 20
    rate_limit.spend("preview", per_s=1, burst=1)
    turn_back("preview", seconds=-3600)  # the test may take its time
    with pytest.raises(TooManyRequests):
        rate_limit.spend("preview", per_s=1, burst=1)
    assert passes("bakery")


def test_buckets_are_apart(settings):
    settings.RATE_LIMIT_PER_S = 0.01
    assert [passes("bakery"), passes("florist"), passes("bakery")] == [True, True, False]


def test_a_clock_that_jumps_back_gives_nothing_away(settings):
    settings.RATE_LIMIT_PER_S = 0.01
    assert passes("bakery")
    turn_back("bakery", seconds=-10_000)
    assert not passes("bakery")


def test_a_bucket_that_is_full_again_leaves_nothing_behind(settings):
    settings.RATE_LIMIT_PER_S = 10
    rate_limit.spend("bakery")
    assert 0 < connection().pttl("rate:bakery") <= 2000


def test_zero_is_no_limit(settings):
    settings.RATE_LIMIT_PER_S = 0
    assert all(passes("bakery") for _ in range(100))


def test_threads_do_not_spend_a_token_twice():
    by_the_day = {"per_s": 1 / 86_400, "burst": 8}  # however long the race takes, no token comes back
    assert sum(race(16, lambda _: passes("bakery", **by_the_day))) == 8
