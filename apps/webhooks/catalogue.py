"""Which events are told to other systems, as which kinds, to whom, and what of them is shown.

To tell of another event: one line in CATALOGUE, and one in docs/webhooks.md. Events are known by their names in the
event log, so that this app needs to know none of the apps above it. What a line does not name is not shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from apps.core.ids import public_id

LONGEST_TEXT = 300  # characters of one value: bodies stay well below 20 kB
MOST_ENTRIES = 100  # of a list
PREFIXES = {  # of public identifiers, by the name of the field; other identifiers are shown to nobody
    "order_id": "ord",
    "leg_id": "leg",
    "courier_id": "cou",
    "offer_id": "off",
    "fleet_id": "flt",
    "to_fleet_id": "flt",
    "connection_id": "con",
    "hub_id": "hub",
    "parcel_id": "par",
    "incident_id": "inc",
    "proof_id": "prf",
    "shift_id": "shi",
    "endpoint_id": "whe",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message and the event that it tells of.

    `when`: values that the payload must have. `unless`: values that it must not have. `to`: the fields that name the
    organisations that are told. `shows`: the fields that are shown; `says`: what is shown beside them.
    """

    name: str
    event: str
    shows: tuple[str, ...] = ()
    when: tuple[tuple[str, Any], ...] = ()
    unless: tuple[tuple[str, Any], ...] = ()
    says: tuple[tuple[str, Any], ...] = ()
    to: tuple[str, ...] = ("organisation_id",)

    def tells_of(self, payload: Mapping[str, Any]) -> bool:
        """Whether this is the kind for an event of that name with these values."""
        return all(payload.get(name) == value for name, value in self.when) and not any(
            payload.get(name) == value for name, value in self.unless
        )

    def recipients(self, payload: Mapping[str, Any]) -> frozenset[UUID]:
        """The organisations that are told."""
        return frozenset(UUID(payload[name]) for name in self.to if payload.get(name))

    def shown(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """What is told, as the API shows it."""
        told = {name: _shown(name, payload.get(name)) for name in self.shows}
        return {**told, **dict(self.says)}


def _order_became(status: str, kind: str = "", *shows: str) -> Kind:
    """The status of an order as its merchant sees it, which follows its legs'."""
    return Kind(
        kind or f"order.{status}",
        "LegMoved",
        shows=("order_id", "leg_id", "courier_id", "reason", *shows),
        when=(("order_status", status),),
        unless=(("order_status_before", status),),
        says=(("status", status),),
    )


def _order(name: str, event: str, *shows: str, **says: str) -> Kind:
    return Kind(f"order.{name}", event, shows=("order_id", *shows), says=tuple(says.items()))


def _offer(name: str, event: str, *shows: str) -> Kind:
    return Kind(f"offer.{name}", event, shows=("order_id", "leg_id", "offer_id", "courier_id", *shows))


def _duty(status: str) -> Kind:
    return Kind(
        f"courier.{status}", "DutyChanged", shows=("courier_id",), when=(("after", status),), says=(("status", status),)
    )


def _courier(name: str, event: str) -> Kind:
    return Kind(f"courier.{name}", event, shows=("courier_id", "fleet_id", "external_id"))


def _shift(name: str, event: str, *shows: str) -> Kind:
    return Kind(f"shift.{name}", event, shows=("shift_id", "courier_id", "fleet_id", "starts_at", "ends_at", *shows))


def _connection(name: str, event: str, *shows: str) -> Kind:
    """Each side has an event of its own."""
    return Kind(f"connection.{name}", event, shows=("connection_id", "fleet_id", "by", "status", *shows))


def _fleet_offer(name: str, event: str, *shows: str) -> Kind:
    """For a fleet with a dispatch of its own, which is not the order's merchant."""
    shown = ("order_id", "leg_id", "offer_id", "fleet_id", *shows)
    return Kind(f"fleet_offer.{name}", event, shows=shown, to=("executor_id",))


def _hand_on(name: str, event: str, *shows: str) -> Kind:
    """For the merchant, who handed it on, and to whom: each once, also where two of them are one."""
    shown = ("order_id", "leg_id", "fleet_id", "to_fleet_id", *shows)
    return Kind(f"leg.{name}", event, shows=shown, to=("organisation_id", "executor_id", "to_executor_id"))


def _incident(name: str, event: str, *shows: str) -> Kind:
    """For the merchant, and for the owner of the fleet whose courier it happened to."""
    shown = ("order_id", "incident_id", "kind", "parcel_id", "hub_id", "leg_id", "courier_id", *shows)
    return Kind(f"incident.{name}", event, shows=shown, to=("organisation_id", "executor_id"))


CATALOGUE: tuple[Kind, ...] = (
    _order("placed", "OrderPlaced", "placed_at", status="placed"),
    _order_became("placed", "order.unassigned"),
    _order_became("assigned"),
    _order_became("picked_up"),
    _order_became("at_hub"),
    _order_became("out_for_delivery"),
    _order_became("delivered", "", "handed_to", "note"),
    _order_became("failed", "", "note"),
    _order_became("returning"),
    _order_became("returned"),
    _order("cancelled", "OrderCancelled", "reason", status="cancelled"),
    _order("updated", "OrderUpdated", "changed"),
    _order("needs_attention", "AttentionRaised", "reason"),
    _order("attention_cleared", "AttentionCleared", "reason"),
    _offer("made", "OfferMade", "expires_at"),
    _offer("ended", "OfferEnded", "status", "reason"),
    _duty("on_duty"),
    _duty("paused"),
    _duty("off_duty"),
    _courier("added", "CourierAdded"),
    _courier("activated", "CourierActivated"),
    _courier("deactivated", "CourierDeactivated"),
    _shift("planned", "ShiftPlanned"),
    _shift("changed", "ShiftChanged"),
    _shift("cancelled", "ShiftCancelled"),
    _shift("late", "ShiftLate"),
    _shift("missed", "ShiftMissed"),
    _shift("forgotten", "ShiftForgotten", "ended_at"),
    _connection("invited", "ConnectionInvited"),
    _connection("accepted", "ConnectionAccepted"),
    _connection("paused", "ConnectionPaused"),
    _connection("resumed", "ConnectionResumed"),
    _connection("ended", "ConnectionEnded", "was_declined", "reason"),
    _connection("changed", "ConnectionChanged", "change"),
    _fleet_offer("made", "FleetOffered", "expires_at"),
    _fleet_offer("ended", "FleetOfferEnded", "status", "reason"),
    _order("refused_by_fleet", "FleetRefused", "leg_id", "fleet_id", "reason"),
    _hand_on("handed_on", "LegHandedOn"),
    _hand_on("hand_on_ended", "LegHandOnEnded", "end"),
    _order("proof_arrived", "ProofArrived", "leg_id", "proof_id", "stop", "kind"),
    Kind("parcel.scanned", "ParcelScanned", shows=("order_id", "parcel_id", "hub_id", "direction", "at")),
    _incident("opened", "IncidentOpened", "note"),
    _incident("resolved", "IncidentResolved", "resolution"),
    Kind("webhook_endpoint.disabled", "EndpointDisabled", shows=("endpoint_id", "reason")),
)
KINDS: tuple[str, ...] = tuple(kind.name for kind in CATALOGUE)
TOLD_EVENTS = frozenset(kind.event for kind in CATALOGUE)


def kind_of(name: str, payload: Mapping[str, Any]) -> Kind | None:
    """The kind that an event is told as, None for one that is not told."""
    return next((kind for kind in CATALOGUE if kind.event == name and kind.tells_of(payload)), None)


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(name, entry) for entry in value[:MOST_ENTRIES]]
    if not isinstance(value, str):
        return value
    if name in PREFIXES:
        return public_id(PREFIXES[name], UUID(value))
    if name == "at" or name.endswith(("_at", "_time")):
        return rfc3339(datetime.fromisoformat(value))
    return value[:LONGEST_TEXT]


def rfc3339(moment: datetime) -> str:
    """A time as the API shows it: in UTC, with `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
