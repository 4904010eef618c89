"""Everybody who may knock at the REST API, and what belongs to whom."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from django.db.models import Model

from apps.accounts.models import Organisation
from apps.accounts.principals import Principal
from apps.accounts.services import create_api_key, create_organisation, revoke_api_key
from apps.billing.models import Charge, Statement, month_of
from apps.core import clock
from apps.core.ids import parse_public_id, public_id
from apps.core.redis import connection
from apps.core.vehicle_kind import VehicleKind
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier, Device, Fleet, Shift, Vehicle
from apps.couriers.services import NewShift, NewVehicle, add_vehicle, plan_shift
from apps.couriers.services.devices import register_device
from apps.dispatch.executors import executor_of
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment, FleetOffer, FleetRefusal, Offer, ProgressReport
from apps.dispatch.services import assign_leg, hand_on_leg, make_fleet_offer
from apps.hubs.models import Hub, Scan
from apps.hubs.services import change_hub
from apps.networks.lifecycle import ConnectionStatus, Right
from apps.networks.models import Connection, Tariff
from apps.networks.services.terms import NO_PROPOSAL
from apps.orders.hub_stops import hub_stop
from apps.orders.models import HandOn, Incident, IncidentKind, Leg, Order, Parcel, ProofFile, Quote, StopScan
from apps.orders.proof_storage import keep_file
from apps.orders.services import create_quote, open_incident, place_order
from apps.webhooks.lifecycle import MessageStatus
from apps.webhooks.models import Endpoint, Message
from apps.webhooks.services import NewEndpoint, create_endpoint
from apps.webhooks.services.delivering import MESSAGE
from tests.agreements import a_fleet, a_tariff, connected
from tests.cast import CENTRE, Cast, make_courier, new_order, placed
from tests.hooks import relay
from tests.hubs import make_hub


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
    MERCHANT_TESTS = "merchant's test key"
    FLEET_TESTS = "fleet's test key"


LIVE_KEY_OF = {Who.MERCHANT_TESTS: Who.MERCHANT, Who.FLEET_TESTS: Who.FLEET}  # by test key
OF_LIVE_ORDERS = frozenset(  # what the world has for a live key alone: orders, and what came of them
    {
        "order_id",
        "parcel_id",
        "token",
        "incident_id",
        "endpoint_id",
        "message_id",
        "statement_id",
        "open_leg_id",
        "leg_id",
        "assignment_id",
        "offer_id",
        "proof_id",
    }
)
KEYS = frozenset({Who.MERCHANT, Who.OTHER_MERCHANT, Who.FLEET, Who.OTHER_FLEET, Who.HUB})  # alive, with every scope


@dataclass
class World:
    """Headers by caller, the ids that only those with a part may see, and what anybody may know."""

    cast: Cast
    hub: Hub
    headers: dict[Who, dict[str, str]]
    ids: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    @property
    def in_paths(self) -> dict[str, str]:
        """What stands for the parameters of paths."""
        return {**self.ids, **self.known}


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
        cast,
        make_hub(hub_owner.pk),
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
            Who.MERCHANT_TESTS: _key_of(cast.bakery, is_test=True),
            Who.FLEET_TESTS: _key_of(cast.fleet_owner, is_test=True),
        },
    )
    _fill_fleet(world)
    _connect(world)
    _place_order(world)
    _dispatch(world)
    return world


def _fill_fleet(world: World) -> None:
    """The fleet of the cast, a van that nobody rides, Bo, and his shift of tomorrow."""
    cast = world.cast
    van = NewVehicle(
        fleet_id=cast.fleet.pk,
        kind=VehicleKind.VAN,
        speed_kmh=40,
        max_weight_g=400_000,
        max_parcels=60,
        external_id="van-1",
    )
    tomorrow = clock.now() + timedelta(days=1)
    shift = plan_shift(
        NewShift(courier_id=cast.bo.pk, zone_id=cast.zone.pk, starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=4))
    )
    world.ids["fleet_id"] = public_id("flt", cast.fleet.pk)
    world.ids["vehicle_id"] = public_id("veh", add_vehicle(van).pk)
    world.ids["courier_id"] = public_id("cou", cast.bo.pk)
    world.ids["shift_id"] = public_id("shi", shift.pk)
    world.known["zone_id"] = public_id("zon", cast.zone.pk)
    world.known["listed_fleet_id"] = public_id("flt", a_fleet("Night Riders", is_open=True).pk)


def _connect(world: World) -> None:
    """The bakery and the fleet, with a tariff and the statement of this month."""
    cast = world.cast
    tariff = a_tariff(cast.fleet)
    connection = connected(cast.bakery, cast.fleet, tariff=tariff, rights=list(Right))
    month = month_of(clock.now(), cast.fleet_owner.time_zone)
    statement = Statement.objects.create(
        key=connection.pk.hex,
        connection=connection,
        orderer=cast.bakery,
        executor=cast.fleet_owner,
        month=month,
        currency=tariff.currency,
    )
    world.ids["tariff_id"] = public_id("tar", tariff.pk)
    world.ids["connection_id"] = public_id("con", connection.pk)
    world.ids["statement_id"] = public_id("sta", statement.pk)
    world.known["month"] = month
    tandem = a_fleet("Tandem")
    connected(cast.fleet_owner, tandem)
    make_courier(tandem, cast.zone, name="Tom", phone="+33639980005", at=CENTRE)
    world.known["taker_id"] = public_id("flt", tandem.pk)


def _place_order(world: World) -> None:
    """The bakery's, through the hub, which then closes to others; its parcel broke, and an endpoint was told."""
    bakery, hub = world.cast.bakery, world.hub
    endpoint = create_endpoint(NewEndpoint(organisation_id=bakery.pk, url="https://hooks.example.org/in"))
    endpoint.swap(url="https://127.0.0.1/in")  # an address that is refused before anything is sent
    new = new_order(bakery.pk)
    order = place_order(replace(new, via=hub_stop(hub.pk, organisation_id=bakery.pk)))
    change_hub(hub_id=hub.pk, changes={"is_open_to_others": False})
    relay()
    message = Message.objects.filter(endpoint_id=endpoint.pk).order_by("id")[0]
    message.move_to(MessageStatus.FAILED, next_attempt_at=None)
    parcel = Parcel.objects.get(order=order)
    world.ids["order_id"] = public_id("ord", order.pk)
    world.ids["quote_id"] = public_id("quo", create_quote(new).pk)
    world.ids["parcel_id"] = public_id("par", parcel.pk)
    world.ids["token"] = order.tracking_token
    world.ids["hub_id"] = public_id("hub", hub.pk)
    world.ids["endpoint_id"] = public_id("whe", endpoint.pk)
    world.ids["message_id"] = public_id(MESSAGE, message.pk)
    break_parcel(world)


