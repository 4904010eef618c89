"""JSON in, by orjson: no NaN, no Infinity, no lone surrogates, no bottomless nesting, and not more than the limit."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser


class RequestTooLarge(APIException):
    """The body is larger than any request needs."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "request_too_large"
    default_detail = "The body of the request is too large."


class StrictJSONParser(BaseParser):
    """Reads a JSON body of at most `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes, which Django itself leaves to whoever reads."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - DRF's own signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002 - DRF's own signature
    ) -> Any:
        """The value of the body. Raises RequestTooLarge (413) or ParseError (400)."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise RequestTooLarge(f"At most {limit} bytes.")
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not JSON: {error}.", code="malformed_json") from None
