"""Which points of a track can be true: pure arithmetic on points as phones send them."""

import math
from collections.abc import Sequence

from apps.core.geo import EARTH_RADIUS_M

# Epoch seconds in whole milliseconds by the phone's clock, degrees of latitude, of longitude, accuracy in metres (None:
# the phone does not know). A tuple and no class: a hundred thousand of them pass in a second.
TrackPoint = tuple[float, float, float, float | None]

FASTEST_M_PER_S = 150 / 3.6
JITTER_M = 100.0  # two places this near may be one, seen twice by a phone between high walls
COARSE_M = 200.0  # a place known no better than that is not where somebody is
ASIDE_M = 500.0  # a place that far off, between two that are near each other, is a jump there and back
BACK_WITHIN_S = 120.0
_M_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M


def metres_between(a: TrackPoint, b: TrackPoint) -> float:
    """Distance on a plane that touches the earth between them: within a city right to a thousandth."""
    north = b[1] - a[1]
    east = (b[2] - a[2] + 180) % 360 - 180
    return _M_PER_DEGREE * math.hypot(north, east * math.cos(math.radians((a[1] + b[1]) / 2)))


def is_within_reach(a: TrackPoint, b: TrackPoint) -> bool:
    """Whether somebody can have been at both, the second later: no courier is faster than 150 km/h in a city."""
    return metres_between(a, b) <= JITTER_M + FASTEST_M_PER_S * (b[0] - a[0])


def newest_believable(points: Sequence[TrackPoint]) -> TrackPoint | None:
    """Of a batch in the order of time, the newest point that may be where the phone is now; None: all are too coarse.

    One that cannot have been reached from the point before it is passed over for that one.
    """
    later: TrackPoint | None = None
    for point in reversed(points):
        if point[3] is not None and point[3] > COARSE_M:
            continue
        if later is not None and is_within_reach(point, later):
            return later
        later = point
    return later


def impossible_among(points: Sequence[TrackPoint], before: TrackPoint | None = None) -> str | None:
    """What is wrong with points in the order of time, `before` coming before them: "speed", "jump", or None."""
    line = [before, *points] if before is not None and points and before[0] <= points[0][0] else list(points)
    for place in range(1, len(line)):
        if not is_within_reach(line[place - 1], line[place]):
            return "speed"
    for a, b, c in zip(line, line[1:], line[2:], strict=False):
        is_back = c[0] - a[0] <= BACK_WITHIN_S and metres_between(a, c) <= JITTER_M
        if is_back and metres_between(a, b) >= ASIDE_M:
            return "jump"
    return None
