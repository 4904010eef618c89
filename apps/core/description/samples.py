"""The smallest value that a schema of the description allows: its required fields only."""

import re
from typing import Any

from apps.core.description.source import Json

BY_FORMAT = {"date-time": "2026-06-10T12:00:00Z", "date": "2026-06-10", "uuid": "0190f5e4-0000-7000-8000-000000000000"}

NOBODY = "0190f5e400007000800000000000000a"
_ID = re.compile(r"\^(\w+)_\[0-9a-f\]\{32\}\$$")  # how a pattern of an identifier looks


def resolved(of: Json, schema: Json) -> Json:
    """A schema with its reference followed."""
    while "$ref" in schema or (len(schema.get("allOf", ())) == 1):
        schema = schema["allOf"][0] if "allOf" in schema else of["components"]["schemas"][_name(schema["$ref"])]
    return schema


def sample(of: Json, schema: Json) -> Any:
    """A value of this schema: an example of it, where there is one."""
    schema = resolved(of, schema)
    given = [schema["example"]] if "example" in schema else schema.get("examples") or schema.get("enum")
    if given:
        return given[0]
    if "oneOf" in schema:
        return sample(of, schema["oneOf"][0])
    kind = schema.get("type", "object")
    return _made(of, schema, kind[0] if isinstance(kind, list) else kind)


def _made(of: Json, schema: Json, kind: str) -> Any:
    if kind == "object":
        needed = schema.get("required", ())
        return {name: sample(of, each) for name, each in schema.get("properties", {}).items() if name in needed}
    if kind == "array":
        return [sample(of, schema["items"])]
    if kind == "string" and (prefix := _ID.match(str(schema.get("pattern")))):
        return f"{prefix[1]}_{NOBODY}"
    numbers = {"integer": schema.get("minimum", 1), "number": float(max(0, schema.get("minimum", 0))), "boolean": False}
    return numbers.get(kind, BY_FORMAT.get(str(schema.get("format")), "text"))


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]
