"""Figures of others on the library, to stand beside ours, and the names of the instances they used.

Source: Reyes, Erera, Savelsbergh, Sahasrabudhe and O'Neil, The Meal Delivery Routing Problem (2018). Every row says
which instances it is a mean over; rows over different instances do not compare.
"""

from dataclasses import dataclass

from apps.simulation.benchmarks.mdrplib_day import Prep

TABLE_4 = tuple(
    f"{seed}{size}t75{shifts}{prep}"
    for seed in "02"
    for size in ("o50", "r50")
    for shifts in ("s1", "s2")
    for prep in ("p100", "p125")
)
"""The sixteen instances with a known exact, clairvoyant answer. Reconstructed: see docs/dispatch.md, "Limits"."""


@dataclass(frozen=True, slots=True)
class Published:
    """One row; None where a figure was not published."""

    label: str
    undelivered_pct: float | None = None
    click_to_door_min: float | None = None
    click_to_door_p90_min: float | None = None
    ready_to_pickup_min: float | None = None
    cost_per_order: float | None = None


_KNOWN = (Published("published: all 240, rolling horizon, 5-minute ticks", 0.25, 32.74, 49.3, 1.93, 11.42),)
_ESTIMATED = (Published("published: all 240, estimated preparation", 0.62, 34.03),)
_TABLE_4_ROWS = (
    Published("published: table 4, exact and clairvoyant", None, 30.674),
    Published("published: table 4, rolling horizon", None, 31.879),
)


def published_rows(prep: Prep, instances: str) -> tuple[Published, ...]:
    """The rows that belong beside a run of `instances` (all, table4 or names)."""
    if prep is Prep.ESTIMATED:
        return _ESTIMATED
    return _TABLE_4_ROWS if instances == "table4" else _KNOWN