def _dispatch(world: World) -> None:
    """A leg that nobody has, one that Bo has and his fleet may refuse, and one offered to a fleet with a dispatch."""
    cast = world.cast
    (_, free), (_, held), (_, offered) = placed(cast), placed(cast), placed(cast)
    assignment = assign_leg(leg_id=held.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    asked = Fleet.objects.create(
        organisation=cast.fleet_owner, name="Vélo Cargo", mode=FleetMode.EXTERNAL, is_open=True
    )
    offer = make_fleet_offer(leg_id=offered.pk, leg_version=offered.version, fleet_id=asked.pk)
    world.ids["proof_id"] = public_id("prf", _photo_of(held, cast).pk)
    world.ids["open_leg_id"] = public_id("leg", free.pk)
    world.ids["leg_id"] = public_id("leg", held.pk)
    world.ids["assignment_id"] = public_id("asg", assignment.pk)
    world.ids["offer_id"] = public_id("off", offer.pk)
    world.ids["relief_id"] = public_id("cou", cast.cy.pk)


def _photo_of(leg: Leg, cast: Cast) -> ProofFile:
    """A photo that Bo made at the door."""
    return ProofFile.objects.create(
        courier=cast.bo,
        client_id=uuid4(),
        order_id=leg.order_id,
        leg=leg,
        epoch=1,
        stop="dropoff",
        kind="photo",
        told_at=clock.now(),
        completed_at=clock.now(),
        stored_as=keep_file(leg.pk, b"a picture"),
    )


def break_parcel(world: World) -> None:
    """The parcel is damaged in the hub, again if the last incident was resolved."""
    parcel = Parcel.objects.get(pk=parse_public_id("par", world.ids["parcel_id"]))
    incident = open_incident(kind=IncidentKind.DAMAGED, parcel=parcel, hub_id=world.hub.pk)
    world.ids["incident_id"] = public_id("inc", incident.pk)


def hand_on(world: World) -> None:
    """The fleet gave the leg that Bo had to a fleet that it is connected to."""
    key = parse_public_id("leg", world.ids["leg_id"])
    if HandOn.objects.filter(leg_id=key).exists():
        return
    owner = Principal(name="matrix", organisation_ids=frozenset({world.cast.fleet_owner.pk}))
    taker = parse_public_id("flt", world.known["taker_id"])
    hand_on_leg(executor=executor_of(owner), leg_id=key, fleet_id=taker)


def everything_live() -> dict[tuple[str, Any], dict[str, Any]]:
    """Every row that a test key must not touch, by table and key: all but test orders, and what is for them alone."""
    kept = [(model, model.objects.filter(**which)) for model, which in _LIVE]
    return {(model.__name__, row["id"]): row for model, rows in kept for row in rows.values()}


def renew_connection(world: World, **changes: Any) -> None:
    """Put the connection back to where it was, or to where these changes say."""
    plain = {"status": ConnectionStatus.ACCEPTED, "is_live": True, "ended_at": None, **NO_PROPOSAL}
    unpaused = {"is_paused_by_orderer": False, "is_paused_by_executor": False}
    key = parse_public_id("con", world.ids["connection_id"])
    Connection.objects.filter(pk=key).update(**{**plain, **unpaused, **changes})


def refill_rates(world: World) -> None:
    """The keys of an organisation share a bucket, and here they come one right after the other."""
    for bucket in connection().scan_iter("rate:*"):
        connection().delete(bucket)


def propose_terms(world: World) -> None:
    """The bakery asks the fleet for other terms."""
    renew_connection(world, proposed_by_id=world.cast.bakery.pk, proposed_rights=[], proposed_at=clock.now())


def pause_both_sides(world: World) -> None:
    """Neither gives the other anything new."""
    renew_connection(world, status=ConnectionStatus.PAUSED, is_paused_by_orderer=True, is_paused_by_executor=True)


def version_of_connection(world: World) -> int:
    """As whoever reads it is told."""
    return int(Connection.objects.get(pk=parse_public_id("con", world.ids["connection_id"])).version)


def _key_of(organisation: Organisation, *, is_test: bool = False) -> dict[str, str]:
    return _bearer(create_api_key(organisation_id=organisation.pk, name="matrix", is_test=is_test)[1])


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


_LIVE: tuple[tuple[type[Model], dict[str, Any]], ...] = (
    *((model, {"is_test": False}) for model in (Quote, Order, Leg, Parcel, Incident, Statement, Endpoint)),
    *(
        (model, {"leg__is_test": False})
        for model in (HandOn, Assignment, Offer, FleetOffer, Charge, ProofFile, StopScan)
    ),
    *((model, {"assignment__leg__is_test": False}) for model in (ProgressReport,)),
    *((model, {"endpoint__is_test": False}) for model in (Message,)),
    *((model, {}) for model in (Fleet, Vehicle, Courier, Device, Shift, FleetRefusal, Connection, Tariff, Hub, Scan)),
)
PLACE: dict[str, Any] = {
    "pickup": {"address": "12 rue de Rivoli, Paris", "lat": 48.8600, "lon": 2.3500},
    "dropoff": {"address": "3 rue de Charonne, Paris", "lat": 48.8530, "lon": 2.3690},
    "parcels": [{"weight_g": 800}],
}
