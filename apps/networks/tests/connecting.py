"""Asking for connections through the REST API, as the system of either side would."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from uuid import UUID

from rest_framework.response import Response
from rest_framework.test import APIClient

from apps.accounts.models import Organisation
from apps.accounts.services import create_api_key
from apps.core.ids import parse_public_id, public_id
from apps.core.models import Event
from apps.networks.models import Connection, Tariff

CONNECTIONS, NETWORKS = "/v1/connections", "/v1/networks"


class Caller:
    """The system of an organisation, with its key."""

    def __init__(self, key: str, organisation: Organisation) -> None:
        self.client = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")
        self.organisation = organisation
        self.keys = count(1)

    def posts(self, path: str, body: dict[str, Any] | None = None) -> Response:
        """Send something below `/v1/connections`, each time under a new Idempotency-Key."""
        return self.client.post(f"{CONNECTIONS}{path}", body or {}, headers={"Idempotency-Key": f"k-{next(self.keys)}"})

    def invites(self, fleet: Any, **body: Any) -> Response:
        """Invite, for a fleet."""
        return self.posts("", {"fleet": public_id("flt", fleet.pk), **body})

    def does(self, what: str, connection_id: str, **body: Any) -> Response:
        """Decline, pause, resume or end."""
        return self.posts(f"/{connection_id}/{what}", body)

    def accepts(self, connection_id: str, *, version: int | None = None) -> Response:
        """Accept it as it is now, or as it was in a version."""
        seen = self.gets(f"/{connection_id}").json()["version"] if version is None else version
        return self.posts(f"/{connection_id}/accept", {"version": seen})

    def changes(self, connection_id: str, **body: Any) -> Response:
        """Set or propose something else."""
        return self.client.patch(f"{CONNECTIONS}/{connection_id}", body)

    def gets(self, path: str = "", **query: Any) -> Response:
        """Read something below `/v1/connections`."""
        return self.client.get(f"{CONNECTIONS}{path}", query)

    def lists(self, **query: Any) -> list[str]:
        """The ids of the connections that the list answers with."""
        return [row["id"] for row in self.gets(**query).json()["data"]]


def with_key(organisation: Organisation, **options: Any) -> Caller:
    """The system of an organisation, with a new key."""
    _, secret = create_api_key(organisation_id=organisation.pk, name="a system", **options)
    return Caller(secret, organisation)


def connect(dee: Caller, ada: Caller, fleet: Any, **terms: Any) -> str:
    """An accepted connection: the first invites, the second accepts. Returns its id."""
    invited = dee.invites(fleet, **terms)
    assert invited.status_code == 201, invited.json()
    assert ada.accepts(invited.json()["id"]).status_code == 200
    return str(invited.json()["id"])


def tariff(organisation: Organisation, **changes: Any) -> Tariff:
    """A tariff of a fleet's owner."""
    return Tariff.objects.create(organisation=organisation, name="City", base_cents=500, **changes)


def row_of(connection_id: str) -> Connection:
    """The row behind a public id."""
    return Connection.objects.get(pk=parse_public_id("con", connection_id))


def code(answer: Response) -> tuple[int, str]:
    """Status and code of an error."""
    return answer.status_code, answer.json()["error"]["code"]


def wrong_fields(answer: Response) -> dict[str, str]:
    """Path and code of every field that an error names."""
    return {field["path"]: field["code"] for field in answer.json()["error"]["fields"]}


def heard(organisation_id: UUID) -> list[str]:
    """The names of the events that an organisation heard of connections, oldest first."""
    rows = Event.objects.filter(organisation_id=organisation_id, name__startswith="Connection").order_by("id")
    return list(rows.values_list("name", flat=True))


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Fails when the block writes a connection or an event, or changes one."""
    before = _everything()
    yield
    assert _everything() == before


def _everything() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in (Connection, Event)]
