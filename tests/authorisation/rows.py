"""One row per operation of the REST API: who may, who sees, and what the others are told.

An operation without a row fails the suite: whoever adds one says here who may call it.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.authorisation.world import KEYS, PLACE, Who

M, F, H = Who.MERCHANT, Who.FLEET, Who.HUB


@dataclass(frozen=True)
class Row:
    """What is expected of one operation.

    `may`: who gets a success. `others`: what other living keys get, 404 where they must not learn that the thing is
    there. `sees`: in whose answers ids of the world may appear. Everybody without a living key gets 401, a key without
    scopes 403; `is_public`: everybody succeeds.
    """

    may: frozenset[Who]
    others: int = 404
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    sees: frozenset[Who] | None = None
    is_public: bool = False
    content_type: str = "application/json"


def own(*who: Who, **more: Any) -> Row:
    """A thing that belongs to these; nobody else learns of it."""
    return Row(frozenset(who), **more)


def everybody(*sees: Who, **more: Any) -> Row:
    """Any living key may; only these find something of the world in the answer."""
    return Row(KEYS, sees=frozenset(sees), **more)


AT_THE_DOOR = {
    "id": "6a5dd0d4-5d0c-4b0e-9b43-6c2f6f0c9a11",
    "action": "arrive",
    "epoch": 1,
    "device_time": "2026-06-10T10:00:00Z",
}
ROWS: dict[str, Row] = {
    "create_quote": everybody(*KEYS, body=PLACE),
    "place_order": everybody(*KEYS, body=PLACE),
    "list_orders": everybody(M),
    "get_order": own(M),
    "get_order_history": own(M),
    "cancel_order": own(M, body={"reason": "other"}),
    "list_assignments": everybody(F),
    "get_assignment": own(F),
    "assign_leg": own(
        F, body=lambda world: {"leg_id": world.ids["open_leg_id"], "courier_id": world.ids["courier_id"]}
    ),
    "reassign_leg": own(F, body=lambda world: {"courier": {"id": world.ids["courier_id"]}}),
    "unassign_leg": own(F, body={"reason": "flat tyre"}),
    "report_progress": own(F, body=AT_THE_DOOR),
    "list_unassigned_legs": everybody(F),
    "pin_leg": own(F),
    "unpin_leg": own(F),
    "reject_leg": own(F, body={"reason": "too far"}),
    "list_offers": everybody(F),
    "get_offer": own(F),
    "accept_offer": own(F),
    "decline_offer": own(F, body={"reason": "all out"}),
    "preview_plan": own(F, Who.OTHER_FLEET, body=lambda world: {"zone_id": world.ids["zone_id"]}),
}
