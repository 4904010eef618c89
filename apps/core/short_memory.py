"""What was looked up a moment ago, per process: for the little that every request or every plan asks for.

A second is short enough that what changes elsewhere is as good as seen at once, and long enough that at a hundred
requests a second one look-up serves a hundred of them. Only what was found is remembered: who asks for what does not
exist costs a look-up every time, and fills nothing.
"""

import time
from typing import Generic, TypeVar

LIFE_S = 1.0  # by time.monotonic(): the platform's clock may be fast, and a life here is one of the wall
Key = TypeVar("Key")
Found = TypeVar("Found")
_memories: list["ShortMemory"] = []  # type: ignore[type-arg]


class ShortMemory(Generic[Key, Found]):
    """Remembers for a second, or for as many as `life_s` says; of the wall.

    What it holds is shared by all threads of the process: nobody changes it.
    """

    def __init__(self, *, most: int, life_s: float = LIFE_S) -> None:
        self._most = most  # beyond that everything is looked up anew
        self._life_s = life_s
        self._known: dict[Key, tuple[float, Found]] = {}
        _memories.append(self)

    def recall(self, key: Key) -> Found | None:
        """What was found so short a time ago, None otherwise."""
        known = self._known.get(key)
        return known[1] if known and time.monotonic() - known[0] < self._life_s else None

    def remember(self, key: Key, found: Found) -> Found:
        """Keep what was found just now."""
        if key not in self._known and len(self._known) >= self._most:
            self._known.clear()
        self._known[key] = time.monotonic(), found
        return found

    def forget(self) -> None:
        """Look everything up anew: something changed in this process."""
        self._known.clear()


def forget_everything() -> None:
    """Empty all memories: another test, another database."""
    for memory in _memories:
        memory.forget()
