"""How much of a track is kept: pure arithmetic on points in the order of time."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from apps.couriers.plausible import TrackPoint, metres_between

APART_M = 10.0
APART_S = 5.0
AROUND_A_STOP_S = 120.0
LONGEST_S = 600.0  # of a stretch
LONGEST_GAP_S = 120.0  # within one


def stretches(points: Iterable[TrackPoint]) -> Iterator[list[TrackPoint]]:
    """Points in the order of time as stretches of at most ten minutes, without long gaps; what came twice is once."""
    stretch: list[TrackPoint] = []
    for point in points:
        if stretch and point == stretch[-1]:
            continue
        if stretch and (point[0] - stretch[-1][0] > LONGEST_GAP_S or point[0] - stretch[0][0] > LONGEST_S):
            yield stretch
            stretch = []
        stretch.append(point)
    if stretch:
        yield stretch


def thinned(
    points: Sequence[TrackPoint], stops: Sequence[float] = (), *, metres: float = APART_M, seconds: float = APART_S
) -> list[TrackPoint]:
    """Without the points that are nearer than this, in place and in time, to the last that was kept.

    Both ends stay, and whatever is within two minutes of a stop (epoch seconds, ascending).
    """
    if not points:
        return []
    kept = [points[0]]
    for point in points[1:-1]:
        last = kept[-1]
        is_near = point[0] - last[0] < seconds and metres_between(last, point) < metres
        if not is_near or is_near_a_stop(point, stops):
            kept.append(point)
    return [*kept, points[-1]] if len(points) > 1 else kept


def near_stops(points: Iterable[TrackPoint], stops: Sequence[float]) -> list[TrackPoint]:
    """Only the points within two minutes of a stop (epoch seconds, ascending)."""
    return [point for point in points if is_near_a_stop(point, stops)]


def is_near_a_stop(point: TrackPoint, stops: Sequence[float]) -> bool:
    """Whether somebody picked up or handed over within two minutes of it."""
    place = bisect_left(stops, point[0] - AROUND_A_STOP_S)
    return place < len(stops) and stops[place] <= point[0] + AROUND_A_STOP_S


def at_most(points: list[TrackPoint], count: int) -> list[TrackPoint]:
    """Thinned further and further until they are so many."""
    metres, seconds = APART_M, APART_S
    while len(points) > count:
        metres, seconds = metres * 2, seconds * 2
        points = thinned(points, metres=metres, seconds=seconds)
    return points
