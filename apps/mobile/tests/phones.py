"""A courier's phone, as the tests hold it: everything it does goes through HTTP."""

import hashlib
from itertools import count
from pathlib import Path
from uuid import uuid4

import orjson
from django.test import Client

from apps.core import clock
from apps.core.ids import public_id


class Phone:
    """A signed-in device with an outbox of its own count."""

    def __init__(self, token: str) -> None:
        self.token, self.numbers = token, count(1)
        self.client = Client()  # kept: making one costs as much as a request

    @classmethod
    def signed_in(cls, number: str, messages: Path) -> "Phone":
        """Ask for a code, read it, sign in."""
        assert post("sign_in/code", {"phone": number}).status_code == 202
        code = (messages / f"{number}.txt").read_text().strip()
        answer = post("sign_in", {"phone": number, "code": code, "device_label": "test"})
        assert answer.status_code == 201, answer.content
        return cls(answer.json()["token"])

    def post(self, path: str, body: object):
        return post(path, body, token=self.token, client=self.client)

    @staticmethod
    def new_id() -> str:
        """An id that the phone makes."""
        return str(uuid4())

    def sync(self):
        answer = get("sync", token=self.token)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def action(self, kind: str, **fields: object) -> dict:
        """An action as it lies in the outbox."""
        return {
            "id": self.new_id(),
            "kind": kind,
            "sequence": next(self.numbers),
            "device_time": clock.now().isoformat(),
            **fields,
        }

    def send(self, *actions: dict) -> list[dict]:
        """Send actions as one batch. Returns their results."""
        answer = self.post("actions", {"actions": list(actions)})
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    def act(self, kind: str, **fields: object) -> dict:
        """Do one thing and send it. Returns its result."""
        return self.send(self.action(kind, **fields))[0]

    def tell(self, picture: bytes, leg, stop: str = "dropoff", *, kind: str = "photo", **changes: object):
        """Say that a photo or a signature was made. `id` in the changes: under this id."""
        proof = {
            "id": self.new_id(),
            "kind": kind,
            "leg_id": public_id("leg", leg.pk),
            "epoch": leg.epoch,
            "stop": stop,
            "device_time": clock.now().isoformat(),
            "size_bytes": len(picture),
            "sha256": hashlib.sha256(picture).hexdigest(),
            "content_type": "image/jpeg",
        }
        return self.post("proofs", proof | changes)

    def put(self, proof_id: str, offset: object, piece: bytes, kind: str = "application/octet-stream"):
        """Send a piece."""
        return self.client.put(f"/mobile/v1/proofs/{proof_id}?offset={offset}", piece, kind, **_key(self.token))

    def brings(self, picture: bytes, leg, stop: str = "dropoff", **changes: object) -> str:
        """Tell of a picture and send it, in one piece. Returns its id."""
        told = self.tell(picture, leg, stop, **changes)
        assert told.status_code in (200, 201), told.content
        answer = self.put(told.json()["id"], 0, picture)
        assert answer.json()["is_complete"], answer.content
        return told.json()["id"]

    def way_of(self, leg) -> list[dict]:
        """The four actions that bring a leg to its door."""
        named = {"leg_id": public_id("leg", leg.pk), "epoch": leg.epoch}
        return [
            self.action("arrive", stop="pickup", **named),
            self.action("pick_up", **named),
            self.action("arrive", stop="dropoff", **named),
            self.action("deliver", **named),
        ]


def post(path: str, body: object, *, token: str = "", client: Client | None = None):
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return (client or Client()).post(f"/mobile/v1/{path}", content, "application/json", **_key(token))


def get(path: str, *, token: str = ""):
    return Client().get(f"/mobile/v1/{path}", **_key(token))


def _key(token: str) -> dict:
    return {"headers": {"Authorization": f"Bearer {token}"}} if token else {}
