"""Calling the REST API as a fleet's system would."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from rest_framework.response import Response
from rest_framework.test import APIClient

from apps.accounts.models import Organisation
from apps.accounts.services import create_api_key, create_organisation
from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Courier, Fleet
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Assignment, FleetOffer, Offer, ProgressReport
from apps.dispatch.services import plan_zone
from apps.orders.models import HandOn, Leg, Order
from tests.cast import Cast

TABLES = (Order, Leg, HandOn, Assignment, Offer, FleetOffer, ProgressReport, Courier, Event)


@dataclass(frozen=True)
class Rapid:
    """Another organisation with a fleet, and its system."""

    owner: Organisation
    fleet: Fleet
    system: "FleetSystem"


class FleetSystem:
    """A fleet's system with its key."""

    def __init__(self, key: str) -> None:
        self.client = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")

    def gets(self, path: str, **query: Any) -> Response:
        """Read something below `/v1`."""
        return self.client.get(f"/v1{path}", query)

    def posts(self, path: str, body: Any = None, *, key: str = "") -> Response:
        """Post something, under a new Idempotency-Key unless one is given."""
        return self.client.post(f"/v1{path}", body or {}, headers={"Idempotency-Key": key or uuid4().hex})

    def lists(self, path: str, **query: Any) -> list[str]:
        """The ids of a list, or of its legs."""
        return [row.get("id", row["leg_id"]) for row in self.gets(path, **query).json()["data"]]

    def assigns(self, leg: Leg, courier: Courier) -> Response:
        """Give a leg to a courier by hand."""
        return self.posts(
            "/assignments", {"leg_id": public_id("leg", leg.pk), "courier_id": public_id("cou", courier.pk)}
        )

    def reports(self, assignment_id: str, action: str, *, epoch: int = 1, **more: Any) -> Response:
        """Report progress."""
        body = {"id": str(uuid4()), "action": action, "epoch": epoch, "device_time": "2026-06-10T10:01:00Z", **more}
        return self.client.post(f"/v1/assignments/{assignment_id}/progress", body)


def with_key(organisation_id: UUID, **options: Any) -> FleetSystem:
    """A system of an organisation."""
    return FleetSystem(create_api_key(organisation_id=organisation_id, name="dispatch", **options)[1])


def make_rapid(*, owner: Organisation | None = None, is_open: bool = True, mode: str = FleetMode.EXTERNAL) -> Rapid:
    """A fleet with a dispatch of its own, open to all unless said otherwise."""
    owner = owner or create_organisation(name="Rapid", slug="rapid", is_fleet_owner=True)
    fleet = Fleet.objects.create(organisation=owner, name="Rapid", mode=mode, is_open=is_open)
    return Rapid(owner, fleet, with_key(owner.pk))


def send_home(*couriers: Courier) -> None:
    """Nobody is on duty any more."""
    Courier.objects.filter(pk__in=[courier.pk for courier in couriers]).update(
        status=CourierStatus.OFF_DUTY, zone=None, shift=None
    )


def live_offer(cast: Cast) -> FleetOffer:
    """Plan, and the offer to a fleet that came of it."""
    plan_zone(cast.zone.pk)
    return FleetOffer.objects.select_related("leg", "fleet").get(status=OfferStatus.LIVE)


def code_of(answer: Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, str(answer.json()["error"]["code"])


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Fails when the block writes or changes a row of dispatch, of orders, of couriers, or an event."""
    before = _everything()
    yield
    assert _everything() == before


def _everything() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]
