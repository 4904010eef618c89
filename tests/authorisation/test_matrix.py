"""Every operation of the REST API by every kind of caller: what the description has, `rows.py` must have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from tests.authorisation.rows import ROWS, Row
from tests.authorisation.world import KEYS, Who, World, assemble_world
from tests.cast import Cast

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation as the description has it."""

    name: str
    method: str
    path: str


def operations() -> Iterator[Operation]:
    """All of the description's."""
    description = SchemaGenerator(urlconf="coursier.rest_api").get_schema(request=None, public=True)
    for path, methods in description["paths"].items():
        for method in METHODS:
            if method in methods:
                yield Operation(methods[method]["operationId"], method, path)


OPERATIONS = sorted(operations(), key=lambda operation: operation.name)


@pytest.fixture
def world(cast: Cast) -> World:
    return assemble_world(cast)


def test_every_operation_has_a_row_and_every_row_an_operation():
    assert {operation.name for operation in OPERATIONS} == set(ROWS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_only_those_may_who_are_meant_to(operation: Operation, world: World, client: Client):
    row = ROWS[operation.name]
    for who in sorted(Who, key=lambda each: each in row.may):  # those who may change something come last
        answer = ask(client, operation, row, world, who)
        assert answer.status_code == expected(row, who) or is_success(row, who, answer), f"{who}: {answer.content}"
        if row.sees is not None and who not in row.sees:
            shown = answer.content.decode()
            assert not [name for name, value in world.ids.items() if value in shown], f"{who} sees {shown}"


def ask(client: Client, operation: Operation, row: Row, world: World, who: Who) -> Any:
    """Send the request of one cell."""
    path = re.sub(r"{(\w+)}", lambda found: world.ids[found[1]], operation.path)
    body = row.body(world) if callable(row.body) else row.body
    headers = {**world.headers[who], "Idempotency-Key": f"{operation.name} {who}"}
    if operation.method == "get":
        return client.get(f"/v1{path}", query_params=row.query, headers=headers)
    return client.generic(
        operation.method.upper(),
        f"/v1{path}",
        data=body if isinstance(body, str) else _json(body),
        content_type=row.content_type,
        query_params=row.query,
        headers=headers,
    )


def expected(row: Row, who: Who) -> int:
    """The status of a refusal."""
    if who == Who.POWERLESS:
        return 403
    return row.others if who in KEYS else 401


def is_success(row: Row, who: Who, answer: Any) -> bool:
    """Whether this caller may, and did."""
    return (who in row.may or row.is_public) and 200 <= answer.status_code < 300


def _json(body: Any) -> str:
    import orjson

    return "" if body is None else orjson.dumps(body).decode()
