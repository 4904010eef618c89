"""One line makes a POST repeatable: `@answered_once` (or `@written_once`) above the method of a view."""

import functools
import re
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import orjson
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.idempotency import MAX_KEY, Answer, KeyedRequest, answer_prepared_once

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_MARK = "is_answered_once"
_PRINTABLE = re.compile(rf"[\x20-\x7e]{{1,{MAX_KEY}}}\Z")
P = ParamSpec("P")


class OwnsKeys(Protocol):
    """A view that knows whose keys a request uses: two callers may choose the same key."""

    def idempotency_owner(self, request: Request) -> str:
        """A stable name of at most 80 characters."""
        ...


View = TypeVar("View", bound=OwnsKeys)
Handler = Callable[Concatenate[View, Request, P], Response]
Work = Callable[[], Response]


def answered_once(handler: Handler[View, P]) -> Handler[View, P]:
    """Do a view's work once per `Idempotency-Key` and caller; repeat the first answer to whoever sends it again.

    The whole method runs inside one transaction with its stored answer, and runs again when the database asks for
    it: it parses, calls one service and renders, and has no other effect. Its errors free the key.
    Raises ValidationError (400) without a key, and what `answer_once` raises.
    """

    @functools.wraps(handler)
    def prepared(view: View, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Work:
        return lambda: handler(view, request, *args, **kwargs)

    return written_once(prepared)


def written_once(handler: Callable[Concatenate[View, Request, P], Work]) -> Handler[View, P]:
    """The same for a view that is asked often: its method parses and reads, and returns what is left to do.

    Only that runs inside the transaction. On SQLite one transaction writes at a time, so the less there is in it the
    more of them there are.
    """

    @functools.wraps(handler)
    def repeatable(view: View, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        def prepare() -> Callable[[], Answer]:
            work = handler(view, request, *args, **kwargs)
            return lambda: _answer(work())

        answer = answer_prepared_once(_keyed(view, request), prepare)
        headers = {REPLAYED: "true"} if answer.replayed else None
        return Response(answer.body, status=answer.status, headers=headers)

    vars(repeatable)[_MARK] = True
    return repeatable


def is_answered_once(handler: Callable[..., Any]) -> bool:
    """Whether a method of a view needs an Idempotency-Key."""
    return getattr(handler, _MARK, False)


def _keyed(view: OwnsKeys, request: Request) -> KeyedRequest:
    key = request.headers.get(HEADER)
    if key is None:
        raise ValidationError({HEADER: [ErrorDetail("This header is required.", code="required")]})
    if not _PRINTABLE.match(key):
        message = f"1 to {MAX_KEY} printable ASCII characters."
        raise ValidationError({HEADER: [ErrorDetail(message, code="malformed")]})
    operation = f"{request.method} {request.path}"
    return KeyedRequest(principal=view.idempotency_owner(request), operation=operation, key=key, body=request.data)


def _answer(response: Response) -> Answer:
    """The body as JSON holds it: what is stored is what is sent, the first time and every other."""
    return Answer(response.status_code, orjson.loads(orjson.dumps(response.data, option=orjson.OPT_UTC_Z)))
