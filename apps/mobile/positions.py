"""`POST positions`: a batch of points, straight to Redis. A plain Django view: it is the hottest path of the platform.

One query (who is it, and on duty?) and one round trip to Redis; no serializer, no Celery, no row per point. Its rules
and its errors are those of every other view: the same fields read the values, the same handler words the errors. What
is as phones send it is checked in one pass; anything unusual sends the whole batch to the fields, which say what it is.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime
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
from apps.core.redis import RedisError
from apps.couriers.advice import advice_for
from apps.couriers.api.authentication import courier_of
from apps.couriers.errors import OffDuty
from apps.couriers.plausible import TrackPoint
from apps.couriers.positions import record_points
from apps.mobile.serializers import DeviceTime

MAX_POSITIONS = 500
_NO_OBJECT = ErrorDetail("A JSON object is required.", code="invalid")
_UNKNOWN = ErrorDetail("There is no such field.", code="unknown_field")
# Between these every moment lies in a year that `DeviceTime` takes, whatever its offset.
_FIRST_S = datetime(1970, 1, 2, tzinfo=UTC).timestamp()
_LAST_S = datetime(2099, 12, 31, tzinfo=UTC).timestamp()


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


def _keep(request: HttpRequest) -> dict[str, object]:
    if request.method != "POST":
        raise MethodNotAllowed(request.method or "")
    authorization = request.headers.get("Authorization", "")
    if not authorization:
        raise Unauthenticated
    courier = courier_of(authorization)
    if courier.is_off_duty:
        raise OffDuty
    points = read_points(StrictJSONParser().parse(cast(IO[Any], request)))  # Django's request reads like a file
    try:
        recorded = record_points(courier.courier_id, points, at=clock.now(), since=courier.on_shift_since)
    except RedisError as error:
        raise Unavailable("Positions cannot be kept now: send them again.") from error
    advice = advice_for(courier.status, load_legs=courier.load_legs)
    return {"accepted": recorded.accepted, "news": recorded.news, "advice": advice}


def _answer(body: Any, status: int) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")


def read_points(body: Any) -> list[TrackPoint]:
    """The points of a body, 1 to 500. Raises ValidationError, naming every field that is wrong."""
    if not isinstance(body, dict):
        raise ValidationError({"non_field_errors": [_NO_OBJECT]})
    if body.keys() - {"positions"}:
        raise ValidationError({str(name): [_UNKNOWN] for name in sorted(body.keys() - {"positions"})})
    rows = body.get("positions")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_POSITIONS:
        raise ValidationError({"positions": [ErrorDetail(f"A list of 1 to {MAX_POSITIONS}.", code="out_of_range")]})
    usual = usual_points(rows)
    return carefully_read_points(rows) if usual is None else usual


def usual_points(rows: list[Any]) -> list[TrackPoint] | None:  # noqa: PLR0911 - a call a check costs more
    """The points of rows as phones send them. None when any of them is in any way unusual: right or wrong, who knows.

    Every row is checked, for all that the fields check; only in the order in which a wrong one is cheap to find.
    """
    points: list[TrackPoint] = []
    try:
        for row in rows:
            lat, lon, accuracy_m = row["lat"], row["lon"], row["accuracy_m"] if len(row) == 4 else None
            if type(lat) is not float or type(lon) is not float or not 3 <= len(row) <= 4:
                return None
            if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
                return None
            if accuracy_m is not None:
                if type(accuracy_m) is not float and type(accuracy_m) is not int:
                    return None
                if not 0 <= accuracy_m < math.inf:
                    return None
                accuracy_m = float(accuracy_m)
            moment = datetime.fromisoformat(row["device_time"])
            if moment.tzinfo is None:
                return None
            seconds = moment.timestamp()
            if not _FIRST_S < seconds < _LAST_S:
                return None
            # whole milliseconds, as `Moment` cuts them off; half a microsecond is more than a float's error here
            points.append((int(seconds * 1000 + 0.0005) / 1000, lat, lon, accuracy_m))
    except (TypeError, KeyError, ValueError, IndexError, OverflowError):
        return None
    return points


def carefully_read_points(rows: list[Any]) -> list[TrackPoint]:
    """The points of rows by the fields that read every request. Raises ValidationError, naming what is wrong."""
    points: list[TrackPoint] = []
    wrong: list[Any] = []
    for row in rows:
        try:
            points.append(_point(row))
            wrong.append({})
        except ValidationError as error:
            wrong.append(error.detail)
    if len(points) < len(rows):
        raise ValidationError({"positions": wrong})
    return points


def _point(row: Any) -> TrackPoint:
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
    return values["device_time"].timestamp(), values["lat"], values["lon"], values["accuracy_m"]
