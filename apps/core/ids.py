"""Identifiers. Inside: UUIDs of version 7, which sort by time of birth. Outside: opaque, with a prefix (`ord_...`)."""

from uuid import UUID

from uuid6 import uuid7 as _uuid7

from apps.core.errors import NotFound


def new_id() -> UUID:
    """A new identifier. Later ones sort after earlier ones, so the primary key is also the order of creation."""
    return UUID(int=_uuid7().int)


def public_id(prefix: str, key: UUID | str) -> str:
    """How an identifier is shown outside: `ord_0190...`. A key that is text has been read as its 32 digits."""
    return f"{prefix}_{key if isinstance(key, str) else key.hex}"


def parse_public_id(prefix: str, text: str) -> UUID:
    """The key behind a public identifier. Raises NotFound: a malformed one names nothing."""
    head, _, tail = text.partition("_")
    if head != prefix or len(tail) != 32:
        raise NotFound(f"There is no {prefix}_ object with this id.")
    try:
        return UUID(hex=tail)
    except ValueError:
        raise NotFound(f"There is no {prefix}_ object with this id.") from None
