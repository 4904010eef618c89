"""A courier scans a parcel at a stop of a leg they have."""

from uuid import UUID

from apps.core.db import atomic
from apps.dispatch.leg_state import leg_state
from apps.dispatch.services.hands import leg_in_hands
from apps.orders.errors import WrongParcel
from apps.orders.models import Leg
from apps.orders.services import NewStopScan, note_scan


@atomic(rereads=3)
def courier_scans(*, courier_id: UUID, leg_id: UUID, epoch: int, scan: NewStopScan) -> Leg:
    """Note a scan, wherever the leg stands: phones may tell of it before the arrival, or after the handover.

    Raises LegNotFound, NotYourLeg, StaleEpoch or WrongParcel, the last two with the state.
    """
    leg = leg_in_hands(courier_id=courier_id, leg_id=leg_id, epoch=epoch)
    try:
        note_scan(leg=leg, courier_id=courier_id, scan=scan)
    except WrongParcel as error:
        raise WrongParcel(state=leg_state(leg)) from error
    return leg
