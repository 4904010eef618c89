"""How a shift ended: all that must be the same, whatever the network did on the way."""

from collections import Counter
from uuid import UUID

from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch.models import Assignment, Offer
from apps.mobile.switches import DUTY_KINDS
from apps.mobile.tests.shifts import Shift
from apps.orders.models import Incident, Leg, Order, PinCheck, ProofFile, StopScan
from apps.orders.selectors.proofs import proofs_of

STEPS = ("accept_offer", "arrive", "pick_up", "deliver", "fail")
TOLD = ("after", "status", "kind", "reason", "stop", "tries_left", "note", "handed_to")  # of what events say


def story_of(shift: Shift) -> dict[str, object]:
    """All that must be the same at the end. Lists are by leg."""
    courier = Courier.objects.get(pk=shift.courier.pk)
    done = Assignment.objects.filter(courier=courier)
    return {
        "duty": (courier.status, courier.load_legs, courier.shift_id),
        "legs": [_leg(leg) for leg in shift.legs],
        "offers": [Offer.objects.get(leg=leg).status for leg in shift.legs],
        "assignments": sorted((row.epoch, row.is_live, row.end) for row in done),
        "scans": [_scans(shift, number) for number in range(len(shift.legs))],
        "files": [_files(leg) for leg in shift.legs],
        "proofs": [_proofs(leg) for leg in shift.legs],
        "pins": [PinCheck.objects.filter(order_id=leg.order_id).values_list("tries").first() for leg in shift.legs],
        "incidents": [_incidents(leg.order_id) for leg in shift.legs],
        "flags": [Order.objects.get(pk=leg.order_id).needs_attention for leg in shift.legs],
        "moves": [_moves(leg) for leg in shift.legs],
        "events": [_events(leg) for leg in shift.legs],
    }


def _leg(leg: Leg) -> tuple[object, ...]:
    row = Leg.objects.select_related("order").get(pk=leg.pk)
    return row.status, row.epoch, row.version, row.courier_id is not None, row.order.status


def _scans(shift: Shift, number: int) -> list[tuple[object, ...]]:
    places = {parcel.pk: place for place, parcel in enumerate(shift.parcels(number))}
    rows = StopScan.objects.filter(leg=shift.legs[number])
    return sorted((row.stop, places[row.parcel_id], row.epoch, row.device_time) for row in rows)


def _files(leg: Leg) -> list[tuple[object, ...]]:
    rows = ProofFile.objects.filter(leg=leg)
    return sorted(
        (row.stop, row.kind, row.epoch, row.device_time, row.signed_by, bool(row.named_at), row.is_complete, row.pieces)
        for row in rows
    )


def _proofs(leg: Leg) -> Counter[tuple[object, ...]]:
    """As the merchant is shown them."""
    return Counter(
        (proof.stop, proof.kind, proof.device_time, proof.signed_by, proof.note, proof.handed_to, proof.is_complete)
        for proof in proofs_of(leg.order_id)
    )


def _incidents(order_id: UUID) -> list[tuple[object, ...]]:
    rows = Incident.objects.filter(order_id=order_id)
    return sorted((row.kind, row.is_open, row.note) for row in rows)


def _moves(leg: Leg) -> list[str]:
    """The way of a leg, in its order."""
    rows = Event.objects.filter(order_id=leg.order_id, name="LegMoved").order_by("id")
    return [row.payload["after"] for row in rows]


def _events(leg: Leg) -> Counter[tuple[object, ...]]:
    """What was published of an order, in whichever order."""
    rows = Event.objects.filter(order_id=leg.order_id)
    return Counter((row.name, *[row.payload.get(name) for name in TOLD]) for row in rows)


def kept_results(shift: Shift) -> list[tuple[object, ...]]:
    """The first results of what is not duty, without ids. Where the leg stood is the same for its own steps alone."""
    outbox = shift.outbox
    kept = [(outbox.actions[place], result) for place, result in sorted(outbox.first.items())]
    return [
        (action["kind"], result["outcome"], result.get("error"), _state(action, result))
        for action, result in kept
        if action["kind"] not in DUTY_KINDS
    ]


def _state(action: dict, result: dict) -> dict[str, object]:
    state = {name: value for name, value in result.get("state", {}).items() if name != "leg_id"}
    if action["kind"] not in STEPS or "error" in result:
        state.pop("status", None)
    return state
