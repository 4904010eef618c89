"""What a courier does about offers: thinks them over, then accepts, declines, or lets them run out."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from apps.simulation.robots.actions import Action
from apps.simulation.robots.counts import HabitCounts
from apps.simulation.robots.habits import Habits


@dataclass(slots=True)
class OfferHabits:
    """The offers that a courier has seen, and the answer that each gets."""

    habits: Habits
    chance: Random
    counts: HabitCounts
    _decided: dict[str, tuple[datetime, Action] | None] = field(default_factory=dict)
    """By offer: what will be answered and when; None once it was, or if it never will be."""

    def answer(self, offer_ids: Collection[str], now: datetime) -> tuple[list[Action], datetime | None]:
        """The answers that are due, each given once, and when the next one will be."""
        self._decided = {key: answer for key, answer in self._decided.items() if key in offer_ids}
        for offer_id in offer_ids:
            if offer_id not in self._decided:
                self._decided[offer_id] = self._decide(offer_id, now)
        waiting = {key: answer for key, answer in self._decided.items() if answer}
        due = {key: action for key, (moment, action) in waiting.items() if moment <= now}
        self._decided |= dict.fromkeys(due)
        later = [moment for key, (moment, _) in waiting.items() if key not in due]
        return [replace(action, at=now) for action in due.values()], min(later, default=None)

    def _decide(self, offer_id: str, now: datetime) -> tuple[datetime, Action] | None:
        after = timedelta(seconds=self.chance.uniform(*self.habits.answers_after_s))
        mood = self.chance.random()
        if mood < self.habits.declines_share:
            self.counts.declined += 1
            return now + after, Action("decline_offer", now, {"offer_id": offer_id, "reason": "too far"})
        if mood < self.habits.declines_share + self.habits.ignores_share:
            self.counts.ignored += 1
            return None
        return now + after, Action("accept_offer", now, {"offer_id": offer_id})
