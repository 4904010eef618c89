"""A Postman collection (format 2.1.0), a folder per tag, with variables for host and key."""

import json
from typing import Any

from apps.core.description.samples import sample
from apps.core.description.source import Json, operations

FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def postman_collection(of: Json) -> Json:
    """The collection of a description."""
    folders: dict[str, list[Json]] = {}
    for path, method, operation in operations(of):
        folders.setdefault(operation["tags"][0], []).append(_request(of, path, method, operation))
    return {
        "info": {"name": f"{of['info']['title']} REST API", "schema": FORMAT, "version": of["info"]["version"]},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{key}}", "type": "string"}]},
        "variable": [{"key": "host", "value": "http://127.0.0.1:8000"}, {"key": "key", "value": "ck_test_..."}],
        "item": [{"name": tag, "item": folders[tag]} for tag in sorted(folders)],
    }


def _request(of: Json, path: str, method: str, operation: Json) -> Json:
    parameters: list[Json] = operation.get("parameters", [])
    steps = [f":{step[1:-1]}" if step.startswith("{") else step for step in path.strip("/").split("/")]
    request: Json = {
        "method": method.upper(),
        "description": operation.get("description", ""),
        "header": [{"key": each["name"], "value": "{{$guid}}"} for each in parameters if each["in"] == "header"],
        "url": {
            "raw": "{{host}}/v1/" + "/".join(steps),
            "host": ["{{host}}"],
            "path": ["v1", *steps],
            "variable": [{"key": step[1:], "value": ""} for step in steps if step.startswith(":")],
            "query": [
                {"key": each["name"], "value": "", "disabled": True} for each in parameters if each["in"] == "query"
            ],
        },
    }
    if "security" in operation and operation["security"] in ([], [{}]):
        request["auth"] = {"type": "noauth"}
    if body := _body(of, operation):
        request["body"] = {"mode": "raw", "raw": body, "options": {"raw": {"language": "json"}}}
        request["header"].append({"key": "Content-Type", "value": "application/json"})
    return {"name": operation.get("summary") or operation["operationId"], "request": request, "response": []}


def _body(of: Json, operation: Json) -> str:
    content: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return ""
    return json.dumps(sample(of, content["application/json"]["schema"]), indent=2, ensure_ascii=False)
