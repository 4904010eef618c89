"""How the REST API describes itself: OpenAPI 3.1, made from the views, their serializers and the errors they name.

One line above a method says what it takes, answers and refuses: `@described(...)`. What holds for every operation (the
error shape, rates, the Idempotency-Key of a method that is `answered_once`) is added here, once.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from apps.core import errors
from apps.core.api.errors import error_body, status_of
from apps.core.api.fields import FIRST_YEAR, LAST_YEAR, Coordinate, Moment, Phone, PublicId
from apps.core.api.idempotent import HEADER, is_answered_once
from apps.core.api.serializers import OutputSerializer
from apps.core.errors import CoursierError
from apps.core.idempotency import MAX_KEY, KeyReused

Handler = TypeVar("Handler", bound=Callable[..., Any])
SerializerClass = type[serializers.Serializer[Any]]
ErrorClass = type[CoursierError]

ALWAYS: tuple[ErrorClass, ...] = (errors.TooManyRequests, errors.Unavailable)
CURSOR = "cursor"  # what every list of pages takes
IN_REQUESTS = "In"  # how the names of the serializers that read requests end


class BadRequest(CoursierError):
    """As `apps.core.api.errors` answers what a serializer refuses; documented here, raised nowhere."""

    code = "invalid_request"
    message = "The request is not as documented."


class TooLarge(CoursierError):
    """As `StrictJSONParser` refuses a body."""

    code = "request_too_large"
    message = "The body of the request is too large."


STATUS_OF_FORM: dict[ErrorClass, int] = {BadRequest: 400, TooLarge: 413}


class FieldErrorOut(OutputSerializer):
    """What is wrong with one field."""

    path = serializers.CharField(help_text="Dotted, with indexes: `parcels[0].weight_g`.")
    code = serializers.CharField()
    message = serializers.CharField()


class ErrorOut(OutputSerializer):
    """What went wrong. `code` is stable; `message` is for people; `state` is how things are, after a 409."""

    code = serializers.CharField()
    message = serializers.CharField()
    request_id = serializers.CharField()
    fields = FieldErrorOut(many=True)  # type: ignore[assignment] # the API's word, and the serializer's
    state = serializers.JSONField(required=False)


class ErrorBody(OutputSerializer):
    """The one shape of all errors."""

    error = ErrorOut()


class OperationSchema(AutoSchema):
    """What drf-spectacular finds out by itself, with the first line of a docstring as the summary."""

    def get_summary(self) -> str | None:
        """What the operation is for, in one line."""
        return str(self.get_description()).partition("\n")[0].rstrip(".") or None


def described(
    name: str,
    *,
    tag: str,
    answers: Mapping[int, SerializerClass | OpenApiResponse | None],
    request: SerializerClass | Mapping[str, Any] | None = None,
    query: SerializerClass | None = None,
    refusals: Sequence[ErrorClass] = (),
    examples: Sequence[OpenApiExample] = (),
) -> Callable[[Handler], Handler]:
    """Describe the operation below: its name (snake_case), its tag, bodies by status, and the errors it may raise.

    `request` is a serializer, or what is sent by media type where that is not JSON.
    """

    def describe(handler: Handler) -> Handler:
        once = is_answered_once(handler)
        refused: list[ErrorClass] = [*ALWAYS, *refusals]
        if request or query or once:
            refused.append(BadRequest)
        if request:
            refused.append(TooLarge)
        if once:
            refused.append(KeyReused)
        responses: dict[int, Any] = {**_error_answers(refused), **answers}
        parameters: list[Any] = [query] if query else []
        extended = extend_schema(
            operation_id=name,
            tags=[tag],
            request=request,
            responses=responses,
            parameters=[*parameters, _IDEMPOTENCY_KEY] if once else parameters,
            examples=list(examples),
        )
        described_handler: Handler = extended(handler)
        return described_handler

    return describe


@functools.cache  # two lists of one kind of row have one page
def page_out(row: SerializerClass) -> SerializerClass:
    """The answer of a list: a page of rows and the cursor of the next."""
    name = f"{row.__name__.removesuffix('Out')}Page"
    fields = {"data": row(many=True), "next_cursor": serializers.CharField(allow_null=True)}
    return type(name, (OutputSerializer,), {**fields, "__doc__": "A page; `next_cursor` is null on the last."})


def _error_answers(refused: Sequence[ErrorClass]) -> dict[int, OpenApiResponse]:
    by_status: dict[int, list[ErrorClass]] = {}
    for kind in dict.fromkeys(refused):
        by_status.setdefault(STATUS_OF_FORM.get(kind) or status_of(kind()), []).append(kind)
    return {
        status: OpenApiResponse(
            response=ErrorBody,
            description=", ".join(f"`{kind.code}`" for kind in kinds),
            examples=[
                OpenApiExample(kind.code, value=error_body(kind(), "3f6c1c5e"), response_only=True) for kind in kinds
            ],
        )
        for status, kinds in sorted(by_status.items())
    }


_IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": "^[\\x20-\\x7e]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="Chosen by you. Sent again with the same body it replays the answer, for 48 hours.",
)


def finish(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: bodies of requests have no other fields than those named; lists take empty filters."""
    for name, component in result.get("components", {}).get("schemas", {}).items():
        if name.endswith(IN_REQUESTS) and component.get("type") == "object":
            component["additionalProperties"] = False
    for methods in result.get("paths", {}).values():
        for method in methods.values():
            _take_empty_filters(method.get("parameters", []))
    return result


def _take_empty_filters(parameters: list[dict[str, Any]]) -> None:
    """As `PageQuery` reads them: an empty value asks for nothing."""
    asked = [parameter for parameter in parameters if parameter["in"] == "query"]
    if any(parameter["name"] == CURSOR for parameter in asked):
        for parameter in asked:
            if not parameter.get("required"):
                parameter["allowEmptyValue"] = True


class _OfAnswer(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = OutputSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """As ever, but what is declared with `required=False` is not in every answer."""
        mapped: dict[str, Any] = auto_schema._map_serializer(  # type: ignore[no-untyped-call]
            self.target, direction, bypass_extensions=True
        )
        declared = serializers.Serializer.get_fields(self.target)  # before they are all made read only
        left_out = {name for name, field in declared.items() if not field.required and not field.read_only}
        if "required" in mapped:
            mapped["required"] = [name for name in mapped["required"] if name not in left_out]
        return mapped


class _OfMoment(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = Moment
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:  # noqa: ARG002
        """RFC 3339 with an offset."""
        return {"type": "string", "format": "date-time", "description": f"From {FIRST_YEAR} to {LAST_YEAR}."}


class _OfCoordinate(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = Coordinate
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:  # noqa: ARG002
        """Degrees."""
        return {"type": "number", "format": "double", "minimum": -self.target.limit, "maximum": self.target.limit}


class _OfPublicId(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = PublicId
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:  # noqa: ARG002
        """A prefix and 32 hexadecimal digits."""
        return {"type": "string", "pattern": f"^{self.target.prefix}_[0-9a-f]{{32}}$"}


class _OfPhone(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = Phone

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:  # noqa: ARG002
        """E.164."""
        return {"type": "string", "format": "phone", "examples": ["+33639980100"]}
