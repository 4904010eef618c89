"""Who may come in: what every view of the board asks first, and how errors are answered."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from apps.accounts.principals import Principal
from apps.accounts.selectors import principal_of_user
from apps.core.api.errors import error_body, status_of
from apps.core.errors import Conflict, CoursierError, Unauthenticated
from apps.core.ids import parse_public_id
from apps.core.live.frames import as_json
from apps.dashboard.security import secured

P = ParamSpec("P")
Screen = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def screen(view: Screen[P]) -> Screen[P]:
    """A page for people who are signed in; others are sent to sign in first."""
    return secured(login_required(view))


def feed(view: Screen[P]) -> Screen[P]:
    """Something that the board's scripts ask for: errors, too, are JSON in the one error shape."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            if not request.user.is_authenticated:
                raise Unauthenticated("You are signed out.")
            return view(request, *args, **kwargs)
        except CoursierError as error:
            body = error_body(error, getattr(request, "request_id", ""))
            body["error"]["message"] = in_words(error)
            return json_answer(body, status=status_of(error))

    return secured(answered)


def in_words(error: CoursierError) -> str:
    """An error as a dispatcher reads it: a lost race says so."""
    return f"Somebody was faster: {error}" if isinstance(error, Conflict) else str(error)


def principal_of(request: HttpRequest) -> Principal:
    """Who looks at the screen."""
    return principal_of_user(request.user)  # type: ignore[arg-type]  # behind `screen` or `feed` it is a User


def zone_asked_for(request: HttpRequest) -> UUID | None:
    """The zone in the query string, None for all. Raises NotFound for a malformed one."""
    asked = request.GET.get("zone", "")
    return parse_public_id("zon", asked) if asked else None


def json_answer(body: object, *, status: int = 200) -> HttpResponse:
    """JSON, with times to the second."""
    return HttpResponse(as_json(body), content_type="application/json", status=status)
