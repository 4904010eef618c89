"""Reads what an OSRM server says to a table request, and believes only what can be."""

from typing import Any

import numpy as np
import orjson

from apps.dispatch.engine.travel import Floats, StraightLine, VehicleProfile

FASTEST_M_S = 150.0 / 3.6
SNAPPED_M = 200.0  # both ends are moved to the next road: doors in one courtyard are no time apart
SLOWEST_TIMES = 20.0  # as slow as that many straight lines ...
SLOWEST_EXTRA_S = 300.0  # ... and a little: two doors back to back may be a long way apart
WALKING_PACE = VehicleProfile("a metre a second", speed_kmh=3.6, detour_factor=1.0)


class OsrmError(Exception):
    """The server does not answer, or not as an OSRM server does."""


class OsrmRefusal(Exception):
    """The server is well and answers no to this one question, for instance NoSegment."""


def parse_table(body: bytes, *, shape: tuple[int, int]) -> Floats:
    """Seconds (n, m) from the body of an answer, NaN where there is no way. Raises OsrmError or OsrmRefusal."""
    try:
        answer: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise OsrmError("its answer is not JSON") from error
    code = answer.get("code") if isinstance(answer, dict) else None
    if not isinstance(code, str):
        raise OsrmError("its answer has no code")
    if code != "Ok":
        raise OsrmRefusal(code)
    return _table(answer.get("durations"), shape)


def _table(durations: object, shape: tuple[int, int]) -> Floats:
    if not isinstance(durations, list) or not all(isinstance(row, list) for row in durations):
        raise OsrmError("its answer has no table")
    if len(durations) != shape[0] or any(len(row) != shape[1] for row in durations):
        raise OsrmError("its table has another shape")
    if any(not isinstance(cell, float | int | None) for row in durations for cell in row):
        raise OsrmError("its table holds more than numbers")
    return np.array(durations, dtype=float).reshape(shape)


def believable(seconds: Floats, *, straight: Floats, metres: Floats) -> Floats:
    """The same table (n, m), NaN where nobody rides like that. Raises OsrmError when most of it is so.

    straight: seconds of the straight line model. metres: the great circle. No way at all (NaN) is not against it.
    """
    told = np.isfinite(seconds)
    with np.errstate(invalid="ignore"):
        fine = (
            (seconds >= 0)
            & (seconds >= (metres - SNAPPED_M) / FASTEST_M_S)
            & (seconds <= SLOWEST_TIMES * straight + SLOWEST_EXTRA_S)
        )
    if 2 * np.count_nonzero(told & ~fine) > np.count_nonzero(told):
        raise OsrmError("most of its times cannot be")
    return np.where(told & fine, np.maximum(seconds, metres / FASTEST_M_S), np.nan)


def great_circle_m(origins: Floats, destinations: Floats) -> Floats:
    """Metres from each origin to each destination: (n, 2) and (m, 2) in, (n, m) out."""
    return StraightLine().seconds(origins, destinations, WALKING_PACE)
