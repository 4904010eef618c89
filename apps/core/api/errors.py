"""Maps every error to the one shape that the APIs document, and a kind of error to its HTTP status."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.core import errors
from apps.core.errors import CoursierError, FieldError

STATUS: dict[type[CoursierError], int] = {
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Invalid: 422,
    errors.Forbidden: 403,
    errors.Unauthenticated: 401,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}


def status_of(error: CoursierError) -> int:
    """The HTTP status of an error's kind."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def error_body(error: CoursierError, request_id: str = "") -> dict[str, Any]:
    """The one error shape: `{"error": {code, message, request_id, fields, state?}}`."""
    body: dict[str, Any] = {
        "code": error.code,
        "message": str(error),
        "request_id": request_id,
        "fields": [{"path": f.path, "code": f.code, "message": f.message} for f in error.fields],
    }
    if error.state is not None:
        body["state"] = error.state
    return {"error": body}


def handle_exception(raised: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler: None lets an unexpected error become a 500 and a log line."""
    status, error = _translate(raised)
    if error is None:
        return None
    set_rollback()
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(error, errors.TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_s)
    request_id = getattr(context["request"], "request_id", "")
    return Response(error_body(error, request_id), status=status, headers=headers)


def _translate(raised: Exception) -> tuple[int, CoursierError | None]:
    match raised:
        case CoursierError():
            return status_of(raised), raised
        case drf.ValidationError():
            fields = tuple(_fields(raised.detail, ""))
            return 400, _coded("invalid_request", "The request is not as documented.", fields)
        case drf.NotAuthenticated() | drf.AuthenticationFailed():
            return 401, errors.Unauthenticated()
        case Http404():
            return 404, errors.NotFound()
        case PermissionDenied() | drf.PermissionDenied():
            return 403, errors.Forbidden()
        case drf.APIException():
            return raised.status_code, _coded(str(raised.default_code), str(raised.detail))
        case _:
            return 500, None


def _coded(code: str, message: str, fields: tuple[FieldError, ...] = ()) -> CoursierError:
    error = CoursierError(message, fields=fields)
    error.code = code
    return error


def _fields(detail: Any, path: str) -> Iterator[FieldError]:
    """Flattens DRF's nested details: `{"pickup": {"lat": [..]}}` becomes one row with the path `pickup.lat`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from _fields(inner, here)
    elif isinstance(detail, list) and any(isinstance(inner, Mapping | list) for inner in detail):
        for index, inner in enumerate(detail):
            yield from _fields(inner, f"{path}[{index}]")
    elif isinstance(detail, list):
        yield from (FieldError(path, str(getattr(d, "code", "invalid")), str(d)) for d in detail)
    else:
        yield FieldError(path, str(getattr(detail, "code", "invalid")), str(detail))
