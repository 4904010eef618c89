"""Hubs of the tests: Hana operates one between the bakery and the homes."""

from typing import Any
from uuid import UUID, uuid4

from rest_framework.response import Response
from rest_framework.test import APIClient

from apps.accounts.services import create_api_key, create_organisation
from apps.core import clock
from apps.core.geo import Point
from apps.core.ids import public_id
from apps.hubs.models import Hub
from apps.hubs.services import NewHub, open_hub

QUAY = Point(48.8480, 2.3550)
NORTH = Point(48.8800, 2.3500)


def make_operator(slug: str = "hana") -> UUID:
    """An organisation that operates hubs."""
    return create_organisation(name=slug.capitalize(), slug=slug, is_hub_operator=True).pk


def make_hub(operator_id: UUID, *, name: str = "Quay", at: Point = QUAY, **changes: Any) -> Hub:
    """A hub that takes orders of anybody."""
    plain = {"phone": "+33639980200", "instructions": "Dock 2", "is_open_to_others": True}
    return open_hub(
        NewHub(organisation_id=operator_id, name=name, address=f"1 {name}", lat=at.lat, lon=at.lon, **plain | changes)
    )


class Device:
    """A scanner at a hub's door, or the operator's system."""

    def __init__(self, hub: Hub, **of_the_key: Any) -> None:
        self.hub = hub
        _, secret = create_api_key(organisation_id=hub.organisation_id, name="scanner", **of_the_key)
        self.client = APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")

    @property
    def path(self) -> str:
        """Where its hub is below `/v1`."""
        return f"/v1/hubs/{public_id('hub', self.hub.pk)}"

    def scan(self, direction: str, *barcodes: str, **changes: Any) -> list[dict[str, Any]]:
        """Scan parcels by their barcodes, each once; the results."""
        return self.send([a_scan(direction, barcode, **changes) for barcode in barcodes])

    def send(self, scans: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Send a batch; the results."""
        answer = self.client.post(f"{self.path}/scans", {"scans": scans}, format="json")
        assert answer.status_code == 200, answer.json()
        return list(answer.json()["results"])

    def stock(self, **query: Any) -> list[dict[str, Any]]:
        """What the list answers with."""
        answer = self.client.get(f"{self.path}/stock", query)
        assert answer.status_code == 200, answer.json()
        return list(answer.json()["data"])

    def post(self, path: str, body: dict[str, Any]) -> Response:
        """Post below `/v1`, under a new Idempotency-Key."""
        return self.client.post(f"/v1{path}", body, format="json", headers={"Idempotency-Key": uuid4().hex})


def a_scan(direction: str, barcode: str, **changes: Any) -> dict[str, Any]:
    """A scan made now, as a device sends it."""
    return {
        "id": str(uuid4()),
        "barcode": barcode,
        "direction": direction,
        "at": clock.now().isoformat(),
        "by": "Hana",
    } | changes
