"""What a courier must show before parcels count as picked up or delivered, where the merchant asked for it."""

import logging
from collections.abc import Sequence
from uuid import UUID

from apps.core import clock
from apps.core.redis import RedisError, connection
from apps.dispatch.leg_state import leg_state
from apps.orders.errors import PinLocked, PinRequired, ProofRequired, ScanRequired, WrongPin
from apps.orders.lifecycle import LegStatus
from apps.orders.models import FILES, Leg, ProofAsked, Stop
from apps.orders.services import all_scanned, is_proven, lacks_files, try_pin

logger = logging.getLogger(__name__)
WRONG_A_DAY = 20  # of one courier, over all orders
_AT_THE_DOOR = (LegStatus.PICKED_UP, LegStatus.AT_DROPOFF)
_TWO_DAYS_S = 2 * 24 * 60 * 60


def check_pin(*, courier_id: UUID, leg_id: UUID, epoch: int, pin: str) -> None:
    """Let a courier try the recipient's PIN before delivering, in a transaction of its own: a wrong one is counted.

    Nothing is tried for a leg that needs none or could not be delivered by this courier now: that is for the delivery
    to say. Raises WrongPin with the tries that are left, or PinLocked.
    """
    leg = Leg.objects.select_related("order").filter(pk=leg_id, courier_id=courier_id, epoch=epoch).first()
    if leg is None or leg.status not in _AT_THE_DOOR or not needs_pin(leg):
        return
    if _wrong_today(courier_id) >= WRONG_A_DAY:
        raise PinLocked(state=leg_state(leg))
    tried = try_pin(leg=leg, given=pin)
    if not tried.is_right:
        _count_wrong(courier_id)
        raise WrongPin(state={**leg_state(leg), "tries_left": tried.tries_left})


def check_proven(leg: Leg, stop: Stop, *, courier_id: UUID, proofs: Sequence[UUID], is_fleets: bool) -> None:
    """Whether what is asked for at a stop was shown, or is named by `proofs`. The leg's order at hand.

    Raises PinRequired, ProofRequired, or ScanRequired: the last because the scan may still be on its way. The PIN is
    the recipient's and told to us; of the rest, a fleet with a dispatch of its own keeps what it needs itself.
    """
    asked = leg.proof_asked(stop)
    if ProofAsked.PIN in asked and not is_proven(leg.order_id):
        raise PinRequired(state=leg_state(leg))
    if is_fleets:
        return
    if FILES & asked and lacks_files(asked=asked, courier_id=courier_id, client_ids=proofs):
        raise ProofRequired(state=leg_state(leg))
    if ProofAsked.BARCODE in asked and not all_scanned(leg, stop):
        raise ScanRequired(state=leg_state(leg))


def needs_pin(leg: Leg) -> bool:
    """Whether the leg ends with a recipient who has a PIN to tell; one that ends in a hub does not."""
    return ProofAsked.PIN in leg.proof_asked(Stop.DROPOFF)


def _wrong_today(courier_id: UUID) -> int:
    try:
        return int(connection().get(_key(courier_id)) or 0)
    except RedisError as error:
        logger.warning("Wrong PINs of a day are not known, Redis is away (%s): those of the order still count.", error)
        return 0


def _count_wrong(courier_id: UUID) -> None:
    try:
        with connection().pipeline() as pipe:
            pipe.incr(_key(courier_id))
            pipe.expire(_key(courier_id), _TWO_DAYS_S)
            pipe.execute()
    except RedisError as error:
        logger.warning("A wrong PIN is not counted for its courier, Redis is away (%s).", error)


def _key(courier_id: UUID) -> str:
    return f"wrong_pins:{courier_id.hex}:{clock.now():%Y-%m-%d}"
