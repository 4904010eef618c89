"""The event log, out of the database of a stack and back into records: one JSON object a line."""

from collections.abc import Iterator
from datetime import datetime

import orjson

from apps.simulation.replay.checking import EventRecord


def as_line(*, name: str, order_id: str, at: datetime, payload: dict[str, object]) -> bytes:
    """One event, without a line end."""
    return orjson.dumps({"name": name, "order_id": order_id, "at": at, "payload": payload})


def records_in(lines: bytes) -> Iterator[EventRecord]:
    """Events written by `as_line`. Raises ValueError for anything else."""
    for line in lines.splitlines():
        event = orjson.loads(line)
        yield EventRecord(event["name"], event["order_id"], datetime.fromisoformat(event["at"]), event["payload"])
