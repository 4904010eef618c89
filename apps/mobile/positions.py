"""`POST positions`: a batch of points, straight to Redis. A plain Django view: it is the hottest path of the platform.

One query (who is it, and on duty?) and one round trip to Redis; no serializer, no Celery, no row per point. Its rules
and its errors are those of every other view: the same fields read the values, the same handler words the errors.
"""

import math
from collections.abc import Callable
from typing import IO, Any, cast

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, ErrorDetail, MethodNotAllowed, ValidationError

from apps.core import clock
from apps.core.api.errors import handle_exception
from apps.core.api.fields import Coordinate
from apps.core.api.parsing import StrictJSONParser
from apps.core.errors import CoursierError, Unauthenticated, Unavailable
from apps.core.geo import Point
from apps.core.redis import RedisError
from apps.couriers.api.authentication import courier_of
from apps.couriers.errors import OffDuty
from apps.couriers.positions import Fix, record_positions
from apps.mobile.serializers import DeviceTime

MAX_POSITIONS = 500
_NO_OBJECT = ErrorDetail("A JSON object is required.", code="invalid")
_UNKNOWN = ErrorDetail("There is no such field.", code="unknown_field")


def _accuracy_m(value: Any) -> float | None:
    """Metres, or None when the phone does not know."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValidationError("A number of metres is required.", code="invalid")
    return float(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "lat": Coordinate(limit=90).to_internal_value,
    "lon": Coordinate(limit=180).to_internal_value,
    "device_time": DeviceTime().to_internal_value,
    "accuracy_m": _accuracy_m,
}


@csrf_exempt
def positions(request: HttpRequest) -> HttpResponse:
    """Keep where a courier on duty was. Answers how many points were kept, and the news counter."""
    try:
        return _answer(_keep(request), 200)
    except (CoursierError, APIException) as raised:
        answer = handle_exception(raised, {"request": request})
        if answer is None:
            raise
        refusal = _answer(answer.data, answer.status_code)
        for name, value in answer.items():
            refusal.setdefault(name, value)
        return refusal


def _keep(request: HttpRequest) -> dict[str, int]:
    if request.method != "POST":
        raise MethodNotAllowed(request.method or "")
    authorization = request.headers.get("Authorization", "")
    if not authorization:
        raise Unauthenticated
    courier = courier_of(authorization)
    if courier.is_off_duty:
        raise OffDuty
    fixes = read_fixes(StrictJSONParser().parse(cast(IO[Any], request)))  # Django's request reads like a file
    try:
        news = record_positions(courier.courier_id, fixes, at=clock.now())
    except RedisError as error:
        raise Unavailable("Positions cannot be kept now: send them again.") from error
    return {"accepted": len(fixes), "news": news}


def _answer(body: Any, status: int) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")


def read_fixes(body: Any) -> list[Fix]:
    """The points of a body, 1 to 500. Raises ValidationError, naming every field that is wrong."""
    if not isinstance(body, dict):
        raise ValidationError({"non_field_errors": [_NO_OBJECT]})
    if body.keys() - {"positions"}:
        raise ValidationError({str(name): [_UNKNOWN] for name in sorted(body.keys() - {"positions"})})
    rows = body.get("positions")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_POSITIONS:
        raise ValidationError({"positions": [ErrorDetail(f"A list of 1 to {MAX_POSITIONS}.", code="out_of_range")]})
    fixes: list[Fix] = []
    wrong: list[Any] = []
    for row in rows:
        try:
            fixes.append(_fix(row))
            wrong.append({})
        except ValidationError as error:
            wrong.append(error.detail)
    if len(fixes) < len(rows):
        raise ValidationError({"positions": wrong})
    return fixes


def _fix(row: Any) -> Fix:
    if not isinstance(row, dict):
        raise ValidationError({"non_field_errors": [_NO_OBJECT]})
    wrong: dict[str, Any] = {str(name): [_UNKNOWN] for name in row.keys() - _READERS.keys()}
    values: dict[str, Any] = {"accuracy_m": None}
    for name, read in _READERS.items():
        if name not in row and name in values:
            continue
        try:
            values[name] = read(row.get(name))
        except ValidationError as error:
            wrong[name] = error.detail
    if wrong:
        raise ValidationError(wrong)
    return Fix(Point(values["lat"], values["lon"]), values["device_time"], values["accuracy_m"])
