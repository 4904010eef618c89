"""What the screens say: statuses, reasons and events in the words of a dispatcher."""

from typing import Any

from apps.orders.lifecycle import ENDED, ON_BOARD, WAITING, LegStatus

STATUS: dict[str, str] = {
    LegStatus.WAITING: "In the hub",
    LegStatus.OPEN: "Waiting",
    LegStatus.OFFERED: "Offered",
    LegStatus.ASSIGNED: "To pickup",
    LegStatus.AT_PICKUP: "At pickup",
    LegStatus.PICKED_UP: "On board",
    LegStatus.AT_DROPOFF: "At door",
    LegStatus.DELIVERED: "Delivered",
    LegStatus.FAILED: "Failed",
    LegStatus.RETURNING: "Returning",
    LegStatus.RETURNED: "Returned",
    LegStatus.CANCELLED: "Cancelled",
}

REASONS: dict[str, str] = {
    "beyond_horizon": "Ready too far ahead to be planned now",
    "no_courier_on_shift": "No courier is on duty",
    "no_eligible_fleet": "No fleet on duty may carry it",
    "missing_skill": "Nobody on duty has the skills it asks for",
    "no_suitable_vehicle": "Nobody on duty rides what it may be carried on",
    "too_heavy": "Too heavy for every courier on duty",
    "too_large": "Too large for every courier on duty",
    "too_many_parcels": "Too many parcels for every courier on duty",
    "every_courier_declined": "Every courier declined",
    "shift_ends_too_soon": "Every shift ends before it could be picked up",
    "window_cannot_be_met": "Nobody can reach the door in time",
    "too_long_on_board": "Everybody would have it on board for too long",
    "beyond_plan_size": "Waits for the next plan: too much is open at once",
    "no_courier_free": "Every courier who could take it is busy",
    "waiting_for_a_better_courier": "Waits for a courier who is better placed",
    "pinned": "Kept by hand: the planner does not give it out",
    "planned": "In the plan, not given out yet",
    "waiting": "Nobody has taken it for too long",
    "no_courier": "No courier could be found",
    "nobody_accepted": "Everybody was asked, and nobody took it",
    "courier_silent": "Its courier has gone silent",
    "silent_courier": "Its courier has gone silent",
    "late": "It is late",
    "failed": "The delivery failed",
    "poison": "Planning stops on this order",
    "dispatcher": "by hand",
    "misrouted": "A parcel is at a hub that is not on its way",
    "missing_parcel": "A parcel is missing",
    "damaged": "A parcel is damaged",
    "damaged_parcel": "Its courier reports a damaged parcel",
    "accident": "Its courier had an accident",
    "breakdown": "Its courier cannot ride on",
    "delay": "Its courier reports a delay",
    "other": "Its courier reports a problem",
    "far_from_dropoff": "Delivered by a phone that was elsewhere",
    "reused_photo": "Its photo is that of another order",
    "proof_missing": "A photo or signature has not arrived",
    "pin_locked": "Too many wrong PINs",
}

EVENTS: dict[str, str] = {
    "OrderPlaced": "Placed",
    "OrderCancelled": "Cancelled",
    "OfferMade": "Offered",
    "FleetOffered": "Offered to a fleet",
    "LegHandedOn": "Handed on to another fleet",
    "LegHandOnEnded": "No longer with the other fleet",
    "AttentionRaised": "Needs attention",
    "AttentionCleared": "No longer needs attention",
    "IncidentOpened": "Incident",
    "IncidentResolved": "Incident resolved",
    "ProofArrived": "Photo or signature arrived",
    "ParcelScannedAtStop": "Parcel scanned by the courier",
}

_MOVES: dict[str, str] = {
    LegStatus.OPEN: "Open again",
    LegStatus.OFFERED: "Offer on its way",
    LegStatus.ASSIGNED: "Assigned",
    LegStatus.AT_PICKUP: "Arrived at the pickup",
    LegStatus.PICKED_UP: "Picked up",
    LegStatus.AT_DROPOFF: "Arrived at the door",
    LegStatus.DELIVERED: "Delivered",
    LegStatus.FAILED: "Failed",
    LegStatus.RETURNING: "On the way back",
    LegStatus.RETURNED: "Returned",
    LegStatus.CANCELLED: "Cancelled",
}

_AT_A_HUB: dict[str, str] = {LegStatus.AT_DROPOFF: "Arrived at the hub", LegStatus.DELIVERED: "Brought to the hub"}
_SCANNED: dict[str, str] = {"in": "Scanned into the hub", "out": "Scanned out of the hub"}

DECIDED: dict[str, str] = {
    "planner": "by the planner",
    "courier": "accepted",
    "dispatcher": "by hand",
    "fleet": "accepted by the fleet",
}

_OFFER_ENDS = {
    "accepted": "Offer accepted",
    "declined": "Offer declined",
    "expired": "Offer expired unanswered",
    "withdrawn": "Offer withdrawn",
}


PROOFS: dict[str, str] = {
    "photo": "Photo",
    "signature": "Signature",
    "pin": "PIN",
    "barcode": "Scan of every parcel",
}

_HANDED_TO = {
    "neighbour": "Handed to a neighbour",
    "reception": "Handed to the reception",
    "safe_place": "Left in a safe place",
}


def reason(code: str) -> str:
    """A reason's sentence; an unknown code is shown as its own words, an empty one as nothing."""
    return REASONS.get(code) or code.replace("_", " ").capitalize()


def state_of(status: str) -> str:
    """The group that a status belongs to on the board: waiting, assigned, on_board, failed or ended."""
    if status in WAITING or status == LegStatus.WAITING:
        return "waiting"
    if status in ON_BOARD:
        return "on_board"
    if status == LegStatus.FAILED:
        return "failed"
    return "ended" if status in ENDED else "assigned"


def happening(name: str, payload: dict[str, Any]) -> str:
    """The headline of an event in an order's history."""
    if name == "LegMoved":
        if payload.get("before") == LegStatus.WAITING and payload.get("after") == LegStatus.OPEN:
            return "Ready at the hub"
        if payload.get("hub_id") and (there := _AT_A_HUB.get(payload.get("after", ""))):
            return there
        return _MOVES.get(payload.get("after", ""), "Moved")
    if name in ("OfferEnded", "FleetOfferEnded"):
        return _OFFER_ENDS.get(payload.get("status", ""), "Offer ended")
    if name == "ParcelScanned":
        return _SCANNED.get(payload.get("direction", ""), "Scanned")
    return EVENTS.get(name) or _spaced(name)


def handed_to(code: str | None) -> str:
    """To whom the parcels went; nothing for the recipient, which is what a phone that says nothing means."""
    return _HANDED_TO.get(code or "", "")


def actor(name: str) -> str:
    """Who was behind an event, as people call them."""
    kind, _, rest = name.partition(":")
    if kind == "user":
        return f"by {rest.partition('@')[0]}"
    plain = {"system": "", "key": "through the API", "merchant": "by the merchant", "courier": ""}
    return plain.get(kind, f"by the {kind}")


def street(address: str) -> str:
    """The street of an address, without postcode and town."""
    return address.partition(",")[0].strip()


def initials(name: str) -> str:
    """Two letters for a courier's marker."""
    parts = [part for part in name.replace("-", " ").split() if part[0].isalpha()]
    if len(parts) < 2:
        return name[:2].upper()
    return (parts[0][0] + parts[-1][0]).upper()


def _spaced(name: str) -> str:
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return spaced.strip().capitalize()
