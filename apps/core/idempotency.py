"""Repeated requests. The first with a key does the work; the others get the same answer, whenever they come.

Follows draft-ietf-httpapi-idempotency-key-header: no key 400, same key with another body 422, done: the stored answer.
A refusal is not stored: it wrote nothing, and the same request may be right a moment later.

The answer is written with the work, by one insert in its transaction, and the unique index on (principal, operation,
key) lets one transaction through. Who comes at the same moment has its work undone by the database and gets the answer
of the one who was let through; who died on the way has written nothing, so that no key is ever held by nobody.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from apps.core.db import atomic
from apps.core.errors import FieldError, Invalid
from apps.core.models import IdempotentAnswer
from apps.core.plain_writes import insert_rows

KEPT_FOR = timedelta(hours=48)
MAX_KEY = 255
MAX_OPERATION = 120


class KeyReused(Invalid):
    """The key belongs to another request."""

    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used with another body."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered: HTTP status, JSON body, and whether it was read back rather than worked out."""

    status: int
    body: Any
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that names itself: who asks, for what operation, under which key, with which body."""

    principal: str
    operation: str
    key: str
    body: Any

    def __post_init__(self) -> None:
        if not 1 <= len(self.key) <= MAX_KEY:
            raise Invalid(fields=(FieldError("Idempotency-Key", "out_of_range", f"1 to {MAX_KEY} characters."),))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the operation and the body, its keys sorted."""
        asked = [self.operation, self.body]
        return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def identity(self) -> dict[str, str]:
        """The columns that are unique together. Where a cut operation makes two alike, the fingerprint differs."""
        return {"principal": self.principal, "operation": self.operation[:MAX_OPERATION], "key": self.key}


def answer_once(request: KeyedRequest, work: Callable[[], Answer]) -> Answer:
    """Run `work` for the first request with a key, in one transaction with its stored answer; replay it to the others.

    A later request learns of the first only by failing: mostly at the unique index, or at what `work` itself refuses to
    do twice. So the common case, a new key, asks nothing beforehand. Raises KeyReused, or what `work` raises, which has
    then written nothing.
    """
    return answer_prepared_once(request, lambda: work)


def answer_prepared_once(request: KeyedRequest, prepare: Callable[[], Callable[[], Answer]]) -> Answer:
    """The same for work that is prepared before the transaction begins: others write meanwhile; it only reads."""

    fingerprint = request.fingerprint

    @atomic(rereads=3)
    def work_and_remember(work: Callable[[], Answer]) -> Answer:
        answer = work()
        _remember(request, fingerprint, answer)
        return answer

    try:
        return work_and_remember(prepare())
    except Exception:
        first = _first_answer(request)
        if first is None:
            raise
        return first


def _remember(request: KeyedRequest, fingerprint: str, answer: Answer) -> None:
    row = IdempotentAnswer(
        **request.identity,
        fingerprint=fingerprint,
        status=answer.status,
        body=answer.body,
        created_at=datetime.now(UTC),
    )
    insert_rows([row])


def _first_answer(request: KeyedRequest) -> Answer | None:
    row = IdempotentAnswer.objects.filter(**request.identity).first()
    if row is None:
        return None
    if row.fingerprint != request.fingerprint:
        raise KeyReused
    return Answer(row.status, row.body, replayed=True)


def forget_old_answers() -> int:
    """Delete answers older than 48 hours. Returns how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=datetime.now(UTC) - KEPT_FOR).delete()[0]
