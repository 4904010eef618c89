"""The one line that a replay ends with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from apps.simulation.replay.answers import NO_ANSWERS, AnswerFindings
from apps.simulation.replay.checking import LogFindings
from apps.simulation.robots.counts import HabitCounts
from apps.simulation.robots.merchant import Outcome

SECONDS_PER_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class SentOrder:
    """An order as its merchant remembers it: when it meant to place it, and what it was told."""

    key: str
    meant_at: datetime
    outcome: Outcome
    order_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Counts of orders; minutes and seconds are the platform's, except `wall_s`."""

    instance: str
    speed: float
    faults: int
    orders: int
    delivered: int
    undelivered: int
    lost: int
    """Acknowledged, or never answered, and not in the log; or in the log, not ended, and nobody was told."""
    double_assigned: int
    """Legs whose moves break a rule: two couriers at once, a step made twice, a version missing or repeated."""
    actions: int
    """What couriers' phones told the platform, however often each was sent."""
    actions_wrong: int
    """Actions that were applied twice, answered one way and later another, or applied and are not in the log."""
    scans: int
    """Parcels that couriers scanned at their stops."""
    proofs: int
    """Photos and signatures that arrived whole, and PINs that were told right."""
    proofs_lost: int
    """Proofs that delivered orders asked for and do not have, at the right stop and from the right courier."""
    proofs_doubled: int
    """Proofs that are there twice, or at a stop where nobody asked for them."""
    click_to_door_min: float | None
    """From the minute at which an order was meant to be placed to its handover at the door; mean of those delivered."""
    click_to_door_p90_min: float | None
    engine_click_to_door_min: float | None
    """The same of the engine by itself, with no platform around it: no leg that would end after its courier's shift."""
    engine_undelivered: int
    """The orders that it leaves: nobody can deliver them before the end of a shift."""
    order_to_assigned_p95_s: float | None
    """From placed to first assigned. Long by design: what can wait is decided late."""
    wall_s: float
    habits: str
    habit_counts: HabitCounts

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, nothing was in two hands, no action was taken for two, and all proofs are there."""
        wrong = (self.lost, self.double_assigned, self.actions_wrong, self.proofs_lost, self.proofs_doubled)
        return not any(wrong)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a log and the merchants' memory come to."""

    orders: int
    delivered: int
    lost: int
    double_assigned: int
    actions: int
    actions_wrong: int
    click_to_door_min: float | None
    click_to_door_p90_min: float | None
    order_to_assigned_p95_s: float | None


def measure(sent: Iterable[SentOrder], findings: LogFindings, answers: AnswerFindings = NO_ANSWERS) -> Measured:
    """Judge a day: what merchants sent, and what couriers were answered, against what the log says."""
    everything = list(sent)
    stories = findings.stories
    waits = [
        (story.delivered_at - order.meant_at).total_seconds() / SECONDS_PER_MINUTE
        for order in everything
        if (story := stories.get(order.order_id)) and story.delivered_at
    ]
    decided = [
        (story.first_assigned_at - story.placed_at).total_seconds()
        for story in stories.values()
        if story.first_assigned_at and story.placed_at
    ]
    return Measured(
        orders=len(everything),
        delivered=len(waits),
        lost=len(lost_orders(everything, findings)),
        double_assigned=len(findings.wrong_legs),
        actions=answers.actions,
        actions_wrong=len(answers.wrong_actions),
        click_to_door_min=_mean(waits),
        click_to_door_p90_min=_percentile(waits, 90),
        order_to_assigned_p95_s=_percentile(decided, 95),
    )


def lost_orders(sent: Iterable[SentOrder], findings: LogFindings) -> dict[str, str]:
    """Orders that nobody will ever deliver or look at: the merchant's key, and why it counts as lost."""
    lost: dict[str, str] = {}
    remembered = set()
    for order in sent:
        remembered.add(order.order_id)
        story = findings.stories.get(order.order_id)
        if order.outcome == Outcome.REFUSED:
            continue
        if story is None or story.placed_at is None:
            lost[order.key] = f"{order.outcome}, and not in the log"
        elif not story.is_settled:
            lost[order.key] = f"left {story.last_status}, and nobody was told"
    for order_id, story in findings.stories.items():
        if order_id not in remembered and story.placed_at and not story.is_settled:
            lost[order_id] = f"never acknowledged, left {story.last_status}, and nobody was told"
    return lost


def as_line(values: Mapping[str, Any]) -> dict[str, float | int | str | None]:
    """Flat, and rounded to what can be told apart."""
    line: dict[str, float | int | str | None] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            line |= as_line(value)
        else:
            line[name] = round(value, 3) if isinstance(value, float) else value
    return line


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _percentile(values: list[float], share: float) -> float | None:
    return float(np.percentile(values, share)) if values else None
