"""A memory of a process: for so long, of so many, and what is known anew costs nobody else their place."""

import pytest

from apps.core import short_memory
from apps.core.short_memory import ShortMemory


@pytest.fixture
def wall(monkeypatch):
    """Seconds of the wall, standing."""
    seconds = [100.0]
    monkeypatch.setattr(short_memory.time, "monotonic", lambda: seconds[0])
    return seconds


def test_a_memory_lasts_as_long_as_it_says_and_a_second_if_it_does_not(wall):
    usual, long = ShortMemory(most=2), ShortMemory(most=2, life_s=60.0)
    usual.remember("zone", 1)
    long.remember("zone", 1)
    wall[0] += 0.9
    assert (usual.recall("zone"), long.recall("zone")) == (1, 1)
    wall[0] += 59.0
    assert (usual.recall("zone"), long.recall("zone")) == (None, 1)
    wall[0] += 0.1
    assert long.recall("zone") is None


def test_a_full_memory_forgets_all_for_what_is_new_and_nothing_for_what_it_knows(wall):
    memory = ShortMemory(most=2)
    memory.remember("one", 1)
    memory.remember("two", 2)
    memory.remember("two", 22)
    assert (memory.recall("one"), memory.recall("two")) == (1, 22)
    memory.remember("three", 3)
    assert [memory.recall(key) for key in ("one", "two", "three")] == [None, None, 3]
