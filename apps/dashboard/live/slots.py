"""How many live streams one process holds at once: each keeps a thread, and the rest of the screens need some too."""

import threading


class StreamSlots:
    """Counts the streams that are open in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = 0

    def take(self, limit: int) -> bool:
        """Take a slot. False when all `limit` of them are taken."""
        with self._lock:
            if self._taken >= limit:
                return False
            self._taken += 1
            return True

    def give_back(self) -> None:
        """A stream ended."""
        with self._lock:
            self._taken -= 1


slots = StreamSlots()
