"""Server-sent events on the wire (WHATWG HTML, 9.2)."""

from typing import Any

import orjson

HEARTBEAT = b": beat\n\n"
JSON_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


def as_json(body: Any) -> bytes:
    """JSON as the board reads it: times to the second, with `Z`."""
    return orjson.dumps(body, option=JSON_OPTIONS)


def frame(event: str, body: Any) -> bytes:
    """One event with a JSON body."""
    return b"event: %s\ndata: %s\n\n" % (event.encode(), as_json(body))


def retry_after(milliseconds: int) -> bytes:
    """How long a browser waits before it connects again."""
    return b"retry: %d\n\n" % milliseconds
