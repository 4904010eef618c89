"""Repeated requests. The first with a key does the work; the others get the same answer, whenever they come.

Follows draft-ietf-httpapi-idempotency-key-header: no key 400, same key with another body 422, still running 409,
done: the stored answer, success or error. The unique index on (principal, operation, key) is the lock; an owner that
crashed loses it when its lease ends, and since an order carries its key, the retry finds what the crashed one wrote.
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


class KeyReused(Invalid):
    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used with another body."


class StillRunning(Conflict):
    code = "request_in_progress"
    message = "The first request with this Idempotency-Key is still running: try again in a second."


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
        """SHA-256 of the body, its keys sorted."""
        return hashlib.sha256(orjson.dumps(self.body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def answer_once(request: KeyedRequest, work: Callable[[], Answer]) -> Answer:
    """Run `work` for the first request with a key, in one transaction with its stored answer; replay it to the others.

    Raises KeyReused or StillRunning. An exception from `work` frees the key again: nothing was written.
    """
    owned = _take(request)
    if isinstance(owned, Answer):
        return owned

    @atomic(rereads=3)
    def work_and_remember() -> Answer:
        answer = work()
        kept = IdempotentAnswer.objects.filter(pk=owned.pk, status=None, leased_until=owned.leased_until)
        if kept.update(status=answer.status, body=answer.body) != 1:
            raise StillRunning  # the lease ended and another request took the key over: it answers, this one undoes
        return answer

    try:
        return work_and_remember()
    except StillRunning:
        raise
    except Exception:
        IdempotentAnswer.objects.filter(pk=owned.pk, status=None, leased_until=owned.leased_until).delete()
        raise


def _take(request: KeyedRequest) -> IdempotentAnswer | Answer:
    """The key's row, now owned by this request, or the answer that is already there."""
    wall = datetime.now(UTC)
    leased_until = (wall + LEASE).replace(microsecond=0)
    identity = {"principal": request.principal, "operation": request.operation, "key": request.key}
    try:
        return _insert(fingerprint=request.fingerprint, leased_until=leased_until, created_at=wall, **identity)
    except IntegrityError:
        row = IdempotentAnswer.objects.filter(**identity).first()
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
