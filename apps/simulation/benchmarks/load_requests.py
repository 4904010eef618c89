"""The requests of the load benchmark, built ahead, and what their answers must be."""

import base64
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import orjson

from apps.simulation.benchmarks.load_connection import Request

PAGE = 50
_NUMBER = b"000000000000"  # stands for the number of an order in a request that is built ahead


@dataclass(frozen=True, slots=True)
class Sought:
    """A search, and the order that must be among what it finds; None where several would be right."""

    query: str
    order_id: str | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What the benchmark must know of the rows that were written before it."""

    api_key: str
    orders: int
    cursors: list[str]
    """Of pages all over the list."""
    sought: list[Sought]
    bodies: list[dict[str, Any]]
    """Orders to place; `external_id` is put in."""

    def write(self, path: Path) -> None:
        """Keep it for the process that measures."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Ground":
        """What `write` kept."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**kept, "sought": [Sought(**each) for each in kept["sought"]]})


@dataclass(slots=True)
class Caller:
    """Builds the requests of one merchant's system to one server; numbers are never used twice."""

    ground: Ground
    prefix: str
    """Of paths: the product's `/v1`, the probe's nothing."""
    numbers: "itertools.count[int]"

    def creations(self) -> Iterator[Request]:
        """Orders to place, each with its own external id and Idempotency-Key."""
        templates = [self._creation(body) for body in self.ground.bodies]
        for template in itertools.cycle(templates):
            number = next(self.numbers)
            wire = template.replace(_NUMBER, b"%012d" % number)
            yield Request(wire, 201, partial(_wrong_in_order, f"load-{number:012d}"))

    def _creation(self, body: dict[str, Any]) -> bytes:
        text = orjson.dumps({**body, "external_id": f"load-{_NUMBER.decode()}"})
        head = self._head("POST", "/orders", f"Idempotency-Key: {_NUMBER.decode()}", f"Content-Length: {len(text)}")
        return head + text

    def pages(self, *, seed: int = 1) -> Iterator[Request]:
        """Pages of fifty orders, from anywhere in the list."""
        rng = Random(seed)
        pages = [
            Request(self._head("GET", f"/orders?limit={PAGE}&cursor={cursor}"), 200, partial(_wrong_in_page, cursor))
            for cursor in self.ground.cursors
        ]
        while True:
            yield rng.choice(pages)

    def searches(self, *, seed: int = 1) -> Iterator[Request]:
        """What people type to find an order."""
        rng = Random(seed)
        searches = [
            Request(self._head("GET", f"/orders/search?q={quote(each.query)}"), 200, partial(_wrong_in_found, each))
            for each in self.ground.sought
        ]
        while True:
            yield rng.choice(searches)

    def _head(self, method: str, path: str, *headers: str) -> bytes:
        lines = (
            f"{method} {self.prefix}{path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Bearer {self.ground.api_key}",
            "Accept: application/json",
            "Content-Type: application/json",
            *headers,
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def cursor_of(key: bytes) -> str:
    """The cursor of the page after a key, as the API writes it."""
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def _wrong_in_order(external_id: str, body: bytes) -> str:
    answer = orjson.loads(body)
    said = {name: answer.get(name) for name in ("external_id", "status")}
    if said != {"external_id": external_id, "status": "placed"} or not answer.get("id", "").startswith("ord_"):
        return f"another order: {said}"
    return "" if answer.get("parcels") and answer["price"]["amount"] > 0 else "an order without parcels or price"


def _wrong_in_page(cursor: str, body: bytes) -> str:
    answer = orjson.loads(body)
    keys = [row["id"] for row in answer["data"]]
    before = "ord_" + base64.urlsafe_b64decode(cursor + "==").hex()
    if len(keys) != PAGE or keys != sorted(set(keys), reverse=True) or keys[0] >= before:
        return f"a page of {len(keys)} orders that is not the one after the cursor"
    last = cursor_of(bytes.fromhex(keys[-1].removeprefix("ord_")))
    return "" if answer["next_cursor"] == last else "a cursor that is not at the last order of the page"


def _wrong_in_found(sought: Sought, body: bytes) -> str:
    keys: Sequence[str] = [row["id"] for row in orjson.loads(body)["data"]]
    if sought.order_id and sought.order_id not in keys:
        return f"nothing right found for {sought.query!r}"
    return "" if keys else f"nothing found for {sought.query!r}"
