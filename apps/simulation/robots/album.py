"""The photos and signatures that a phone still has to send: told, then brought in pieces, from where the last try
ended.

Each was tied to its stop when it was made. It leaves whenever the network lets it, before or after the action that
names it, and is told again under the same id.
"""

import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from apps.simulation.robots.errors import Refused
from apps.simulation.robots.line import Json
from apps.simulation.robots.network import Network
from apps.simulation.robots.pictures import Picture, jpeg_of

logger = logging.getLogger(__name__)
PIECE_BYTES = 16 * 1024  # of a small photo there are two: as many as a large one has of the largest pieces
Ask = Callable[[str, str, Json | bytes | None], Awaitable[Json]]
"""Method, path, body: as a signed-in phone asks."""


@dataclass(slots=True)
class SentPicture:
    """A picture on its way: what is said of it, until when it is held back, and how far it is."""

    body: Json
    leaves_at: datetime | None = None
    is_told: bool = False
    received_bytes: int = 0

    @property
    def id(self) -> str:
        """The picture's."""
        return str(self.body["id"])

    @property
    def content(self) -> bytes:
        """The file."""
        return jpeg_of(self.body["kind"], self.id)

    def as_json(self) -> Json:
        """As the phone's memory keeps it."""
        leaves_at = self.leaves_at and self.leaves_at.isoformat()
        return {
            "body": self.body,
            "leaves_at": leaves_at,
            "is_told": self.is_told,
            "received_bytes": self.received_bytes,
        }

    @classmethod
    def from_json(cls, kept: Json) -> Self:
        """What `as_json` wrote."""
        leaves_at = kept["leaves_at"]
        return cls(
            kept["body"],
            datetime.fromisoformat(leaves_at) if leaves_at else None,
            kept["is_told"],
            kept["received_bytes"],
        )


@dataclass(slots=True)
class Album:
    """The pictures of one phone that the platform does not have yet, oldest first."""

    network: Network
    waiting: list[SentPicture] = field(default_factory=list)

    def keep(self, picture: Picture, *, clock_error: timedelta) -> None:
        """Write a picture down to be sent; one that waits already waits on."""
        if any(sent.id == picture.id for sent in self.waiting):
            return
        leg_id, epoch, stop = picture.stop_key
        content = jpeg_of(picture.kind, picture.id)
        said = {
            "id": picture.id,
            "kind": picture.kind,
            "leg_id": leg_id,
            "epoch": epoch,
            "stop": stop,
            "device_time": (picture.at + clock_error).isoformat(),
            "size_bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "content_type": "image/jpeg",
        }
        signed = {"signed_by": picture.signed_by} if picture.signed_by else {}
        self.waiting.append(SentPicture(said | signed, leaves_at=self.network.leaves_at()))

    async def send(self, ask: Ask) -> None:
        """Send what is due. Raises what `ask` raises, but no refusal: a picture that is not taken is given up."""
        now = self.network.pace.now()
        due = [sent for sent in self.waiting if sent.leaves_at is None or sent.leaves_at <= now]
        for some in self.network.pieces(due):
            for sent in some:
                await self._send(sent, ask)

    async def _send(self, sent: SentPicture, ask: Ask) -> None:
        try:
            is_complete = False
            if not sent.is_told:
                is_complete = self._note(sent, await ask("POST", "/mobile/v1/proofs", sent.body))
            while not is_complete:
                is_complete = await self._send_piece(sent, ask)
        except Refused as refusal:
            logger.warning("The %s %s is not taken: %s", sent.body["kind"], sent.id, refusal)
        self.waiting.remove(sent)

    async def _send_piece(self, sent: SentPicture, ask: Ask) -> bool:
        """The next piece. Returns whether the picture is complete with it."""
        offset = sent.received_bytes
        piece = sent.content[offset : offset + PIECE_BYTES]
        try:
            return self._note(sent, await ask("PUT", f"/mobile/v1/proofs/{sent.id}?offset={offset}", piece))
        except Refused as refusal:
            elsewhere = refusal.state.get("received_bytes")
            if refusal.code != "wrong_offset" or elsewhere in (None, offset):
                raise
            sent.received_bytes = int(elsewhere)  # an answer was lost: the platform has more, or began anew
            return False

    def _note(self, sent: SentPicture, answer: Json) -> bool:
        sent.is_told, sent.received_bytes = True, int(answer["received_bytes"])
        return bool(answer["is_complete"])
