"""A robot courier's phone: signs in, keeps what was not answered yet in an outbox, sends it again, asks for news."""

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import httpx

from apps.core.geo import Point
from apps.simulation.robots.body import Action
from apps.simulation.robots.errors import NoAnswer, Refused, SignedOut
from apps.simulation.robots.itinerary import Itinerary
from apps.simulation.robots.line import Json, ask

logger = logging.getLogger(__name__)
BATCH = 100
POINTS_KEPT = 300
TRIES = 5  # of an action that may still be accepted
CODE_SECONDS = 10.0
CODE = re.compile(r"\d{4,8}")


@dataclass(frozen=True, slots=True)
class SentAction:
    """An action in the outbox: as it is sent, and the action it stands for."""

    body: Json
    action: Action
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """An action that the platform did not accept, and the code it gave."""

    action: Action
    code: str


@dataclass(slots=True)
class Phone:
    """The phone of one courier. `codes` is the folder where the platform leaves its text messages."""

    client: httpx.AsyncClient
    number: str
    codes: Path
    token: str = ""
    news: int = -1
    """The platform's counter of news as it was last told."""
    outbox: list[SentAction] = field(default_factory=list)
    points: deque[Json] = field(default_factory=lambda: deque(maxlen=POINTS_KEPT))
    _sequence: int = field(default_factory=lambda: time.time_ns() // 1_000_000)  # wall

    async def sign_in(self) -> None:
        """Ask for a code, read it, and get a token. Raises NoAnswer when no code comes."""
        letter = self.codes / f"{self.number}.txt"
        letter.unlink(missing_ok=True)
        await ask(self.client, "POST", "/mobile/v1/sign_in/code", body={"phone": self.number}, headers={})
        code = await self._read_code(letter)
        body = {"phone": self.number, "code": code, "device_label": "robot"}
        try:
            _, answer = await ask(self.client, "POST", "/mobile/v1/sign_in", body=body, headers={})
        except SignedOut as error:
            raise NoAnswer(f"{self.number} could not sign in: {error}") from error
        self.token = str(answer["token"])

    async def _read_code(self, letter: Path) -> str:
        deadline = time.monotonic() + CODE_SECONDS
        while time.monotonic() < deadline:
            if code := _code_in(letter):
                return code
            await asyncio.sleep(0.05)
        raise NoAnswer(f"no text message for {self.number} in {letter}")

    def note(self, action: Action) -> None:
        """Put an action into the outbox, under an id that stays the same however often it is sent."""
        self._sequence += 1
        body = {
            "id": str(uuid4()),
            "kind": action.kind,
            "sequence": self._sequence,
            "device_time": action.at.isoformat(),
            **action.fields,
        }
        self.outbox.append(SentAction(body, action))

    async def send_actions(self) -> list[Refusal]:
        """Send the outbox. What is answered leaves it; the refused ones are returned. Raises NoAnswer: all stays."""
        refusals: list[Refusal] = []
        while self.outbox:
            batch = self.outbox[:BATCH]
            try:
                answer = await self._ask("POST", "/mobile/v1/actions", {"actions": [sent.body for sent in batch]})
            except Refused:
                logger.exception("%s: the whole batch was refused and is dropped", self.number)
                del self.outbox[: len(batch)]
                refusals += [Refusal(sent.action, "malformed") for sent in batch]
                continue
            refusals += self._settle(batch, answer)
        return refusals

    def _settle(self, batch: Sequence[SentAction], answer: Json) -> list[Refusal]:
        """Take what was answered out of the outbox; a step that may be accepted later stays for a few more tries."""
        results = {str(result["id"]): result for result in answer["results"]}
        self.news = int(answer["news"])
        refusals, again = [], []
        for sent in batch:
            error = results[str(sent.body["id"])].get("error")
            if error and error.get("retry") and sent.action.stop_key and sent.tries + 1 < TRIES:
                again.append(replace(sent, tries=sent.tries + 1))
            elif error:
                refusals.append(Refusal(sent.action, str(error["code"])))
        self.outbox = [*again, *self.outbox[len(batch) :]]
        if again and not refusals:
            raise NoAnswer(f"{len(again)} steps of {self.number} are to be sent again")
        return refusals

    def remember_point(self, point: Point, at: datetime) -> None:
        """Keep a position until it is sent."""
        self.points.append({"lat": round(point.lat, 6), "lon": round(point.lon, 6), "device_time": at.isoformat()})

    async def send_points(self) -> None:
        """Send the kept positions. Raises NoAnswer: they stay; OffDuty: they are dropped."""
        batch = list(self.points)
        if not batch:
            return
        try:
            answer = await self._ask("POST", "/mobile/v1/positions", {"positions": batch})
        except Refused:
            self.points.clear()
            raise
        for _ in batch:
            self.points.popleft()
        self.news = int(answer["news"])

    async def sync(self) -> Itinerary:
        """Everything that the courier needs to go on."""
        itinerary = Itinerary.from_json(await self._ask("GET", "/mobile/v1/sync", None))
        self.news = itinerary.news
        return itinerary

    async def _ask(self, method: str, path: str, body: Json | None) -> Json:
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            _, answer = await ask(self.client, method, path, body=body, headers=headers)
        except SignedOut:
            self.token = ""
            raise
        return answer


def _code_in(letter: Path) -> str:
    """The last code of a text message; empty while there is none."""
    try:
        found = CODE.findall(letter.read_text())
    except FileNotFoundError:
        return ""
    return str(found[-1]) if found else ""
