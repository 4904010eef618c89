"""Everybody who may knock at the REST API, and what belongs to whom."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from apps.accounts.models import Organisation
from apps.accounts.services import create_api_key, create_organisation, revoke_api_key
from apps.core.ids import public_id
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Fleet
from apps.couriers.services.devices import register_device
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg, make_fleet_offer
from apps.networks.lifecycle import Right
from apps.orders.services import create_quote, place_order
from tests.agreements import connected
from tests.cast import CENTRE, Cast, make_courier, new_order, placed


class Who(StrEnum):
    """A caller."""

    MERCHANT = "merchant"  # whose things are asked for, where a merchant has them
    OTHER_MERCHANT = "other merchant"
    FLEET = "fleet"  # whose things are asked for, where a fleet has them
    OTHER_FLEET = "other fleet"
    HUB = "hub"  # the operator of the hub that is asked for
    COURIER = "courier"  # with the token of a phone
    ANONYMOUS = "anonymous"
    REVOKED = "revoked key"  # of the merchant
    POWERLESS = "key without scopes"  # of the merchant


KEYS = frozenset({Who.MERCHANT, Who.OTHER_MERCHANT, Who.FLEET, Who.OTHER_FLEET, Who.HUB})  # alive, with every scope


@dataclass
class World:
    """Headers by caller, and the ids and values that paths and bodies need."""

    headers: dict[Who, dict[str, str]]
    ids: dict[str, str] = field(default_factory=dict)


def assemble_world(cast: Cast) -> World:
    """The cast, another merchant, another fleet and a hub's operator, with one thing of each kind."""
    other_merchant = create_organisation(name="Rival bakery", slug="rival", is_merchant=True)
    other_owner = create_organisation(name="Rival fleet", slug="rival-fleet", is_fleet_owner=True)
    other_fleet = Fleet.objects.create(organisation=other_owner, name="Rival fleet")
    make_courier(other_fleet, cast.zone, name="Di", phone="+33639980003", at=CENTRE)
    hub_owner = create_organisation(name="Hub des Halles", slug="hub-des-halles", is_hub_operator=True)
    key, revoked = create_api_key(organisation_id=cast.bakery.pk, name="lost")
    revoke_api_key(key_id=key.pk)
    phone = register_device(courier_id=cast.bo.pk, label="Bo's phone")
    _, powerless = create_api_key(organisation_id=cast.bakery.pk, name="powerless", scopes=())
    world = World(
        {
            Who.MERCHANT: _bearer(cast.dee_key),
            Who.OTHER_MERCHANT: _key_of(other_merchant),
            Who.FLEET: _key_of(cast.fleet_owner),
            Who.OTHER_FLEET: _key_of(other_owner),
            Who.HUB: _key_of(hub_owner),
            Who.COURIER: _bearer(phone),
            Who.ANONYMOUS: {},
            Who.REVOKED: _bearer(revoked),
            Who.POWERLESS: _bearer(powerless),
        }
    )
    new = new_order(cast.bakery.pk)
    world.ids["order_id"] = public_id("ord", place_order(new).pk)
    world.ids["quote_id"] = public_id("quo", create_quote(new).pk)
    _dispatch(world, cast)
    return world


def _dispatch(world: World, cast: Cast) -> None:
    """A leg that nobody has, one that Bo has and his fleet may refuse, and one offered to a fleet with a dispatch."""
    connected(cast.bakery, cast.fleet, rights=[Right.REJECT])
    (_, free), (_, held), (_, offered) = placed(cast), placed(cast), placed(cast)
    assignment = assign_leg(leg_id=held.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    asked = Fleet.objects.create(
        organisation=cast.fleet_owner, name="Vélo Cargo", mode=FleetMode.EXTERNAL, is_open=True
    )
    offer = make_fleet_offer(leg_id=offered.pk, leg_version=offered.version, fleet_id=asked.pk)
    world.ids |= {
        "open_leg_id": public_id("leg", free.pk),
        "leg_id": public_id("leg", held.pk),
        "assignment_id": public_id("asg", assignment.pk),
        "offer_id": public_id("off", offer.pk),
        "courier_id": public_id("cou", cast.cy.pk),
        "zone_id": public_id("zon", cast.zone.pk),
    }


def _key_of(organisation: Organisation) -> dict[str, str]:
    return _bearer(create_api_key(organisation_id=organisation.pk, name="matrix")[1])


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


PLACE: dict[str, Any] = {
    "pickup": {"address": "12 rue de Rivoli, Paris", "lat": 48.8600, "lon": 2.3500},
    "dropoff": {"address": "3 rue de Charonne, Paris", "lat": 48.8530, "lon": 2.3690},
    "parcels": [{"weight_g": 800}],
}
