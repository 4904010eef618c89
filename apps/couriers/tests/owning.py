"""Asking the REST API as the system of a fleet owner would."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from rest_framework.response import Response
from rest_framework.test import APIClient

from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.models import Courier, Device, Fleet, Shift, Vehicle

TABLES = (Fleet, Vehicle, Courier, Shift, Device, Event)


class Owner:
    """A system with its key; every POST goes under a new Idempotency-Key unless it names one."""

    def __init__(self, key: str | None) -> None:
        self.client = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}") if key else APIClient()
        self.keys = count(1)

    def gets(self, path: str, **query: Any) -> Response:
        return self.client.get(f"/v1/{path}", query)

    def posts(self, path: str, body: Any = None, *, key: str = "") -> Response:
        return self.client.post(f"/v1/{path}", body or {}, headers=self.header(key))

    def patches(self, path: str, **changes: Any) -> Response:
        return self.client.patch(f"/v1/{path}", changes)

    def deletes(self, path: str) -> Response:
        return self.client.delete(f"/v1/{path}")

    def sends(self, kind: str, text: str | bytes, *, key: str = "") -> Response:
        """A CSV file of couriers, vehicles or shifts."""
        body = text if isinstance(text, bytes) else text.encode()
        return self.client.generic(
            "POST", f"/v1/{kind}/import", body, content_type="text/csv", headers=self.header(key)
        )

    def lists(self, path: str, **query: Any) -> list[str]:
        """The ids that a list answers with."""
        answer = self.gets(path, **query)
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["data"]]

    def header(self, key: str) -> dict[str, str]:
        return {"Idempotency-Key": key or f"k-{next(self.keys)}"}


def new_courier(cast, **changes: Any) -> dict[str, Any]:
    """The smallest body for a courier of the cast's fleet."""
    return {
        "fleet_id": public_id("flt", cast.fleet.pk),
        "vehicle_id": public_id("veh", cast.bo.vehicle_id),
        "name": "Kim",
        "phone": "+33639980010",
        **changes,
    }


def new_vehicle(cast, **changes: Any) -> dict[str, Any]:
    """The smallest body for a vehicle of the cast's fleet."""
    return {
        "fleet_id": public_id("flt", cast.fleet.pk),
        "kind": "cargo_bike",
        "speed_kmh": 16,
        "max_weight_g": 80_000,
        "max_parcels": 12,
        **changes,
    }


def new_shift(cast, **changes: Any) -> dict[str, Any]:
    """A shift of Bo's tomorrow afternoon."""
    return {
        "courier_id": public_id("cou", cast.bo.pk),
        "zone_id": public_id("zon", cast.zone.pk),
        "starts_at": "2026-06-11T12:00:00Z",
        "ends_at": "2026-06-11T16:00:00Z",
        **changes,
    }


def code_of(answer: Response) -> str:
    """The code of an error."""
    return str(answer.json()["error"]["code"])


def refused(answer: Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, code_of(answer)


def wrong_fields(answer: Response) -> dict[str, str]:
    """Path and code of every field that an error names."""
    return {field["path"]: field["code"] for field in answer.json()["error"]["fields"]}


def events(*names: str) -> list[dict[str, Any]]:
    """The payloads of the events of these names, oldest first."""
    return list(Event.objects.filter(name__in=names).order_by("id").values_list("payload", flat=True))


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Fails when the block writes a row of a network or an event, or changes one."""
    before = _everything()
    yield
    assert _everything() == before


def _everything() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]
