"""Reads a day's event log back and looks for what must never happen. Pure: records in, findings out.

A leg's moves are replayed in the order of their versions: each version once and without a gap, each move from where the
one before ended, and never into the hands of a second courier before the first one let go.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

TERMINAL = frozenset({"delivered", "returned", "cancelled"})
UNHELD = frozenset({"open", "offered"})


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One row of the event log. `actor` says who brought it about, as in `courier:cou_...`."""

    name: str
    order_id: str
    at: datetime
    payload: dict[str, Any]
    actor: str = ""


class Wrong(StrEnum):
    """What must never happen to a leg."""

    TWO_COURIERS = "with two couriers at once"
    STRANGER = "moved by a courier who does not have it"
    DELIVERED_TWICE = "delivered twice"
    STEP_TWICE = "the same step twice by the same hands"
    VERSION_GAP = "a version is missing"
    VERSION_REPEAT = "a version came twice"
    BROKEN_CHAIN = "a move from where it was not"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that must never happen, and the leg and version at which it did."""

    wrong: Wrong
    leg_id: str
    version: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OrderStory:
    """What the log says of one order. Moments are the platform's; None: it did not happen."""

    placed_at: datetime | None = None
    first_assigned_at: datetime | None = None
    delivered_at: datetime | None = None
    last_status: str = ""
    needs_attention: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether it has ended, or a person was told to look at it."""
        return self.last_status in TERMINAL or self.needs_attention


@dataclass(frozen=True, slots=True)
class LogFindings:
    """Everything that the log says."""

    stories: dict[str, OrderStory]
    violations: tuple[Violation, ...]
    placed_events: int

    @property
    def wrong_legs(self) -> frozenset[str]:
        """Legs with at least one violation."""
        return frozenset(violation.leg_id for violation in self.violations)


def read_log(records: Iterable[EventRecord]) -> LogFindings:
    """Read the whole log, in the order in which it was written."""
    of_order: dict[str, list[EventRecord]] = defaultdict(list)
    of_leg: dict[str, list[EventRecord]] = defaultdict(list)
    placed = 0
    for record in records:
        of_order[record.order_id].append(record)
        placed += record.name == "OrderPlaced"
        if record.name == "LegMoved":
            of_leg[str(record.payload["leg_id"])].append(record)
    return LogFindings(
        stories={order_id: _story(own) for order_id, own in of_order.items()},
        violations=tuple(found for leg_id, moves in of_leg.items() for found in check_leg(leg_id, moves)),
        placed_events=placed,
    )


def check_leg(leg_id: str, moves: Sequence[EventRecord]) -> list[Violation]:
    """Everything wrong with the moves of one leg, in whatever order they are given."""
    history = _LegHistory(leg_id)
    for move in sorted(moves, key=lambda move: int(move.payload["version"])):
        history.take(move.payload)
    return history.violations


@dataclass(slots=True)
class _LegHistory:
    """A leg as its moves tell: where it stands, who has it."""

    leg_id: str
    status: str = "open"
    version: int = 0
    holder: str | None = None
    delivered: bool = False
    steps: set[str] = field(default_factory=set)
    """Made since it was last in nobody's hands."""
    violations: list[Violation] = field(default_factory=list)

    def take(self, move: dict[str, Any]) -> None:
        """One more move."""
        self._check_version(int(move["version"]))
        before, after = str(move["before"]), str(move["after"])
        if self.version == 1 and before == "waiting":
            self.status = before  # a leg that begins at a hub
        if before != self.status:
            self._found(Wrong.BROKEN_CHAIN, f"from {before}, but it was {self.status}")
        courier = move["courier_id"]
        self._check_hands(after, str(courier) if courier else None)
        self._check_step(after)
        if after == "delivered":
            if self.delivered:
                self._found(Wrong.DELIVERED_TWICE)
            self.delivered = True
        self.status = after

    def _check_version(self, version: int) -> None:
        if version == self.version:
            self._found(Wrong.VERSION_REPEAT)
        elif version != self.version + 1:
            self._found(Wrong.VERSION_GAP, f"{self.version} is followed by {version}")
        self.version = version

    def _check_step(self, after: str) -> None:
        if after in UNHELD:
            self.steps.clear()
        elif after in self.steps:
            self._found(Wrong.STEP_TWICE, after)
        self.steps.add(after)

    def _check_hands(self, after: str, courier: str | None) -> None:
        if after in UNHELD:
            self.holder = None
        elif after == "assigned":
            if self.holder is not None:
                self._found(Wrong.TWO_COURIERS, f"{self.holder} has it, {courier} gets it")
            self.holder = courier
        elif courier != self.holder:
            self._found(Wrong.STRANGER, f"{self.holder} has it, {courier} moved it")

    def _found(self, wrong: Wrong, detail: str = "") -> None:
        self.violations.append(Violation(wrong, self.leg_id, self.version, detail))


def _story(records: Sequence[EventRecord]) -> OrderStory:
    placed = next((record.at for record in records if record.name == "OrderPlaced"), None)
    moves = [record for record in records if record.name == "LegMoved"]
    last = max(moves, key=lambda move: int(move.payload["version"]), default=None)
    status = str(last.payload["after"]) if last else ("open" if placed else "")
    return OrderStory(
        placed_at=placed,
        first_assigned_at=_first(moves, "assigned"),
        delivered_at=_first([move for move in moves if not move.payload.get("hub_id")], "delivered"),
        last_status=status,
        needs_attention=_is_flagged(records) or status == "failed",
    )


def _first(moves: Sequence[EventRecord], after: str) -> datetime | None:
    return min((move.at for move in moves if move.payload["after"] == after), default=None)


def _is_flagged(records: Sequence[EventRecord]) -> bool:
    flagged = False
    for record in records:
        if record.name in ("AttentionRaised", "AttentionCleared"):
            flagged = record.name == "AttentionRaised"
    return flagged
