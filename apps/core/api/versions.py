"""Which version of a thing a caller read before changing it, where HTTP says so."""

import re

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

_ETAG = re.compile(r'(?:W/)?"?(\d{1,9})"?\Z')


def version_of(if_match: str) -> int | None:
    """The version in an `If-Match`; None for `*`. Raises ValidationError (400)."""
    if if_match.strip() == "*":
        return None
    found = _ETAG.match(if_match.strip())
    if found is None:
        message = 'A version such as "3" is required.'
        raise serializers.ValidationError({"If-Match": [ErrorDetail(message, code="malformed")]})
    return int(found[1])
