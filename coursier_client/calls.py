"""One call of an operation, before it is sent: what it asks for, and the type of its answer."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

Answer = TypeVar("Answer")


def _new_key() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Call(Generic[Answer]):
    """A request. A keyed one has an Idempotency-Key from the start: sent again, it is the same call."""

    method: str
    path: str
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    is_keyed: bool = False

    def __post_init__(self) -> None:
        if self.is_keyed and self.idempotency_key is None:
            object.__setattr__(self, "idempotency_key", _new_key())

    @property
    def may_be_repeated(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.method in {"GET", "PUT", "PATCH", "DELETE"} or self.idempotency_key is not None

    @property
    def parameters(self) -> dict[str, str]:
        """The query string's values, as text; without those that are None."""
        return {name: _text(value) for name, value in self.query.items() if value is not None}


def path_of(template: str, *values: str) -> str:
    """A path with its places filled in, in order."""
    parts = iter(values)
    return "/".join(quote(next(parts), safe="") if step.startswith("{") else step for step in template.split("/"))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
