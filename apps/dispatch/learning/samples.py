"""Keeps samples by zone and key, a bounded number a day, and says what is in the middle of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

import numpy as np

Sample = TypeVar("Sample")
MOST_A_DAY = 60  # of one key: no single day outweighs the others, and memory is bounded


@dataclass(slots=True)
class Samples(Generic[Sample]):
    """Samples of one kind: (zone, key) -> day -> what was seen."""

    by_key: dict[tuple[UUID, str], dict[date, list[Sample]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, zone_id: UUID, key: str, day: date, sample: Sample) -> None:
        """Keep a sample, unless the day has enough of them."""
        kept = self.by_key[zone_id, key][day]
        if len(kept) < MOST_A_DAY:
            kept.append(sample)

    def groups(self) -> Iterator[tuple[UUID, str, list[Sample], int]]:
        """Zone, key, samples, and on how many days they were taken."""
        for (zone_id, key), days in self.by_key.items():
            yield zone_id, key, [sample for day in days.values() for sample in day], len(days)


def median_and_spread(values: Iterable[float]) -> tuple[float, float]:
    """Median, and interquartile range over 1.349: the standard deviation of normal samples, whatever the outliers."""
    low, middle, high = np.percentile(list(values), (25, 50, 75))
    return float(middle), float((high - low) / 1.349)


def trimmed_mean_and_spread(values: Iterable[float], *, cut: float = 0.1) -> tuple[float, float]:
    """Mean and standard deviation without the lowest and the highest tenth."""
    ordered = np.sort(list(values))
    away = int(len(ordered) * cut)
    kept = ordered[away : len(ordered) - away]
    return float(kept.mean()), float(kept.std())
