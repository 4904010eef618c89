"""The body of a message: what is signed and sent, at most 20 kB of JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from apps.webhooks.catalogue import rfc3339

MAX_BODY = 20_000  # bytes


def body_of(kind: str, *, at: datetime, shown: Mapping[str, Any]) -> str:
    """`{"type", "timestamp", "data"}`. Of what is too long only the identifiers stay."""
    body = _dumped(kind, at, shown)
    if len(body) > MAX_BODY:
        body = _dumped(kind, at, {name: value for name, value in shown.items() if _is_identifier(name, value)})
    return body.decode()


def _is_identifier(name: str, value: Any) -> bool:
    return (name.endswith("_id") or name == "status") and not isinstance(value, list)


def _dumped(kind: str, at: datetime, shown: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"type": kind, "timestamp": rfc3339(at), "data": dict(shown)})
