"""How futures vote on what must be acted on now."""

import pytest

from apps.dispatch.engine.tick.foresight import elected, nearest_to


def ballots(*each: str):
    """Votes written as "bo:a cy:b": couriers and the legs they leave for."""
    return [frozenset(tuple(entry.split(":")) for entry in one.split()) for one in each]


@pytest.mark.parametrize(
    ("votes", "outcome"),
    [
        (("bo:a", "bo:a", ""), ["bo:a"]),
        (("bo:a", "", ""), []),
        (("bo:a", ""), []),
        (("bo:a", "bo:a", "cy:a"), ["bo:a"]),
        (("bo:a", "cy:a", "cy:a", "", "dee:a"), ["cy:a"]),
        (("bo:a bo:b", "bo:a bo:b", ""), ["bo:a", "bo:b"]),
        (("bo:a", "bo:b", "bo:a cy:b", "bo:b cy:a"), ["bo:a", "cy:b"]),
        (("bo:a cy:b", "bo:a cy:b", "dee:b"), ["bo:a", "cy:b"]),
        ((), []),
    ],
    ids=[
        "most leave now",
        "most wait",
        "half is not most",
        "with whom most do it",
        "leaving counts, whoever it is",
        "two at once",
        "two only where a future has both",
        "each leg on its own",
        "no future",
    ],
)
def test_a_leg_is_left_for_when_most_futures_do_it(votes, outcome):
    chosen = elected(ballots(*votes))
    assert sorted(f"{courier}:{leg}" for courier, leg in chosen) == outcome


def test_the_routes_taken_are_those_with_most_of_what_was_elected_and_least_else():
    each = ballots("bo:a cy:b dee:c", "bo:a cy:b", "bo:a")
    assert nearest_to([("bo", "a"), ("cy", "b")], each) == 1


@pytest.mark.parametrize(
    ("votes", "outcome"), [(("", "", "bo:a"), ["cy:a"]), (("", "", ""), ["cy:a"]), (("bo:a", "bo:a", ""), ["bo:a"])]
)
def test_a_leg_that_would_go_without_any_future_waits_for_none(votes, outcome):
    chosen = elected(ballots(*votes), due=ballots("cy:a")[0])
    assert [f"{courier}:{leg}" for courier, leg in chosen] == outcome
