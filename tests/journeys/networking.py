"""Organisations that set themselves up and come to terms over HTTP: networks with a courier, hubs, connections."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from apps.accounts.services import create_api_key, create_organisation
from apps.billing.models import Charge, Statement
from apps.core.ids import parse_public_id, public_id
from apps.core.models import Event
from apps.couriers.models import Courier
from apps.couriers.tests.owning import Owner
from apps.dispatch.models import Assignment, FleetRefusal
from apps.hubs.models import Hub, Scan
from apps.networks.models import Connection, Tariff
from apps.orders.models import HandOn, Leg, Order, Parcel
from tests.cast import BAKERY
from tests.hubs import QUAY, Device
from tests.journeys.acting import Rider

TABLES = (Order, Leg, HandOn, Parcel, Assignment, FleetRefusal, Scan, Connection, Tariff, Statement, Charge, Event)


@dataclass(frozen=True, slots=True)
class Network:
    """A fleet owner's system, its fleet with one courier on duty, and what it asks for carrying."""

    system: Owner
    organisation_id: str
    fleet_id: str
    tariff_id: str
    courier_id: str
    rider: Rider


def system_of(organisation):
    """The system of an organisation, with a new key."""
    return Owner(create_api_key(organisation_id=organisation.pk, name="system")[1])


def made(answer):
    """What was made."""
    assert answer.status_code == 201, answer.json()
    return answer.json()


def shown(answer):
    """What is there."""
    assert answer.status_code == 200, answer.json()
    return answer.json()


def begin_network(players, clock, *, name, courier, phone, tariff, **fleet):
    """Make a network with a tariff, and a courier who comes on duty at the bakery's door."""
    organisation = create_organisation(name=name, slug=name.lower(), is_fleet_owner=True)
    system = system_of(organisation)
    fleet_id = made(system.posts("fleets", {"name": name, **fleet}))["id"]
    tariff_id = made(system.posts("tariffs", {"name": "City", **tariff}))["id"]
    bike = {"kind": "bike", "speed_kmh": 15, "max_weight_g": 12_000, "max_parcels": 6}
    vehicle_id = made(system.posts("vehicles", {"fleet_id": fleet_id, **bike}))["id"]
    rides = {"fleet_id": fleet_id, "vehicle_id": vehicle_id, "name": courier, "phone": phone}
    courier_id = made(system.posts("couriers", rides))["id"]
    times = {"starts_at": clock().isoformat(), "ends_at": (clock() + timedelta(hours=4)).isoformat()}
    zone_id = public_id("zon", players.zone.pk)
    made(system.posts("shifts", {"courier_id": courier_id, "zone_id": zone_id, **times}))
    rider = Rider(Courier.objects.get(pk=parse_public_id("cou", courier_id)), clock)
    assert rider.act("start_shift", lat=BAKERY.lat, lon=BAKERY.lon)["outcome"] == "applied"
    return Network(system, public_id("org", organisation.pk), fleet_id, tariff_id, courier_id, rider)


def begin_hub():
    """Hana's organisation opens a hub. Returns her system, and the scanner at the hub's door."""
    system = system_of(create_organisation(name="Hana", slug="hana", is_hub_operator=True))
    place = {"name": "Quay", "address": "1 Quay", "lat": QUAY.lat, "lon": QUAY.lon, "is_open_to_others": True}
    hub = made(system.posts("hubs", {**place, "phone": "+33639980200", "instructions": "Dock 2"}))
    return system, Device(Hub.objects.get(pk=parse_public_id("hub", hub["id"])))


def come_to_terms(dee, network, *, priority, rights=()):
    """The merchant invites, the network accepts the version that it read. Returns the connection's id."""
    terms = {"fleet": network.fleet_id, "tariff_id": network.tariff_id, "priority": priority, "rights": list(rights)}
    invited = made(dee.posts("connections", terms))
    path = f"connections/{invited['id']}"
    read = shown(network.system.gets(path))
    assert (read["status"], read["priority"]) == ("invited", None)
    assert shown(network.system.posts(f"{path}/accept", {"version": read["version"]}))["status"] == "accepted"
    return invited["id"]


def reject(network, leg_id, reason):
    """The network refuses the order of a leg."""
    shown(network.system.posts(f"legs/{leg_id}/reject", {"reason": reason}))


@contextmanager
def nothing_changes():
    """Fails when the block writes a row of the story or an event, or changes one."""
    before = _everything()
    yield
    assert _everything() == before


def _everything():
    return [list(table.objects.order_by("pk").values()) for table in TABLES]
