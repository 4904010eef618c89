"""The event log, out of the database of a stack and back into records: one JSON object a line."""

from collections.abc import Iterator
from datetime import datetime

import orjson

from apps.simulation.replay.checking import EventRecord


def as_line(record: EventRecord) -> bytes:
    """One event, without a line end."""
    return orjson.dumps(record)


def records_in(lines: bytes) -> Iterator[EventRecord]:
    """Events written by `as_line`. Raises ValueError for anything else."""
    for line in lines.splitlines():
        event = orjson.loads(line)
        yield EventRecord(**event | {"at": datetime.fromisoformat(event["at"])})
