"""The operations of the Python client: a typed dictionary per body, and a function per operation."""

import keyword
import re
from collections.abc import Iterator

from apps.core.description.source import Json, operations

HEAD = '''"""Every operation of the REST API. Made by `manage.py write_api_files`: do not change it here."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from coursier_client.calls import Call, path_of

'''
PLAIN = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "object": "dict[str, Any]",
}
WIDTH = 116


def python_operations(of: Json) -> str:
    """The module's text."""
    lines = [HEAD]
    for name, schema in sorted(of["components"]["schemas"].items()):
        if schema.get("type") == "object":
            lines += [*_typed_dict(name, schema), "", ""]
    for path, method, operation in operations(of):
        lines += [*_function(path, method, operation), "", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _typed_dict(name: str, schema: Json) -> Iterator[str]:
    """The functional form where a field has a name that Python keeps for itself."""
    needed, fields = set(schema.get("required", ())), schema.get("properties", {})
    types = {field: _type(each) if field in needed else f"NotRequired[{_type(each)}]" for field, each in fields.items()}
    if any(keyword.iskeyword(field) or not field.isidentifier() for field in fields):
        yield f"{name} = TypedDict("
        yield f'    "{name}",'
        yield "    {"
        yield from (f"        {field!r}: {kind!r}," for field, kind in types.items())
        yield "    },"
        yield ")"
        return
    yield f"class {name}(TypedDict):"
    yield from _docstring(schema.get("description") or name)
    yield ""
    yield from (f"    {field}: {kind}" for field, kind in types.items())


def _function(path: str, method: str, operation: Json) -> Iterator[str]:
    parameters: list[Json] = operation.get("parameters", [])
    queries = [each for each in parameters if each["in"] == "query"]
    in_path = re.findall(r"{(\w+)}", path)
    body = _content(operation.get("requestBody", {}))
    is_keyed = any(each["in"] == "header" for each in parameters)
    arguments = [f"{name}: str" for name in in_path]
    if body:
        arguments.append(f"body: {_type(body)}")
    if queries or is_keyed:
        arguments.append("*")
    arguments += [f"{_safe(each['name'])}: {_type(each['schema'])} | None = None" for each in queries]
    if is_keyed:
        arguments.append("idempotency_key: str | None = None")
    answer = _answer(operation)
    yield f"def {operation['operationId']}("
    yield from (f"    {argument}," for argument in arguments)
    yield f") -> Call[{answer}]:"
    yield from _docstring(operation.get("description") or operation["operationId"])
    names = "".join(f", {name}" for name in in_path)
    extra = ", body=body" if body else ""
    if queries:
        pairs = ", ".join(f'"{each["name"]}": {_safe(each["name"])}' for each in queries)
        extra += ", query={" + pairs + "}"
    extra += ", idempotency_key=idempotency_key, is_keyed=True" if is_keyed else ""
    yield f'    return Call("{method.upper()}", path_of("{path}"{names}){extra})'


def _answer(operation: Json) -> str:
    for status, answer in sorted(operation["responses"].items()):
        if status.startswith("2"):
            schema = _content(answer)
            return _type(schema) if schema else "bytes" if answer.get("content") else "None"
    return "None"


def _content(holder: Json) -> Json:
    schema: Json = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _type(schema: Json) -> str:
    """The Python type of a schema."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if len(schema.get("allOf", ())) == 1:
        return _type(schema["allOf"][0])
    if "oneOf" in schema or "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(each) for each in schema.get("oneOf") or schema["anyOf"]))
    if "enum" in schema:
        return f"Literal[{', '.join(repr(each).replace(chr(39), chr(34)) for each in schema['enum'])}]"
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return " | ".join(_plain(str(kind), schema) for kind in kinds)


def _plain(kind: str, schema: Json) -> str:
    return f"list[{_type(schema.get('items', {}))}]" if kind == "array" else PLAIN.get(kind, "Any")


def _safe(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _docstring(text: str) -> Iterator[str]:
    first, _, rest = text.strip().replace("\\", "\\\\").replace('"""', "'''").partition("\n")
    if not rest.strip() and len(first) < WIDTH - 10:
        yield f'    """{first}"""'
        return
    yield f'    """{first}'
    yield from (f"    {line}".rstrip() for line in rest.splitlines())
    yield '    """'
