"""How many live streams one process holds at once: each keeps a thread, and the rest of the requests need some too.

Every kind of stream has its own number of places. All kinds together leave some threads of the process free, however
many places they are given: a stream must never keep an action or a page waiting.
"""

import threading

from django.conf import settings

LEFT_FREE = 4  # threads for everything that is no stream


class StreamSlots:
    """Counts the streams of one kind that are open in this process."""

    _lock = threading.Lock()
    _of_all_kinds = 0

    def __init__(self) -> None:
        self._taken = 0

    def take(self, limit: int) -> bool:
        """Take a slot. False when all `limit` of them are taken, or the process has no thread to spare."""
        with StreamSlots._lock:
            if self._taken >= limit or StreamSlots._of_all_kinds >= settings.WEB_THREADS - LEFT_FREE:
                return False
            self._taken += 1
            StreamSlots._of_all_kinds += 1
            return True

    def give_back(self) -> None:
        """A stream ended."""
        with StreamSlots._lock:
            self._taken -= 1
            StreamSlots._of_all_kinds -= 1
