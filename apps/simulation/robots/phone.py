"""A robot courier's phone: signs in, keeps what was not answered yet in an outbox, sends it again, asks for news.

Pictures wait in an album of their own.
"""

import asyncio
import json
import logging
import re
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self
from uuid import uuid4

from apps.core.geo import Point
from apps.simulation.robots.actions import Action
from apps.simulation.robots.album import Album, SentPicture
from apps.simulation.robots.errors import NoAnswer, Refused, SignedOut
from apps.simulation.robots.itinerary import Itinerary
from apps.simulation.robots.line import Json
from apps.simulation.robots.network import Network

logger = logging.getLogger(__name__)
BATCH = 100
POINTS_KEPT = 300
AGAIN_WALL_S = 0.3  # until the second try; each pause is twice the one before
TRIES = 5  # of an action that may still be accepted
NOT_NOW = ("unavailable", "conflict")  # refusals that say nothing about the action
CODE_SECONDS = 10.0
CODE = re.compile(r"\d{4,8}")


@dataclass(frozen=True, slots=True)
class SentAction:
    """An action in the outbox: as it is sent, the action it stands for, and until when it is held back."""

    body: Json
    action: Action
    tries: int = 0
    leaves_at: datetime | None = None

    @property
    def sequence(self) -> int:
        """Its place among the actions of the phone."""
        return int(self.body["sequence"])

    def is_due(self, now: datetime) -> bool:
        """Whether it may be sent."""
        return self.leaves_at is None or self.leaves_at <= now

    def as_json(self) -> Json:
        """As the phone's memory keeps it."""
        action, leaves_at = self.action, self.leaves_at
        return {
            "body": self.body,
            "at": action.at.isoformat(),
            "fields": action.fields,
            "stop_key": action.stop_key,
            "tries": self.tries,
            "leaves_at": leaves_at and leaves_at.isoformat(),
        }

    @classmethod
    def from_json(cls, kept: Json) -> Self:
        """What `as_json` wrote."""
        stop_key, leaves_at = kept["stop_key"], kept["leaves_at"]
        action = Action(
            kept["body"]["kind"],
            datetime.fromisoformat(kept["at"]),
            kept["fields"],
            (stop_key[0], stop_key[1], stop_key[2]) if stop_key else None,
        )
        return cls(kept["body"], action, kept["tries"], datetime.fromisoformat(leaves_at) if leaves_at else None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An action that the platform did not accept, and the code it gave."""

    action: Action
    code: str


@dataclass(slots=True)
class Phone:
    """The phone of one courier. `codes` is the folder where the platform leaves its text messages."""

    network: Network
    number: str
    codes: Path
    token: str = ""
    clock_error: timedelta = timedelta()
    """The phone's clock minus the platform's."""
    news: int = -1
    """The platform's counter of news as it was last told."""
    outbox: list[SentAction] = field(default_factory=list)
    points: deque[Json] = field(default_factory=lambda: deque(maxlen=POINTS_KEPT))
    album: Album = field(init=False)
    _was_answered: bool = False
    """Whether an action was answered since everything was last read: what came of it is asked for in full."""
    _sequence: int = field(default_factory=lambda: time.time_ns() // 1_000_000)  # wall

    def __post_init__(self) -> None:
        self.album = Album(self.network)

    async def sign_in(self) -> None:
        """Ask for a code, read it, and get a token. Raises NoAnswer when no code comes."""
        letter = self.codes / f"{self.number}.txt"
        letter.unlink(missing_ok=True)
        await self.network.ask("POST", "/mobile/v1/sign_in/code", body={"phone": self.number}, headers={})
        code = await self._read_code(letter)
        body = {"phone": self.number, "code": code, "device_label": "robot"}
        try:
            answer = await self.network.ask("POST", "/mobile/v1/sign_in", body=body, headers={})
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

    def memory(self) -> Json:
        """What outlives a phone that goes off: its sign-in, and what it still has to send."""
        outbox = [sent.as_json() for sent in self.outbox]
        pictures = [sent.as_json() for sent in self.album.waiting]
        return {"token": self.token, "sequence": self._sequence, "outbox": outbox, "pictures": pictures}

    def remember(self, memory: Json) -> None:
        """Start with a memory, as `memory` gave it; all else is forgotten, positions too."""
        self.token, self.news = str(memory.get("token", "")), -1
        self._sequence = max(self._sequence, int(memory.get("sequence", 0)))
        self.outbox = [SentAction.from_json(kept) for kept in memory.get("outbox", [])]
        self.album.waiting = [SentPicture.from_json(kept) for kept in memory.get("pictures", [])]
        self.points.clear()

    def restart(self) -> None:
        """Go off and on again."""
        self.remember(json.loads(json.dumps(self.memory())))

    def note(self, action: Action) -> None:
        """Put an action into the outbox, under an id that stays the same however often it is sent, and its pictures
        into the album.
        """
        self._sequence += 1
        body = {
            "id": str(uuid4()),
            "kind": action.kind,
            "sequence": self._sequence,
            "device_time": (action.at + self.clock_error).isoformat(),
            **action.fields,
        }
        self.outbox.append(SentAction(body, action, leaves_at=self.network.leaves_at()))
        for picture in action.pictures:
            self.album.keep(picture, clock_error=self.clock_error)

    def is_to_send(self, kind: str) -> bool:
        """Whether an action of a kind is in the outbox."""
        return any(sent.action.kind == kind for sent in self.outbox)

    def sends_at(self) -> datetime | None:
        """When there is something in the outbox or the album that may be sent; None while both are empty."""
        now = self.network.pace.now()
        moments = [sent.leaves_at for sent in self.outbox] + [sent.leaves_at for sent in self.album.waiting]
        return min((leaves_at or now for leaves_at in moments), default=None)

    async def send_actions(self) -> list[Refusal]:
        """Send what is due of the outbox. What is answered leaves it; the refused ones are returned.

        What may be accepted later stays for a while. Raises NoAnswer: what was not answered stays.
        """
        now = self.network.pace.now()
        due = [sent for sent in self.outbox if sent.is_due(now)][:BATCH]
        refusals: list[Refusal] = []
        for piece in self.network.pieces(due):
            refusals += await self._send(piece)
        return refusals

    async def _send(self, batch: Sequence[SentAction]) -> list[Refusal]:
        try:
            answer = await self._ask("POST", "/mobile/v1/actions", {"actions": [sent.body for sent in batch]})
        except Refused:
            logger.exception("%s: the whole batch was refused and is dropped", self.number)
            return self._settle(batch, {str(sent.body["id"]): {"code": "malformed"} for sent in batch})
        self.news, self._was_answered = int(answer["news"]), True
        return self._settle(batch, {str(result["id"]): result.get("error") or {} for result in answer["results"]})

    def _settle(self, batch: Sequence[SentAction], errors: dict[str, Json]) -> list[Refusal]:
        """Take what was answered out of the outbox. Returns what was refused, once and for all."""
        refusals = []
        for sent in sorted(batch, key=lambda sent: sent.sequence):
            self.outbox.remove(sent)
            error = errors[str(sent.body["id"])]
            if error and (again := self._again(sent, error)):
                self.outbox.append(again)
            elif error:
                refusals.append(Refusal(sent.action, str(error["code"])))
        self.outbox.sort(key=lambda sent: sent.sequence)
        return refusals

    def _again(self, sent: SentAction, error: Json) -> SentAction | None:
        """A refused action as it is sent again: as long as an earlier one is unanswered, then a few more times."""
        if not error.get("retry"):
            return None
        pace = self.network.pace
        leaves_at = pace.now() + pace.platform(wall_seconds=AGAIN_WALL_S * 2**sent.tries)
        if any(other.sequence < sent.sequence for other in self.outbox):
            return replace(sent, leaves_at=leaves_at)
        may_come_true = sent.action.stop_key is not None or error["code"] in NOT_NOW
        if not may_come_true or sent.tries + 1 == TRIES:
            return None
        return replace(sent, tries=sent.tries + 1, leaves_at=leaves_at)

    async def send_pictures(self) -> None:
        """Send what is due of the album, each picture from where it stopped. Raises NoAnswer: the rest stays."""
        await self.album.send(self._ask)

    def remember_point(self, point: Point, at: datetime) -> None:
        """Keep a position until it is sent."""
        device_time = (at + self.clock_error).isoformat()
        self.points.append({"lat": round(point.lat, 6), "lon": round(point.lon, 6), "device_time": device_time})

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

    async def sync(self, known: Itinerary | None = None) -> Itinerary:
        """Everything that the courier needs to go on. With what is `known` only what is new is asked for, as the
        courier's app does: unless an action was answered since.
        """
        since = f"?since={known.news}" if known and not self._was_answered else ""
        answer = await self._ask("GET", f"/mobile/v1/sync{since}", None)
        if known and answer["is_unchanged"]:
            self.news = known.news
            return known
        itinerary = Itinerary.from_json(answer)
        self.news, self._was_answered = itinerary.news, False
        return itinerary

    async def _ask(self, method: str, path: str, body: Json | bytes | None) -> Json:
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            return await self.network.ask(method, path, body=body, headers=headers)
        except SignedOut:
            self.token = ""
            raise


def _code_in(letter: Path) -> str:
    """The last code of a text message; empty while there is none."""
    try:
        found = CODE.findall(letter.read_text())
    except FileNotFoundError:
        return ""
    return str(found[-1]) if found else ""
