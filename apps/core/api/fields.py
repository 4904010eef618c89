"""Fields of requests, strict about their JSON type: `"12"` is no number, `12` is no text, `true` is neither."""

import math
import re
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from apps.core.errors import NotFound
from apps.core.ids import parse_public_id, public_id

FIRST_YEAR, LAST_YEAR = 2000, 2100  # beyond these a moment is a slip, and sums with it overflow
LONGEST_PHONE = 32
LONGEST_EMAIL = 254
_is_address = EmailValidator(allowlist=[])
_DECIMAL = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?\Z", re.ASCII)


class Text(serializers.CharField):
    """A string, stripped. State `max_length`."""

    def to_internal_value(self, data: Any) -> str:
        """The text. Fails on any other JSON type."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number."""

    def to_internal_value(self, data: Any) -> int:
        """The number. Fails on text, fractions and booleans."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Number(serializers.FloatField):
    """A number, finite."""

    def to_internal_value(self, data: Any) -> float:
        """The number. Fails on text, booleans, NaN and infinity."""
        if not isinstance(data, int | float) or isinstance(data, bool):
            self.fail("invalid")
        try:
            number = float(data)
        except OverflowError:
            self.fail("invalid")
        return number if math.isfinite(number) else self.fail("invalid")


class Coordinate(serializers.Field[float, Any, float, Any]):
    """Degrees, WGS 84, finite, within `limit` on both sides of zero."""

    default_error_messages: ClassVar = {
        "invalid": "A number of degrees is required.",
        "out_of_range": "From -{limit} to {limit} degrees.",
    }

    def __init__(self, *, limit: int, **options: Any) -> None:
        self.limit = limit
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> float:
        """The degrees. Fails on text, booleans, NaN and what lies outside."""
        if not isinstance(data, int | float) or isinstance(data, bool):
            self.fail("invalid")
        if not math.isfinite(data) or abs(data) > self.limit:
            self.fail("out_of_range", limit=self.limit)
        return float(data)

    def to_representation(self, value: float) -> float:
        """As it is."""
        return value


class CoordinateText(Coordinate):
    """The same in a query string, where everything is text."""

    def to_internal_value(self, data: Any) -> float:
        """The degrees. Fails on what is no decimal number, and on what lies outside."""
        if not isinstance(data, str) or not _DECIMAL.match(data):
            self.fail("invalid")
        return super().to_internal_value(float(data))


class Day(serializers.DateField):
    """A day of the calendar, such as 2026-06-10; which hours it has depends on whose it is."""

    default_error_messages: ClassVar = {"out_of_range": f"A year from {FIRST_YEAR} to {LAST_YEAR}."}

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)

    def to_internal_value(self, data: Any) -> date:
        """The day. Fails on years that are a slip."""
        day: date = super().to_internal_value(data)
        if not FIRST_YEAR <= day.year < LAST_YEAR:
            self.fail("out_of_range")
        return day


class Moment(serializers.Field[datetime, Any, str, Any]):
    """A time in RFC 3339, with its offset; UTC inside."""

    first_year: ClassVar = FIRST_YEAR
    default_error_messages: ClassVar = {
        "invalid": "A time such as 2026-06-10T12:00:00Z is required.",
        "naive": "State the offset from UTC, such as Z or +02:00.",
        "out_of_range": f"A year from {FIRST_YEAR} to {LAST_YEAR}.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        """The aware moment, in whole milliseconds as the clock's. Fails when the offset is missing."""
        moment = self._parsed(data)
        if moment.tzinfo is None:
            self.fail("naive")
        if not self.first_year <= moment.year <= LAST_YEAR:
            self.fail("out_of_range")
        return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)

    def _parsed(self, data: Any) -> datetime:
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
        except ValueError:
            moment = None
        return moment or self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        """RFC 3339 in UTC."""
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment_text(moment: datetime | None) -> str | None:
    """A time as `Moment` writes it, where an answer is made by a method; None stays None."""
    return Moment().to_representation(moment) if moment else None


class Phone(Text):
    """A telephone number with its country code, kept as E.164.

    Possible, not assigned, is what is asked: numbering plans change faster than any library, and the ranges set
    aside for fiction are used in sandboxes.
    """

    default_error_messages: ClassVar = {"not_e164": "A number in E.164 such as +33639980100 is required."}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_PHONE, **options)

    def to_internal_value(self, data: Any) -> str:
        """The number in E.164. Fails when the country code is missing or the length is impossible."""
        text = super().to_internal_value(data)
        try:
            number = phonenumbers.parse(text, None)
        except phonenumbers.NumberParseException:
            self.fail("not_e164")
        if not text.startswith("+") or number.extension or not phonenumbers.is_possible_number(number):
            self.fail("not_e164")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Email(Text):
    """An e-mail address, as Django checks it; of the forms that nobody has, such as `me@[10.0.0.1]`, none."""

    default_error_messages: ClassVar = {"not_an_address": "An address such as bo@example.org is required."}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_EMAIL, **options)

    def to_internal_value(self, data: Any) -> str:
        """The address. Fails on what mail could not be sent to, and on what would add a header to it."""
        text = super().to_internal_value(data)
        try:
            _is_address(text)
        except ValidationError:
            self.fail("not_an_address")
        if text.endswith("]"):
            self.fail("not_an_address")
        return text


class PublicId(Text):
    """An identifier of this API with its prefix; the key behind it inside. In answers `source` names the key."""

    default_error_messages: ClassVar = {"malformed": "An id that begins with {prefix}_ is required."}

    def __init__(self, *, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> UUID:  # type: ignore[override]
        """The key. Fails when the id is malformed; whether it exists is not asked here."""
        text = super().to_internal_value(data)
        try:
            return parse_public_id(self.prefix, text)
        except NotFound:
            self.fail("malformed", prefix=self.prefix)

    def to_representation(self, value: UUID) -> str:  # type: ignore[override] # as it is read
        """`ord_0190...`."""
        return public_id(self.prefix, value)
