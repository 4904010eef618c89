"""A bakery, a fleet that it asks, and a fleet of somebody else that this one may hand its legs on to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.response import Response

from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier, Fleet
from apps.dispatch.services import plan_zone
from apps.dispatch.tests.calling import FleetSystem, with_key
from apps.dispatch.tests.networking import connected, fleet_with_one
from apps.networks.lifecycle import Right
from apps.networks.models import Connection
from apps.orders.models import HandOn, Leg, NetworkPolicy
from tests.agreements import a_tariff
from tests.cast import Cast, placed

RIGHTS = (Right.HAND_ON,)


@dataclass(frozen=True)
class Chain:
    """Who is connected to whom: the bakery to Rush, and Rush's owner to Tandem."""

    cast: Cast
    rush: Fleet
    rita: Courier
    tandem: Fleet
    tom: Courier
    first: Connection
    second: Connection
    rushs: FleetSystem
    tandems: FleetSystem

    def ordered(self, **changes: Any) -> Leg:
        """An order for connected fleets, and its leg."""
        return placed(self.cast, **{"network_policy": NetworkPolicy.CONNECTED, **changes})[1]

    def hands_on(self, leg: Leg, to: Fleet | None = None, **more: Any) -> Response:
        """Rush's system gives a leg to Tandem, if to nobody else."""
        return self.rushs.posts(hand_on_path(leg), {"fleet": public_id("flt", (to or self.tandem).pk), **more})

    def takes_back(self, leg: Leg) -> Response:
        """Rush's system takes it back."""
        return self.rushs.client.delete(f"/v1{hand_on_path(leg)}")

    def handed_on(self, **changes: Any) -> Leg:
        """An order whose leg Rush handed on to Tandem."""
        leg = self.ordered(**changes)
        answer = self.hands_on(leg)
        assert answer.status_code == 201, answer.json()
        return planless(leg)

    def planned(self, leg: Leg) -> Leg:
        """The leg after a plan of its zone."""
        plan_zone(self.cast.zone.pk)
        return planless(leg)


def assemble_chain(cast: Cast, *, rights: tuple[Right, ...] = RIGHTS, next_rights: tuple[Right, ...] = ()) -> Chain:
    """Both connections are accepted; each fleet has one courier at the bakery's door."""
    rush, rita = fleet_with_one(cast, "Rush", 21)
    tandem, tom = fleet_with_one(cast, "Tandem", 22)
    first = connected(cast.bakery.pk, rush, priority=1, rights=rights)
    second = connected(rush.organisation_id, tandem, rights=next_rights)
    Connection.objects.filter(pk=first.pk).update(tariff=a_tariff(rush, tax_basis_points=2_000))
    Connection.objects.filter(pk=second.pk).update(tariff=a_tariff(tandem, base_cents=300, tax_basis_points=1_000))
    systems = with_key(rush.organisation_id), with_key(tandem.organisation_id)
    return Chain(cast, rush, rita, tandem, tom, first, second, *systems)


def hand_on_path(leg: Leg) -> str:
    """Where it is handed on, shown and taken back."""
    return f"/legs/{public_id('leg', leg.pk)}/hand_on"


def planless(leg: Leg) -> Leg:
    """The leg as it is now."""
    return Leg.objects.select_related("order").get(pk=leg.pk)


def told(name: str) -> list[dict[str, Any]]:
    """The events of a name, in order."""
    return list(Event.objects.filter(name=name).order_by("id").values_list("payload", flat=True))


def external(fleet: Fleet) -> None:
    """From now on it has a dispatch of its own."""
    Fleet.objects.filter(pk=fleet.pk).update(mode=FleetMode.EXTERNAL)


def end_of(leg: Leg) -> str:
    """How the one hand-on of a leg ended; empty while it is live."""
    return HandOn.objects.get(leg=leg).end
