"""Maps every error to the one shape that the APIs document, and a kind of error to its HTTP status."""

import logging
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.core import errors
from apps.core.errors import CoursierError, FieldError

logger = logging.getLogger(__name__)
API_PREFIXES = ("/v1/", "/mobile/v1/")
MAX_FIELDS = 50  # of one answer: a caller who sends ten thousand wrong fields is told of the first ones
STATUS: dict[type[CoursierError], int] = {
    errors.NotFound: 404,
    errors.Gone: 410,
    errors.Conflict: 409,
    errors.Invalid: 422,
    errors.Forbidden: 403,
    errors.Unauthenticated: 401,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}

SAME_AS: dict[type[Exception], type[CoursierError]] = {
    drf.NotAuthenticated: errors.Unauthenticated,
    drf.AuthenticationFailed: errors.Unauthenticated,
    Http404: errors.NotFound,
    PermissionDenied: errors.Forbidden,
    drf.PermissionDenied: errors.Forbidden,
    OperationalError: errors.Unavailable,
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
    if isinstance(raised, OperationalError):
        logger.error("The database did not answer a request.", exc_info=raised)
    set_rollback()
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(error, errors.TooManyRequests | errors.Unavailable) and error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    request_id = getattr(context["request"], "request_id", "")
    return Response(error_body(error, request_id), status=status, headers=headers)


def as_error(raised: Exception) -> CoursierError | None:
    """What a caller is told of an exception, also where it is not the answer but a part of one. None: our own fault."""
    return _translate(raised)[1]


def _translate(raised: Exception) -> tuple[int, CoursierError | None]:
    ours = next((kind() for theirs, kind in SAME_AS.items() if isinstance(raised, theirs)), raised)
    match ours:
        case CoursierError():
            return status_of(ours), ours
        case drf.ValidationError():
            return 400, _coded("invalid_request", "The request is not as documented.", field_errors(ours))
        case drf.APIException():
            return ours.status_code, _coded(str(ours.get_codes()), str(ours.detail))
        case _:
            return 500, None


def field_errors(refusal: drf.ValidationError) -> tuple[FieldError, ...]:
    """What a serializer refused, a row per field, the first ones only."""
    return tuple(islice(_fields(refusal.detail, ""), MAX_FIELDS))


def _coded(code: str, message: str, fields: tuple[FieldError, ...] = ()) -> CoursierError:
    error = CoursierError(message, fields=fields)
    error.code = code
    return error


def _fields(detail: Any, path: str) -> Iterator[FieldError]:
    """Flattens DRF's nested details: `{"parcels": [{"weight_g": [..]}]}` is one row, `parcels[0].weight_g`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _fields(inner, _below(path, name))
    elif isinstance(detail, list) and any(isinstance(inner, Mapping | list) for inner in detail):
        for index, inner in enumerate(detail):
            yield from _fields(inner, _below(path, index))
    elif isinstance(detail, list):
        yield from (_field(path, inner) for inner in detail)
    else:
        yield _field(path, detail)


def _field(path: str, detail: Any) -> FieldError:
    return FieldError(path, str(getattr(detail, "code", "invalid")), str(detail))


def _below(path: str, name: str | int) -> str:
    """The path of a part: by its name, or by its place in a list. What is wrong with the whole keeps its path."""
    if name == "non_field_errors":
        return path
    return f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}".lstrip(".")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404: the one shape below the APIs, its own page elsewhere."""
    return unknown_path(request) if _is_api(request) else defaults.page_not_found(request, exception)


@csrf_exempt
def unknown_path(request: HttpRequest) -> HttpResponse:
    """A view for the end of an API's URLs: whatever is asked for there does not exist."""
    return _shaped(request, 404, errors.NotFound("There is no such path."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: a request so odd that no view saw it."""
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    return _shaped(request, 400, _coded("bad_request", "This request cannot be served."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: our own fault. The log has the cause under the same request id."""
    if not _is_api(request):
        return defaults.server_error(request)
    return _shaped(request, 500, _coded("server_error", "Something went wrong on our side."))


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API_PREFIXES)


def _shaped(request: HttpRequest, status: int, error: CoursierError) -> JsonResponse:
    return JsonResponse(error_body(error, getattr(request, "request_id", "")), status=status)
