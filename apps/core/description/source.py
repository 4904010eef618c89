"""The description of the REST API as plain JSON values."""

from typing import Any

import orjson
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
Json = dict[str, Any]


def description() -> Json:
    """OpenAPI 3.1, made from the views."""
    made = SchemaGenerator(urlconf="coursier.rest_api").get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    plain: Json = orjson.loads(orjson.dumps(made, default=str))
    return plain


def operations(of: Json) -> list[tuple[str, str, Json]]:
    """Path, method and operation of every operation, by the operation's name."""
    found = [
        (path, method, methods[method])
        for path, methods in of["paths"].items()
        for method in METHODS
        if method in methods
    ]
    return sorted(found, key=lambda each: str(each[2]["operationId"]))
