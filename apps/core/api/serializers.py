"""Base of the serializers that read requests: what the documentation does not name is refused, by its dotted path."""

import functools
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

MAX_UNKNOWN_NAMED = 20  # a body of nothing but unknown fields is not answered with all of their names
MAX_NAME_SHOWN = 64


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not have, beside whatever is wrong with those that it has."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated values. Raises ValidationError (400) with every wrong or unknown field."""
        unknown = _unknown(data, self.fields)
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError(_merged(error.detail, unknown)) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return values

    def validated(self) -> Any:
        """The values of a valid request. Raises ValidationError (400)."""
        return _reader(type(self), is_partial=self.partial).run_validation(self.initial_data)


@functools.cache
def _reader(kind: type[StrictSerializer], *, is_partial: bool) -> StrictSerializer:
    """One for all requests: reading keeps nothing in it, and copying its fields takes longer than reading."""
    return kind(partial=is_partial)


def _unknown(data: Any, known: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        return {}
    names = [str(name)[:MAX_NAME_SHOWN] for name in data if name not in known][:MAX_UNKNOWN_NAMED]
    return {name: [ErrorDetail("There is no such field.", code="unknown_field")] for name in names}


def refuse_repeated(query: QueryDict) -> None:
    """Raise ValidationError (400) for what a query string says twice: reading one of the two would hide the other."""
    names = [name[:MAX_NAME_SHOWN] for name, values in query.lists() if len(values) > 1][:MAX_UNKNOWN_NAMED]
    if names:
        raise serializers.ValidationError({name: [ErrorDetail("Say it once.", code="repeated")] for name in names})


def _merged(wrong: Any, unknown: dict[str, Any]) -> Any:
    return {**wrong, **unknown} if isinstance(wrong, Mapping) else wrong


class OutputSerializer(serializers.Serializer[Any]):
    """Base of the serializers that write answers: read only, no rules."""

    def get_fields(self) -> dict[str, Any]:
        """The declared fields, none of which may be written."""
        fields = super().get_fields()
        for field in fields.values():
            field.read_only = True
        return fields
