"""How fast the processors themselves were meanwhile: neighbours on a shared machine halve it, no other figure says so.

Two virtual processors may be two threads of one core, and another customer's work may sit on the other one. The same
run then takes 1.8 times the processor seconds. So a benchmark of minutes takes this beside its own figures.
"""

import time
from dataclasses import dataclass, field
from statistics import median

SQUARES = 20_000  # a thousandth of a second or two


@dataclass(slots=True)
class Speedometer:
    """Takes samples: processor milliseconds that the same small sum took, whoever else ran."""

    samples_ms: list[float] = field(default_factory=list)

    def sample(self) -> None:
        """Add up squares, once."""
        began = time.thread_time()
        sum(number * number for number in range(SQUARES))
        self.samples_ms.append(1000 * (time.thread_time() - began))

    @property
    def usual_ms(self) -> float:
        """The median, 0 without samples."""
        return median(self.samples_ms) if self.samples_ms else 0.0

    @property
    def best_ms(self) -> float:
        """As fast as it was, 0 without samples."""
        return min(self.samples_ms, default=0.0)
