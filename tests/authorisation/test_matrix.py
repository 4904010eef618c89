"""Every operation of the REST API by every kind of caller: what the description has, `rows.py` must have."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from apps.accounts.errors import LiveKeyRequired
from apps.core.errors import Forbidden
from apps.core.models import Event
from tests.authorisation.rows import ROWS, Row, WithTestKey
from tests.authorisation.world import (
    KEYS,
    LIVE_KEY_OF,
    OF_LIVE_ORDERS,
    Who,
    World,
    assemble_world,
    everything_live,
)
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
        if row.before:
            row.before(world)
        told = Event.objects.count()
        live = everything_live() if who in LIVE_KEY_OF else None
        answer = ask(client, operation, row, world, who)
        if may(row, who):
            assert 200 <= answer.status_code < 300, f"{who}: {answer.content}"
        else:
            assert answer.status_code == refusal(row, who), f"{who}: {answer.content}"
            if answer.status_code == 403 and who != Who.POWERLESS:
                assert says_why(row, who, answer.json()["error"]["code"]), f"{who}: {answer.content}"
            assert Event.objects.count() == told, f"{who} was refused, and yet something happened"
        if live is not None:
            assert everything_live() == live, f"{who} touched something live"
        shown = answer.content.decode()
        assert not [name for name in hidden(row, who, world) if world.ids[name] in shown], f"{who} sees {shown}"


def may(row: Row, who: Who) -> bool:
    """Whether somebody gets a success: with a test key where their live key does, unless the row says otherwise."""
    if who in LIVE_KEY_OF and row.with_test_key == WithTestKey.AS_WITH_A_LIVE_KEY:
        return LIVE_KEY_OF[who] in row.may
    return who in row.may or row.is_public


def hidden(row: Row, who: Who, world: World) -> Collection[str]:
    """The names of the ids that must not be in somebody's answer."""
    sees = row.may if row.sees is None else row.sees
    if who in sees:
        return ()
    if row.with_test_key == WithTestKey.AS_WITH_A_LIVE_KEY and LIVE_KEY_OF.get(who) in sees:
        return OF_LIVE_ORDERS
    return world.ids


def ask(client: Client, operation: Operation, row: Row, world: World, who: Who) -> Any:
    """Send the request of one cell, from an address of the caller's own: some rates are counted by address."""
    path = re.sub(r"{(\w+)}", lambda found: world.in_paths[found[1]], operation.path)
    body = row.body(world) if callable(row.body) else row.body
    headers = {**world.headers[who], "Idempotency-Key": f"{operation.name} {who}"}
    address = f"198.51.100.{list(Who).index(who)}"
    if operation.method == "get":
        return client.get(f"/v1{path}", query_params=row.query, headers=headers, REMOTE_ADDR=address)
    return client.generic(
        operation.method.upper(),
        f"/v1{path}",
        data=body if isinstance(body, str) else _json(body),
        content_type=row.content_type,
        query_params=row.query,
        headers=headers,
        REMOTE_ADDR=address,
    )


def refusal(row: Row, who: Who) -> int:
    """The status that somebody gets who may not."""
    if who in LIVE_KEY_OF:
        return {WithTestKey.NOT_THERE: 404, WithTestKey.REFUSED: 403}.get(row.with_test_key, row.others)
    if who == Who.POWERLESS or who in row.forbidden:
        return 403
    return row.others if who in KEYS else 401


def says_why(row: Row, who: Who, code: str) -> bool:
    """Whether a 403 has a code of its own; and for a test key whose live one may, that a live one is what it takes."""
    if who in LIVE_KEY_OF and LIVE_KEY_OF[who] in row.may:
        return code == LiveKeyRequired.code
    return code != Forbidden.code or who not in {*row.forbidden, *LIVE_KEY_OF}


def _json(body: Any) -> str:
    return "" if body is None else orjson.dumps(body).decode()
