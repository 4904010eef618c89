"""`from` and `to` in a query string: days of the calendar, both included."""

from datetime import date, timedelta
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from apps.core.api.fields import Day
from apps.core.api.serializers import StrictSerializer


class DayRange(StrictSerializer):
    """From which day to which; either may be left out where there is something usual."""

    def get_fields(self) -> dict[str, Any]:
        """`from`, which is no name for an attribute in Python, and `to`."""
        return {"from": Day(required=False), "to": Day(required=False), **super().get_fields()}


def days_asked(asked: dict[str, Any], *, first: date, last: date, most: int) -> tuple[date, date]:
    """The days that a query asks for: from `first` to `last`, or where it names one end only, as many from there.

    Raises ValidationError (400) for no day, or more than `most`.
    """
    usual, begins, ends = last - first, asked.get("from"), asked.get("to")
    begins = begins or (ends - usual if ends else first)
    ends = ends or begins + usual
    if ends < begins:
        raise _wrong("before_from", "Not before `from`.")
    if ends - begins >= timedelta(days=most):
        raise _wrong("too_many_days", f"At most {most} days.")
    return begins, ends


def _wrong(code: str, message: str) -> serializers.ValidationError:
    return serializers.ValidationError({"to": [ErrorDetail(message, code=code)]})
