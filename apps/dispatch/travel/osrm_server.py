"""An OSRM server, asked for tables: within a time that holds whatever it does, and not at all while it is ill.

The requests of a question are made by a thread of their own, which the planner leaves behind when its time is over. A
timeout of the library would not do: each byte that comes starts it anew, and looking up the name has none.
"""

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx

from apps.dispatch.engine.travel import Floats
from apps.dispatch.travel.breaker import Breaker
from apps.dispatch.travel.osrm_answer import OsrmError, OsrmRefusal, parse_table
from apps.dispatch.travel.pair_cache import PairCache

MAX_BODY = 2_000_000  # bytes; a table of 100 points is some 20 kB
LEAST_S = 0.02  # nobody is asked who would have less time to answer
MAX_THREADS = 4


@dataclass(frozen=True, slots=True)
class Question:
    """From each origin (n, 2) to each destination (m, 2), by a profile of the server."""

    profile: str
    origins: Floats
    destinations: Floats


@dataclass(slots=True)
class _Round:
    """Questions on their way, written to by the thread that asks them."""

    questions: Sequence[Question]
    deadline: float
    answers: list[Floats | None]
    error: str = ""
    is_over: threading.Event = field(default_factory=threading.Event)


class OsrmServer:
    """One server, for the whole process. `profiles`: kind of vehicle -> the server's word for it."""

    def __init__(self, url: str, *, profiles: Mapping[str, str], max_locations: int) -> None:
        self.profiles, self.max_locations = dict(profiles), max(2, max_locations)
        self.breaker = Breaker("OSRM")
        self.caches = {profile: PairCache() for profile in self.profiles.values()}
        self.fallback_cells: Counter[str] = Counter()
        """How many times a straight line stood in, by why: no_answer (or not asked), no_way (or none to believe)."""
        self._url = url.rstrip("/")
        self._client = httpx.Client(
            follow_redirects=False,
            trust_env=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )
        self._slots = threading.BoundedSemaphore(MAX_THREADS)

    def ask(self, questions: Sequence[Question], *, budget_s: float) -> list[Floats | None]:
        """Seconds (n, m) for each question, None where no answer came in time. Never raises for the server's sake."""
        nothing: list[Floats | None] = [None] * len(questions)
        if budget_s < LEAST_S or not self.breaker.allows() or not self._slots.acquire(blocking=False):
            return nothing
        asked = _Round(questions, time.monotonic() + budget_s, nothing)
        threading.Thread(target=self._work, args=(asked,), name="osrm", daemon=True).start()
        error = "no answer in time" if not asked.is_over.wait(budget_s) else asked.error
        answers = list(asked.answers)
        if error and all(answer is None for answer in answers):
            self.breaker.failed(error)
        return answers

    def _work(self, asked: _Round) -> None:
        try:
            for place, question in enumerate(asked.questions):
                try:
                    asked.answers[place] = self._table(question, asked.deadline)
                except OsrmRefusal as refusal:
                    asked.error = str(refusal)
        except (OsrmError, httpx.HTTPError, httpx.InvalidURL) as error:
            asked.error = str(error) or type(error).__name__
        finally:
            asked.is_over.set()
            self._slots.release()

    def _table(self, question: Question, deadline: float) -> Floats:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise OsrmError("no answer in time")
        body = bytearray()
        with self._client.stream("GET", self._address(question), timeout=left_s) as response:
            if response.status_code not in {200, 400}:  # 400: no to this question, with a code that says why
                raise OsrmError(f"status {response.status_code}")
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_BODY or time.monotonic() > deadline:
                    raise OsrmError("too much of an answer, or too slow")
        return parse_table(bytes(body), shape=(len(question.origins), len(question.destinations)))

    def _address(self, question: Question) -> str:
        points = [*question.origins.tolist(), *question.destinations.tolist()]
        places = ";".join(f"{lon:.5f},{lat:.5f}" for lat, lon in points)
        count = len(question.origins)
        sources = ";".join(map(str, range(count)))
        destinations = ";".join(map(str, range(count, len(points))))
        path = f"/table/v1/{quote(question.profile, safe='')}/{places}"
        return f"{self._url}{path}?annotations=duration&sources={sources}&destinations={destinations}"
