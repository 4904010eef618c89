"""When parcels will be ready, as far as anybody knows: a logistic distribution of mean m and scale s around it.

The logistic distribution has the shape that preparation times show (peaked, with tails), and every question asked of it
has an answer in closed form. Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, vol. 2 (1995), ch.
23.
"""

import math


def expected_handover(ready_at: float, spread_s: float, arrives: float) -> float:
    """Mean of the later of readiness and `arrives`: m + s log(1 + exp((a - m) / s)); `tick.walk.handover_at` is its
    twin."""
    at = max(ready_at, arrives)
    if spread_s > 0:
        at += spread_s * math.log1p(math.exp(-abs(arrives - ready_at) / spread_s))
    return at


def expected_when_not_yet(ready_at: float, spread_s: float, now: float) -> float:
    """Mean of readiness, knowing that at `now` it is not ready: now + s log(1 + exp(-u)) (1 + exp(u)), u = (now - m) /
    s."""
    if spread_s <= 0:
        return max(ready_at, now)
    u = (now - ready_at) / spread_s
    if u > 30:  # the tail has no memory: one scale more, however late it is
        return now + spread_s
    return now + spread_s * (math.log1p(math.exp(-abs(u))) + max(-u, 0.0)) * (1 + math.exp(u))


def wanted_arrival(ready_at: float, spread_s: float, risk: float) -> float:
    """When to be there so that it waits for nobody, but with a chance of `risk`: the quantile m + s log(q / (1 -
    q))."""
    if spread_s <= 0:
        return ready_at
    return ready_at + spread_s * math.log(risk / (1 - risk))
