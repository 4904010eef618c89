"""What a change of the description breaks for whoever was written against the one before.

Answers may gain fields, requests may gain fields that need not be sent, and operations may be added; the rest breaks.
"""

from apps.core.description.samples import resolved
from apps.core.description.source import Json, operations


def breaking_changes(before: Json, after: Json) -> list[str]:
    """One line for each; none when everything goes on as it was."""
    now = {(path, method): operation for path, method, operation in operations(after)}
    broken: list[str] = []
    for path, method, was in operations(before):
        name, is_now = f"{method.upper()} {path}", now.get((path, method))
        if is_now is None:
            broken.append(f"{name} is gone")
            continue
        asked, asks = _content(was.get("requestBody", {})), _content(is_now.get("requestBody", {}))
        broken += [f"{name} no longer takes {field}" for field in sorted(_fields(before, asked) - _fields(after, asks))]
        broken += [f"{name} now needs {field}" for field in sorted(_needed(after, asks) - _needed(before, asked))]
        for status, answer in was["responses"].items():
            if not status.startswith("2"):
                continue
            told = _fields(before, _content(answer))
            tells = _fields(after, _content(is_now["responses"].get(status, {})))
            broken += [f"{name} no longer answers {status} with {field or 'a body'}" for field in sorted(told - tells)]
    return broken


def _content(holder: Json) -> Json:
    schema: Json = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _fields(of: Json, schema: Json, path: str = "", depth: int = 0) -> set[str]:
    """Dotted paths of all fields, those within lists included."""
    schema = resolved(of, schema)
    if "items" in schema:
        return _fields(of, schema["items"], path, depth)
    found: set[str] = set()
    if depth < 8:
        for name, each in schema.get("properties", {}).items():
            here = f"{path}.{name}".lstrip(".")
            found |= {here} | _fields(of, each, here, depth + 1)
    return found


def _needed(of: Json, schema: Json, path: str = "", depth: int = 0) -> set[str]:
    schema = resolved(of, schema)
    if "items" in schema:
        return _needed(of, schema["items"], path, depth)
    found: set[str] = set()
    if depth < 8:
        for name in schema.get("required", ()):
            here = f"{path}.{name}".lstrip(".")
            found |= {here} | _needed(of, schema.get("properties", {}).get(name, {}), here, depth + 1)
    return found
