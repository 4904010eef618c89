"""What was answered lately for pairs of points: bounded in pairs and in age."""

import time
from collections.abc import Sequence

import numpy as np

from apps.dispatch.engine.travel import Floats

GENERATION_PAIRS = 100_000  # two generations of them: some 30 MB
GENERATION_S = 3_600.0  # new road data on the server is seen within two hours
_ROUND = 1e5  # five decimals of a degree: about a metre
_BITS = 51  # (180 x 2 x 1e5) x (360 x 1e5) is less than 2 ** 51


def point_keys(points: Floats) -> list[int]:
    """A whole number for each point, the same for points that are equal to five decimals. points: (n, 2)."""
    lat, lon = np.rint(points * _ROUND).astype(np.int64).T
    keys: list[int] = ((lat + 9_000_000) * 36_000_001 + (lon + 18_000_000)).tolist()
    return keys


class PairCache:
    """Seconds by pair of points, least recently used out first, in two generations.

    What is asked for moves to the young generation. When that is full or old, it becomes the old one, and what nobody
    asked for since is gone: no order to keep up at each read.
    """

    def __init__(self, size: int = GENERATION_PAIRS) -> None:
        self._size = size
        self._young: dict[int, float] = {}
        self._old: dict[int, float] = {}
        self._born_at = time.monotonic()

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def lookup(self, origins: Sequence[int], destinations: Sequence[int]) -> Floats:
        """What is known, keys in, (n, m) seconds out: NaN for what is not, infinity where there is no telling."""
        self._age()
        nan = float("nan")
        young, old = self._young, self._old
        found = np.empty((len(origins), len(destinations)))
        for row, origin in enumerate(origins):
            high = origin << _BITS
            for column, destination in enumerate(destinations):
                key = high | destination
                seconds = young.get(key)
                if seconds is None:
                    seconds = old.get(key, nan)
                    if seconds == seconds:  # noqa: PLR0124 - not NaN
                        young[key] = seconds
                found[row, column] = seconds
        return found

    def keep(self, origins: Sequence[int], destinations: Sequence[int], seconds: Floats) -> None:
        """Remember an answer (n, m), without its NaN."""
        for row, column in np.argwhere(~np.isnan(seconds)).tolist():
            self._young[origins[row] << _BITS | destinations[column]] = float(seconds[row, column])
        self._age()

    def _age(self) -> None:
        if len(self._young) >= self._size or time.monotonic() - self._born_at > GENERATION_S:
            self._old, self._young = self._young, {}
            self._born_at = time.monotonic()
