"""One row per operation of the REST API: who may, who sees, and what the others are told.

An operation without a row fails the suite: whoever adds one says here who may call it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from apps.core import clock
from tests.authorisation.world import (
    KEYS,
    PLACE,
    Who,
    World,
    break_parcel,
    hand_on,
    pause_both_sides,
    propose_terms,
    refill_rates,
    renew_connection,
    version_of_connection,
)


class WithTestKey(StrEnum):
    """What a test key gets where its organisation has something live."""

    NOT_THERE = "404"  # of live orders: it must not learn of them
    AS_WITH_A_LIVE_KEY = "as with a live key"  # what an organisation has once is read; of orders there are others
    REFUSED = "403"  # and it is told that this takes a live key


NOT_THERE, AS_WITH_A_LIVE_KEY, REFUSED = WithTestKey
M, F, H = Who.MERCHANT, Who.FLEET, Who.HUB
OWNS_NO_FLEET = frozenset({Who.MERCHANT, Who.OTHER_MERCHANT, Who.HUB})


@dataclass(frozen=True)
class Row:
    """What is expected of one operation.

    `may`: who gets a success. `others`: what other living keys get, 404 where they must not learn that the thing is
    there; `forbidden`: those who get 403 with a code that says why: of a kind that writes nothing here at all, or on
    the wrong side of a connection. `sees`: in whose answers ids
    of the world may appear, None: in those of whoever may. Everybody without a living key gets 401, a key without
    scopes 403; `is_public`: everybody succeeds. `with_test_key`: what the
    test keys of the merchant and of the fleet get. `before` is done before each call; `body` may be made of the world.
    """

    may: frozenset[Who]
    others: int = 404
    forbidden: frozenset[Who] = frozenset()
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    sees: frozenset[Who] | None = None
    is_public: bool = False
    with_test_key: WithTestKey = NOT_THERE
    content_type: str = "application/json"
    before: Callable[[World], None] | None = None


def own(*who: Who, **more: Any) -> Row:
    """A thing that belongs to these; nobody else learns of it."""
    return Row(frozenset(who), **more)


def shown(*who: Who, **more: Any) -> Row:
    """A thing that belongs to these, whatever their key, to read."""
    return own(*who, with_test_key=AS_WITH_A_LIVE_KEY, **more)


def changed(*who: Who, **more: Any) -> Row:
    """A thing that belongs to these, whatever their key, to change: which takes a live one."""
    return own(*who, with_test_key=REFUSED, **more)


def everybody(*sees: Who, **more: Any) -> Row:
    """Any living key may; only these find something of the world in the answer."""
    return Row(KEYS, sees=frozenset(sees), **{"with_test_key": AS_WITH_A_LIVE_KEY, **more})


def fleets_own(**more: Any) -> Row:
    """A thing of the fleet, changed by it alone; whoever owns no fleet at all is told that."""
    return changed(F, forbidden=OWNS_NO_FLEET, **more)


def every_fleet(*sees: Who, **more: Any) -> Row:
    """Any owner of fleets may."""
    owners = frozenset({Who.FLEET, Who.OTHER_FLEET})
    return Row(owners, others=403, sees=frozenset(sees), with_test_key=REFUSED, **more)


def file(text: str) -> Row:
    """A file of a fleet owner, by the names that its own network has for things: ids are in no answer."""
    return every_fleet(body=text, content_type="text/csv")


def any_key(**more: Any) -> Row:
    """Whatever its scopes; there is nothing of anybody in it."""
    return Row(KEYS | {Who.POWERLESS}, sees=frozenset(), with_test_key=AS_WITH_A_LIVE_KEY, **more)


def _vehicle(world: World) -> dict[str, Any]:
    return {
        "fleet_id": world.ids["fleet_id"],
        "kind": "bike",
        "speed_kmh": 15,
        "max_weight_g": 12_000,
        "max_parcels": 6,
    }


def _courier(world: World) -> dict[str, Any]:
    return {
        "fleet_id": world.ids["fleet_id"],
        "vehicle_id": world.ids["vehicle_id"],
        "name": "Kim",
        "phone": "+33639980010",
    }


def _shift(world: World) -> dict[str, Any]:
    begins = clock.now() + timedelta(days=3)
    return {
        "courier_id": world.ids["courier_id"],
        "zone_id": world.known["zone_id"],
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=4)).isoformat(),
    }


def _scans(world: World) -> dict[str, Any]:
    scan = {
        "id": str(uuid4()),
        "parcel": world.ids["parcel_id"],
        "direction": "in",
        "at": clock.now().isoformat(),
    }
    return {"scans": [scan]}


def _damage(world: World) -> dict[str, Any]:
    return {"kind": "damaged", "parcel": world.ids["parcel_id"]}


def _invitation(world: World) -> dict[str, Any]:
    return {"fleet": world.known["listed_fleet_id"]}


def _acceptance(world: World) -> dict[str, Any]:
    return {"version": version_of_connection(world)}


TARIFF = {"name": "By night", "base_cents": 700}
HUB = {"name": "Quai", "address": "2 quai de Seine, Paris", "lat": 48.8480, "lon": 2.3550}
TRIP = {"pickup_lat": "48.86", "pickup_lon": "2.35", "dropoff_lat": "48.853", "dropoff_lon": "2.369"}
NO_LONGER_AGO = {"since": "2026-06-01T00:00:00Z"}
THE_DAY = {"from": "2026-06-10T00:00:00Z", "to": "2026-06-11T00:00:00Z"}
NEW_ENDPOINT = {"url": "https://hooks.example.org/other"}
SHIFTS = "courier_phone,zone,starts_at,ends_at\n+33639980001,paris,2026-06-20T08:00Z,2026-06-20T12:00Z\n"

AT_THE_DOOR = {
    "id": "6a5dd0d4-5d0c-4b0e-9b43-6c2f6f0c9a11",
    "action": "arrive",
    "epoch": 1,
    "device_time": "2026-06-10T10:00:00Z",
}
ROWS: dict[str, Row] = {
    "create_quote": everybody(*KEYS, body=PLACE),
    "place_order": everybody(*KEYS, body=PLACE),
    "place_orders": everybody(*KEYS, body={"orders": [{**PLACE, "external_id": "batch-1"}]}),
    "validate_order": everybody(*KEYS, body=PLACE),
    "list_orders": everybody(M),
    "search_orders": everybody(M, query={"q": "Charonne"}),
    "get_order": own(M),
    "get_order_couriers": own(M),
    "get_order_history": own(M),
    "get_order_proof": own(M),
    "get_proof": own(M, F),
    "update_order": own(M, body={"pickup": {"instructions": "Ring twice"}}),
    "cancel_order": own(M, body={"reason": "other"}),
    "unlock_order_pin": own(M),
    "get_parcel": own(M, H),
    "track_order": own(is_public=True),
    "list_slots": everybody(query={**TRIP, "day": "2026-06-11"}),
    "list_zones": any_key(),
    "get_zone": any_key(),
    "find_zone": any_key(query={"lat": "48.86", "lon": "2.35"}),
    "list_networks": everybody(*KEYS),
    "list_fleets": everybody(F),
    "create_fleet": every_fleet(body={"name": "Second fleet"}),
    "get_fleet": shown(F),
    "update_fleet": fleets_own(body={"name": "Renamed"}),
    "list_vehicles": everybody(F),
    "create_vehicle": fleets_own(body=_vehicle),
    "get_vehicle": shown(F),
    "update_vehicle": fleets_own(body={"label": "Red"}),
    "retire_vehicle": fleets_own(),
    "import_vehicles": file("external_id,label\nvan-1,Blue\n"),
    "list_couriers": everybody(F),
    "create_courier": fleets_own(body=_courier),
    "get_courier": shown(F),
    "get_courier_track": shown(F, sees=frozenset(), query=THE_DAY),
    "update_courier": fleets_own(body={"name": "Bob"}),
    "activate_courier": fleets_own(),
    "deactivate_courier": fleets_own(),
    "revoke_courier_devices": fleets_own(),
    "import_couriers": file("phone,name\n+33639980001,Bob\n"),
    "list_shifts": everybody(F),
    "create_shift": fleets_own(body=_shift),
    "get_shift": shown(F),
    "update_shift": fleets_own(body={"external_id": "s-1"}),
    "delete_shift": fleets_own(),
    "import_shifts": file(SHIFTS),
    "list_timesheets": everybody(F),
    "list_connections": everybody(M, F),
    "invite": everybody(body=_invitation, with_test_key=REFUSED),
    "get_connection": shown(M, F),
    "change_connection": changed(M, F, body={"rights": []}),
    "accept_connection": changed(F, forbidden=frozenset({M}), body=_acceptance, before=propose_terms),
    "decline_connection": changed(F, forbidden=frozenset({M}), body={}, before=propose_terms),
    "pause_connection": changed(M, F, body={}, before=renew_connection),
    "resume_connection": changed(M, F, body={}, before=pause_both_sides),
    "end_connection": changed(M, F, body={}, before=renew_connection),
    "list_tariffs": everybody(F),
    "create_tariff": every_fleet(body=TARIFF),
    "get_tariff": shown(M, F),
    "replace_tariff": changed(F, body=TARIFF),
    "list_statements": everybody(M, F, query={"month": "2026-06"}),
    "get_statement": own(M, F),
    "get_connection_statement": shown(M, F),
    "list_hubs": everybody(H),
    "create_hub": changed(H, others=403, body=HUB),
    "get_hub": shown(H),
    "update_hub": changed(H, body={"name": "Renamed"}),
    "list_stock": own(H, query={"state": "expected"}),
    "scan_parcels": own(H, body=_scans),
    "report_incident": own(H, body=_damage),
    "list_incidents": everybody(M, H),
    "resolve_incident": own(M, H, body={}, before=break_parcel),
    "create_webhook_endpoint": everybody(body=NEW_ENDPOINT),
    "list_webhook_endpoints": everybody(M),
    "get_webhook_endpoint": own(M),
    "update_webhook_endpoint": own(M, body={"description": "Till"}),
    "delete_webhook_endpoint": own(M),
    "rotate_webhook_secret": own(M),
    "send_webhook_test": own(M),
    "list_webhook_messages": own(M),
    "get_webhook_message": own(M),
    "replay_webhook_message": own(M),
    "replay_failed_webhook_messages": own(M, body=NO_LONGER_AGO),
    "list_assignments": everybody(F),
    "get_assignment": own(F),
    "assign_leg": own(F, body=lambda world: {"leg_id": world.ids["open_leg_id"], "courier_id": world.ids["relief_id"]}),
    "reassign_leg": own(F, body=lambda world: {"courier": {"id": world.ids["relief_id"]}}),
    "unassign_leg": own(F, body={"reason": "flat tyre"}),
    "report_progress": own(F, body=AT_THE_DOOR),
    "list_unassigned_legs": everybody(F),
    "pin_leg": own(F),
    "unpin_leg": own(F),
    "reject_leg": own(F, body={"reason": "too far"}),
    "edit_leg": own(F, body={"pickup": {"instructions": "Back door"}}),
    "list_handed_on_legs": everybody(F, before=hand_on),
    "get_hand_on": own(F, before=hand_on),
    "hand_on_leg": own(F, body=lambda world: {"fleet": world.known["taker_id"]}),
    "take_back_leg": own(F, before=hand_on),
    "list_offers": everybody(F),
    "get_offer": own(F),
    "accept_offer": own(F),
    "decline_offer": own(F, body={"reason": "all out"}),
    "preview_plan": changed(
        F, Who.OTHER_FLEET, body=lambda world: {"zone_id": world.known["zone_id"]}, before=refill_rates
    ),
}
