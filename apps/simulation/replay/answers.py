"""Holds what couriers were answered against itself and against the event log. Pure: answers in, findings out.

An action is applied once. Whatever its first answer was, later ones repeat it, unless it was "not now". And a step that
was answered as applied is in the log: nothing that a courier was told is lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from apps.core.ids import parse_public_id
from apps.simulation.replay.checking import EventRecord
from apps.simulation.robots.witness import ActionAnswer

APPLIED, REFUSED = "applied", "refused"
STEPS = {
    ("accept_offer", ""): "assigned",
    ("arrive", "pickup"): "at_pickup",
    ("pick_up", ""): "picked_up",
    ("arrive", "dropoff"): "at_dropoff",
    ("deliver", ""): "delivered",
    ("fail", ""): "failed",
}
"""What the log must say of a leg after an action: by its kind and its stop."""
Move = tuple[str, int, str]
"""Leg, epoch, and what became of it."""
Scan = tuple[str, str]
"""Leg and stop."""


class WrongAnswer(StrEnum):
    """What must never happen to an action."""

    APPLIED_TWICE = "applied twice"
    ANSWER_CHANGED = "answered one way, then another"
    NOT_IN_LOG = "applied, and not in the log"


@dataclass(frozen=True, slots=True)
class WrongAction:
    """One thing that must never happen, and the action to which it did."""

    wrong: WrongAnswer
    action_id: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AnswerFindings:
    """All that the answers say."""

    actions: int
    violations: tuple[WrongAction, ...]

    @property
    def wrong_actions(self) -> frozenset[str]:
        """Actions with at least one violation."""
        return frozenset(violation.action_id for violation in self.violations)


NO_ANSWERS = AnswerFindings(0, ())


def check_answers(answers: Mapping[str, Sequence[ActionAnswer]], records: Iterable[EventRecord]) -> AnswerFindings:
    """Check every action. `answers`: by action id, in the order in which they came; `records`: the whole log."""
    moves, scans = set[Move](), set[Scan]()
    for record in records:
        if record.name == "LegMoved":
            moves.add((str(record.payload["leg_id"]), int(record.payload["epoch"]), str(record.payload["after"])))
        elif record.name == "ParcelScannedAtStop":
            scans.add((str(record.payload["leg_id"]), str(record.payload["stop"])))
    wrong: list[WrongAction] = []
    for action_id, own in answers.items():
        wrong += _of_one(action_id, own)
        wrong += _not_in_log(action_id, own, moves, scans)
    return AnswerFindings(len(answers), tuple(wrong))


def _of_one(action_id: str, answers: Sequence[ActionAnswer]) -> list[WrongAction]:
    if sum(answer.outcome == APPLIED for answer in answers) > 1:
        return [WrongAction(WrongAnswer.APPLIED_TWICE, action_id, answers[0].kind)]
    kept = [answer for answer in answers if answer.is_kept]
    for first, later in pairwise(kept):
        if later.outcome in (APPLIED, REFUSED) or later.code != first.code:
            words = f"{first.kind}: {_words(first)}, then {_words(later)}"
            return [WrongAction(WrongAnswer.ANSWER_CHANGED, action_id, words)]
    return []


def _not_in_log(
    action_id: str, answers: Sequence[ActionAnswer], moves: set[Move], scans: set[Scan]
) -> list[WrongAction]:
    for answer in answers:
        if answer.leg_id and not answer.code and (missing := _missing(answer, moves, scans)):
            return [WrongAction(WrongAnswer.NOT_IN_LOG, action_id, missing)]
    return []


def _missing(answer: ActionAnswer, moves: set[Move], scans: set[Scan]) -> str:
    """What should have come of an action that was accepted, and did not; "" where nothing is missing."""
    leg_id, after = str(parse_public_id("leg", answer.leg_id)), STEPS.get((answer.kind, answer.stop))
    if after and (leg_id, answer.epoch, after) not in moves:
        return f"{answer.leg_id} was never {after} in epoch {answer.epoch}"
    if answer.kind == "scan" and (leg_id, answer.stop) not in scans:
        return f"no parcel of {answer.leg_id} was scanned at the {answer.stop}"
    return ""


def _words(answer: ActionAnswer) -> str:
    return f"{answer.outcome} {answer.code}".strip()
