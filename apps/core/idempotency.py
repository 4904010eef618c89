"""Repeated requests. The first with a key does the work; the others get the same answer, whenever they come.

Follows draft-ietf-httpapi-idempotency-key-header: no key 400, same key with another body 422, still running 409,
done: the stored answer. A refusal is not stored: it wrote nothing, and the same request may be right a moment later.
The unique index on (principal, operation, key) is the lock. The answer is written with the work, in one transaction:
an owner that crashed has written neither, and loses the key when its lease ends.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db import IntegrityError
from django.db.models import Q

from apps.core.db import atomic
from apps.core.errors import Conflict, FieldError, Invalid
from apps.core.models import IdempotentAnswer

LEASE = timedelta(seconds=60)
KEPT_FOR = timedelta(hours=48)
MAX_KEY = 255
MAX_OPERATION = 120


class KeyReused(Invalid):
    """The key belongs to another request."""

    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used with another body."


class StillRunning(Conflict):
    """The first request with the key has no answer yet."""

    code = "request_in_progress"
    message = "The first request with this Idempotency-Key is still running: try again in a second."


class _LeaseLost(Exception):
    """Another request took the key over. No Conflict: running the work again would not bring the key back."""


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

    Raises KeyReused or StillRunning. An exception from `work` undoes what it wrote and frees the key again.
    """
    owned = _take(request)
    if isinstance(owned, Answer):
        return owned

    @atomic(rereads=3)
    def work_and_remember() -> Answer:
        answer = work()
        kept = IdempotentAnswer.objects.filter(pk=owned.pk, status=None, leased_until=owned.leased_until)
        if kept.update(status=answer.status, body=answer.body) != 1:
            raise _LeaseLost  # undoes the work of this request: the other one answers
        return answer

    try:
        return work_and_remember()
    except _LeaseLost:
        raise StillRunning from None
    except Exception:
        IdempotentAnswer.objects.filter(pk=owned.pk, status=None, leased_until=owned.leased_until).delete()
        raise


def _take(request: KeyedRequest) -> IdempotentAnswer | Answer:
    """The key's row, now owned by this request, or the answer that is already there."""
    wall = datetime.now(UTC)
    leased_until = (wall + LEASE).replace(microsecond=0)
    columns = {**request.identity, "fingerprint": request.fingerprint, "created_at": wall}
    try:
        return _insert(leased_until=leased_until, **columns)
    except IntegrityError:
        row = IdempotentAnswer.objects.filter(**request.identity).first()
    if row is None:
        raise StillRunning
    if row.fingerprint != request.fingerprint:
        raise KeyReused
    if row.status is not None:
        return Answer(row.status, row.body, replayed=True)
    crashed = IdempotentAnswer.objects.filter(Q(pk=row.pk), leased_until=row.leased_until, leased_until__lt=wall)
    if crashed.update(leased_until=leased_until) != 1:
        raise StillRunning
    row.leased_until = leased_until
    return row


@atomic
def _insert(**values: Any) -> IdempotentAnswer:
    return IdempotentAnswer.objects.create(**values)


def forget_old_answers() -> int:
    """Delete answers older than 48 hours. Returns how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=datetime.now(UTC) - KEPT_FOR).delete()[0]
