"""Take in batches of scans: any order of arrival, any repetition, late batches end in the same final state.

- Each scan runs in a transaction of its own, together with its row. The unique index on hub and client id is the guard:
  whoever brings the same scan again gets the first result.
- Where a parcel is follows from all of its scans, read by the time at which they were made: see `timeline`. A scan that
  tells nothing new is refused, and kept all the same: a late one may give it sense.
- Every scan swaps the row of the order: scans of one order come one after the other, and of two that bring its last two
  parcels at once, the second sees the first.
- A refusal that something else may turn around (an unknown parcel, a lost race) is not kept: send it again.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict, CoursierError, Unavailable
from apps.core.events import publish
from apps.core.ids import public_id
from apps.hubs.errors import OrderWasCancelled
from apps.hubs.models import Direction, Hub, Scan
from apps.hubs.services.finding import parcel_scanned
from apps.hubs.timeline import ALREADY_IN, APPLIED, MISROUTED, NOT_IN, Passing, Timeline, Way, read_timeline
from apps.orders.events import ParcelScanned
from apps.orders.lifecycle import OrderStatus
from apps.orders.models import IncidentKind, Leg, Order, Parcel
from apps.orders.services import ParcelPlace, close_incidents, open_incident, put_parcel

logger = logging.getLogger(__name__)
CLOCK_TOLERANCE = timedelta(minutes=5)
_MESSAGES = {
    ALREADY_IN: "The parcel is in this hub already.",
    NOT_IN: "The parcel is not in this hub.",
    MISROUTED: "The parcel does not pass this hub: set it aside. It is noted as being here.",
}


@dataclass(frozen=True, slots=True)
class NewScan:
    """A scan as the device tells it. `parcel_id` or `barcode` says of what; `id` is the same when it is sent again."""

    id: UUID
    direction: Direction
    device_time: datetime
    parcel_id: UUID | None = None
    barcode: str = ""
    by: str = ""


class ScanState(TypedDict):
    """Where the parcel is after a scan. Of one that does not pass the hub no more is told than that it is there."""

    parcel: str
    is_in: bool
    order: NotRequired[str]
    short_code: NotRequired[str]
    order_status: NotRequired[str]


class ScanResult(TypedDict):
    """The answer to one scan: `applied`, `replayed` or `refused`; `code` and `message` say why, also when replayed."""

    id: str
    outcome: str
    code: str
    message: str
    state: ScanState | None


def scan_batch(hub: Hub, scans: Sequence[NewScan], *, is_test: bool) -> list[ScanResult]:
    """Take scans in by the times at which they were made. Returns their results in the order of sending."""
    known = _first_results(hub, {scan.id for scan in scans})
    results: dict[int, ScanResult] = {}
    for place in sorted(range(len(scans)), key=lambda place: (scans[place].device_time, place)):
        scan = scans[place]
        if scan.id in known:
            results[place] = _replayed(known[scan.id])
            continue
        results[place], is_kept = _take_once(hub, scan, is_test=is_test)
        if is_kept:
            known[scan.id] = results[place]
    return [results[place] for place in range(len(scans))]


def _take_once(hub: Hub, scan: NewScan, *, is_test: bool) -> tuple[ScanResult, bool]:
    """The result of a scan that was not seen before, and whether it is kept."""
    try:
        return _take(hub, scan, is_test=is_test), True
    except IntegrityError:  # the same scan was taken in at this moment, from elsewhere
        first = _first_results(hub, [scan.id])
        return (_replayed(first[scan.id]), True) if first else (_refused(scan, Conflict()), False)
    except CoursierError as error:
        return _refused(scan, error), False
    except Exception:  # one scan that we fail at must not keep the others on the device
        logger.exception("The scan %s at hub %s failed.", scan.id, hub.pk)
        return _refused(scan, Unavailable("This could not be done now: send it again.")), False


@atomic(rereads=10)
def _take(hub: Hub, scan: NewScan, *, is_test: bool) -> ScanResult:
    received_at = clock.now()
    parcel = parcel_scanned(hub, parcel_id=scan.parcel_id, barcode=scan.barcode, is_test=is_test)
    order = Order.objects.get(pk=parcel.order_id)
    if order.status == OrderStatus.CANCELLED and scan.direction == Direction.IN:
        raise OrderWasCancelled(state=_state(hub, parcel, order))
    order.swap()
    parcel.refresh_from_db()
    made = _row(hub, parcel, scan, received_at)
    timeline, codes = read_timeline([*_passings(parcel), _passing(made)], _way(parcel))
    code = codes[scan.id]
    _put(parcel, timeline)
    if code in (APPLIED, MISROUTED):
        publish(_scanned(order, made))
    _see_to_incidents(parcel, timeline, is_news=code == MISROUTED)
    order.refresh_from_db()
    outcome = "applied" if code == APPLIED else "refused"
    made.result = ScanResult(
        id=str(scan.id),
        outcome=outcome,
        code=code,
        message=_MESSAGES.get(code, ""),
        state=_state(hub, parcel, order),
    )
    made.save(force_insert=True)
    return made.result  # type: ignore[no-any-return] # a JSON column has no type of its own


def _row(hub: Hub, parcel: Parcel, scan: NewScan, received_at: datetime) -> Scan:
    earliest, latest = received_at - CLOCK_TOLERANCE, received_at + CLOCK_TOLERANCE
    return Scan(
        hub=hub,
        client_id=scan.id,
        parcel=parcel,
        direction=scan.direction,
        by=scan.by,
        device_time=scan.device_time,
        ordered_at=min(scan.device_time, received_at),
        shown_at=max(earliest, min(latest, scan.device_time)),
        received_at=received_at,
    )


def _passings(parcel: Parcel) -> Iterable[Passing]:
    return [_passing(row) for row in Scan.objects.filter(parcel_id=parcel.pk)]


def _passing(row: Scan) -> Passing:
    return Passing(
        client_id=row.client_id,
        hub_id=row.hub_id,
        is_in=row.direction == Direction.IN,
        ordered_at=row.ordered_at,
        device_time=row.device_time,
        shown_at=row.shown_at,
    )


def _way(parcel: Parcel) -> Way:
    if parcel.via_hub_id is None:
        return Way(None)
    onwards = Leg.objects.filter(order_id=parcel.order_id, pickup_hub_id=parcel.via_hub_id)
    return Way(parcel.via_hub_id, onwards.values_list("picked_up_at", flat=True).first())


def _put(parcel: Parcel, timeline: Timeline) -> None:
    place = ParcelPlace(timeline.hub_id, timeline.since, timeline.reached_at)
    if place != ParcelPlace(parcel.hub_id, parcel.hub_since, parcel.reached_hub_at):
        put_parcel(parcel, place)


def _see_to_incidents(parcel: Parcel, timeline: Timeline, *, is_news: bool) -> None:
    """A parcel that turned up is no longer missing; one that went astray is misrouted until it is where it belongs.

    Only a scan that tells of it opens an incident: one that a person has resolved stays so.
    """
    if timeline.reached_at:
        close_incidents(parcel_id=parcel.pk, kinds=(IncidentKind.MISSING_PARCEL,), resolution="scanned in")
    if timeline.astray_hub_id is None:
        close_incidents(parcel_id=parcel.pk, kinds=(IncidentKind.MISROUTED,), resolution="scanned in where it belongs")
    elif is_news:
        open_incident(kind=IncidentKind.MISROUTED, parcel=parcel, hub_id=timeline.astray_hub_id)


def _scanned(order: Order, scan: Scan) -> ParcelScanned:
    return ParcelScanned(
        order_id=order.pk,
        organisation_id=order.organisation_id,
        zone_id=order.zone_id,
        parcel_id=scan.parcel_id,
        hub_id=scan.hub_id,
        direction=scan.direction,
        at=scan.shown_at,
    )


def _state(hub: Hub, parcel: Parcel, order: Order) -> ScanState:
    state = ScanState(parcel=public_id("par", parcel.pk), is_in=parcel.hub_id == hub.pk)
    if parcel.via_hub_id == hub.pk:
        state["order"] = public_id("ord", order.pk)
        state["short_code"] = order.short_code
        state["order_status"] = order.status
    return state


def _refused(scan: NewScan, error: CoursierError) -> ScanResult:
    state: Any = error.state
    return ScanResult(id=str(scan.id), outcome="refused", code=error.code, message=str(error), state=state)


def _replayed(first: ScanResult) -> ScanResult:
    return {**first, "outcome": "replayed"}


def _first_results(hub: Hub, ids: Iterable[UUID]) -> dict[UUID, ScanResult]:
    """What is kept of these scans: one query for all."""
    return dict(Scan.objects.filter(hub_id=hub.pk, client_id__in=list(ids)).values_list("client_id", "result"))
