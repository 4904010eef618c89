"""What the platform answered to each action, whether or not the phone heard it: the history that a replay is checked
against."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ActionAnswer:
    """One answer to one action. `leg_id` is a public id; it and `epoch` are those of the leg as it stood afterwards."""

    action_id: str
    kind: str
    outcome: str
    stop: str = ""
    code: str = ""
    retry: bool = False
    leg_id: str = ""
    epoch: int = 0

    @property
    def is_kept(self) -> bool:
        """Whether every later answer must say the same."""
        return not self.retry and self.code != "invalid_action"


@dataclass(slots=True)
class Witness:
    """Answers by the ids of their actions, in the order in which they came back over the line."""

    answers: dict[str, list[ActionAnswer]] = field(default_factory=lambda: defaultdict(list))

    def saw(self, actions: Iterable[Json], results: Iterable[Json]) -> None:
        """Remember the results of a batch."""
        sent = {str(action["id"]): action for action in actions}
        for result in results:
            answer = _answer(sent[str(result["id"])], result)
            self.answers[answer.action_id].append(answer)


def _answer(action: Json, result: Json) -> ActionAnswer:
    error, state = result.get("error") or {}, result.get("state") or {}
    return ActionAnswer(
        action_id=str(action["id"]),
        kind=str(action["kind"]),
        outcome=str(result["outcome"]),
        stop=str(action.get("stop", "")),
        code=str(error.get("code", "")),
        retry=bool(error.get("retry", False)),
        leg_id=str(state.get("leg_id", "")),
        epoch=int(state.get("epoch", 0)),
    )
