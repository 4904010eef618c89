"""What may come next: futures drawn from the legs that came lately.

A future is the legs that the next minutes may bring, no more than a guess. A plan made for one guess is worse than one
that expects nothing; where plans for several guesses agree, they are better than both (`tick.foresight`).
"""

import random
from dataclasses import replace

from apps.dispatch.engine.snapshot import OpenLeg, Snapshot

LATELY_S = 3600.0
"""Legs placed within so many seconds are what new ones may look like,"""
RATE_OVER_S = 20 * 60.0
"""and those within so many how often they come, unless the snapshot says it."""
LEAST_LEGS = 5
"""Fewer lately say nothing."""

Future = tuple[OpenLeg, ...]


def futures_of(snapshot: Snapshot, n_planned: int) -> tuple[Future, ...]:
    """The futures that a plan of so many legs looks at: none where nobody says what came lately, or the plan is large.

    Each leg is one of those placed lately, placed again at some moment of the next `future_s`. Chance comes from
    numbers that depend on `now` and nothing else.
    """
    rules, now = snapshot.settings, snapshot.now
    lately = [leg for leg in snapshot.recent_legs if now - LATELY_S < leg.placed_at <= now]
    if len(lately) < LEAST_LEGS or n_planned > rules.futures_max_legs:
        return ()
    dice = random.Random(round(now))  # noqa: S311  no secret
    often = _legs_per_s(snapshot, lately) * rules.future_s
    return tuple(
        tuple(
            _again(leg, f"expected {number}.{n}", now + dice.random() * rules.future_s)
            for n, leg in enumerate(dice.choices(lately, k=_poisson(often, dice)))
        )
        for number in range(rules.futures)
    )


def _legs_per_s(snapshot: Snapshot, lately: list[OpenLeg]) -> float:
    if snapshot.expected_legs_per_hour is not None:
        return snapshot.expected_legs_per_hour / 3600.0
    return sum(snapshot.now - leg.placed_at < RATE_OVER_S for leg in lately) / RATE_OVER_S


def _again(leg: OpenLeg, name: str, placed_at: float) -> OpenLeg:
    """The same leg, placed at another moment; nobody has declined it yet."""
    later = placed_at - leg.placed_at
    return replace(
        leg,
        id=name,
        placed_at=placed_at,
        ready_at=leg.ready_at + later,
        due_at=_moved(leg.due_at, later),
        drop_by=_moved(leg.drop_by, later),
        pickup_by=_moved(leg.pickup_by, later),
        drop_from=_moved(leg.drop_from, later),
        promised_at=_moved(leg.promised_at, later),
        excluded_couriers=frozenset(),
    )


def _moved(at: float | None, later: float) -> float | None:
    return None if at is None else at + later


def _poisson(mean: float, dice: random.Random) -> int:
    """How many come when `mean` come on average: arrivals of exponential gaps within 1."""
    count, at = 0, dice.expovariate(mean) if mean > 0 else 1.0
    while at < 1.0:
        count, at = count + 1, at + dice.expovariate(mean)
    return count
