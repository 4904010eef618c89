"""Every answer carries `X-Request-Id`: the caller's own if it is sane, else a new one.

Every request also starts with no actor: a thread serves many callers, and the one before must not sign for the next.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.core.events import acting_as
from apps.core.ids import new_id

NOBODY = "system"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


class RequestIdMiddleware:
    """Sets `request.request_id` and the header of the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve one request under its own id."""
        given = request.headers.get("X-Request-Id", "")
        request.request_id = given if _SANE.match(given) else new_id().hex  # type: ignore[attr-defined]
        with acting_as(NOBODY):
            response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response
