"""Buckets of one process: a burst, then a steady rate, and no more memory than was said."""

import pytest

from apps.core import process_rate
from apps.core.errors import TooManyRequests
from apps.core.process_rate import ProcessBuckets


@pytest.fixture
def wall(monkeypatch):
    """Seconds of the wall, turned by hand."""
    seconds = [100.0]
    monkeypatch.setattr(process_rate.time, "monotonic", lambda: seconds[0])
    return seconds


def passes(buckets: ProcessBuckets, name: object, *, per_s: float = 2, burst: float = 3) -> bool:
    try:
        buckets.spend(name, per_s=per_s, burst=burst)
    except TooManyRequests:
        return False
    return True


def test_a_burst_then_the_rate_each_for_itself(wall):
    buckets = ProcessBuckets()
    assert [passes(buckets, "bo") for _ in range(4)] == [True, True, True, False]
    assert passes(buckets, "cy")
    wall[0] += 1
    assert [passes(buckets, "bo") for _ in range(3)] == [True, True, False]
    wall[0] += 3600
    assert [passes(buckets, "bo") for _ in range(4)] == [True, True, True, False]


def test_it_says_when_to_come_back(wall):
    buckets = ProcessBuckets()
    buckets.spend("bo", per_s=0.1, burst=1)
    wall[0] += 2
    with pytest.raises(TooManyRequests) as refused:
        buckets.spend("bo", per_s=0.1, burst=1)
    assert refused.value.retry_after_s == 8


def test_no_rate_is_no_limit():
    buckets = ProcessBuckets()
    assert all(passes(buckets, "bo", per_s=0, burst=0) for _ in range(100))


def test_of_too_many_the_full_ones_are_forgotten_first(wall, monkeypatch):
    monkeypatch.setattr(process_rate, "MOST_BUCKETS", 3)
    buckets = ProcessBuckets()
    passes(buckets, "rested")
    wall[0] += 60
    busy = ["bo", "cy"]
    for name in 3 * busy:
        assert passes(buckets, name)
    assert passes(buckets, "new")
    assert not any(passes(buckets, name) for name in busy)
    assert passes(buckets, "one more")  # all three were in use
    assert all(passes(buckets, name) for name in busy)
