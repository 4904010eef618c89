"""The line between a phone and the platform, as bad as its courier's habits and mishaps make it.

It loses requests (nothing is sent), answers (the platform did the work) and the order of things. With ideal habits it
does none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

import httpx

from apps.simulation.robots.counts import HabitCounts
from apps.simulation.robots.errors import NoAnswer, NoNetwork
from apps.simulation.robots.habits import IDEAL, Habits
from apps.simulation.robots.hours import Span
from apps.simulation.robots.line import Json, ask
from apps.simulation.robots.mishaps import NO_MISHAPS, Mishaps
from apps.simulation.robots.witness import Witness
from coursier.embedded.pace import Pace

T = TypeVar("T")
WRITING = ("POST", "PUT")


@dataclass(slots=True)
class Network:
    """One phone's way to the platform."""

    client: httpx.AsyncClient
    pace: Pace
    habits: Habits = IDEAL
    chance: Random = field(default_factory=lambda: Random(0))
    counts: HabitCounts = field(default_factory=HabitCounts)
    witness: Witness | None = None
    mishaps: Mishaps = NO_MISHAPS
    _felt: set[Span] = field(default_factory=set)

    async def ask(
        self, method: str, path: str, *, body: Json | bytes | None = None, headers: Mapping[str, str]
    ) -> Json:
        """Send one request. Raises NoNetwork (nothing was sent), NoAnswer (perhaps it was), or as `line.ask`."""
        self._check_outage(f"{method} {path}")
        _, answer = await ask(self.client, method, path, body=body, headers=headers)
        if self.witness and isinstance(body, dict) and "results" in answer:
            self.witness.saw(body["actions"], answer["results"])
        if method in WRITING and self.chance.random() < self.habits.lost_answers_share:
            self.counts.repeated += 1
            raise NoAnswer(f"{method} {path}: the answer was lost")
        return answer

    def _check_outage(self, words: str) -> None:
        outage = self.mishaps.outage_at(self.pace.now())
        if outage is None:
            return
        if outage not in self._felt:
            self._felt.add(outage)
            self.counts.offline_min += (outage.ends_at - outage.starts_at) / timedelta(minutes=1)
        raise NoNetwork(f"{words}: no network until {outage.ends_at:%H:%M:%S}", until=outage.ends_at)

    def leaves_at(self) -> datetime | None:
        """When an action that is noted now may leave the outbox; None: at once."""
        if self.chance.random() >= self.habits.holds_share:
            return None
        self.counts.held_back += 1
        return self.pace.now() + timedelta(seconds=self.habits.hold_s)

    def pieces(self, batch: Sequence[T]) -> list[list[T]]:
        """A batch as it is sent: in one piece, or shuffled and in two."""
        pieces = list(batch)
        if len(pieces) < 2 or self.chance.random() >= self.habits.shuffles_share:
            return [pieces] if pieces else []
        self.counts.shuffled += 1
        self.chance.shuffle(pieces)
        cut = self.chance.randint(1, len(pieces) - 1)
        return [pieces[:cut], pieces[cut:]]
