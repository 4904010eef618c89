"""A recipient's PIN is tried at the door: at most five times, whoever tries and however many at once."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.orders.errors import PinLocked
from apps.orders.events import RecipientPinRight, RecipientPinWrong
from apps.orders.models import Leg, PinCheck
from apps.orders.pins import TRIES, is_pin_of
from apps.orders.services.attention import clear_attention, raise_attention

LOCKED = "pin_locked"


@dataclass(frozen=True, slots=True)
class PinTried:
    """What came of a try."""

    is_right: bool
    tries_left: int


@atomic(rereads=10)
def try_pin(*, leg: Leg, given: str) -> PinTried:
    """Try a PIN for the order of a leg; a right one stays right. The try is counted before it is looked at.

    It says what came of it rather than raising: the count must be written. Raises PinLocked when no try is left.
    """
    check = _check_of(leg.order_id)
    if check.is_right:
        return PinTried(is_right=True, tries_left=TRIES - check.tries)
    if check.tries >= TRIES:
        raise PinLocked
    check.swap(tries=check.tries + 1)
    tried = PinTried(is_pin_of(leg.order_id, given), tries_left=TRIES - check.tries)
    whose = {"order_id": leg.order_id, "organisation_id": leg.organisation_id, "zone_id": leg.zone_id}
    if tried.is_right:
        check.swap(right_at=clock.now())
        publish(RecipientPinRight(**whose, leg_id=leg.pk))
        return tried
    publish(RecipientPinWrong(**whose, leg_id=leg.pk, tries_left=tried.tries_left))
    if not tried.tries_left:
        raise_attention(order_id=leg.order_id, reason=LOCKED)
    return tried


@atomic(rereads=3)
def unlock_pin(*, order_id: UUID) -> None:
    """Give the courier five tries again, once somebody has talked to the recipient."""
    check = PinCheck.objects.filter(order_id=order_id).first()
    if check is None or check.is_right or not check.tries:
        return
    check.swap(tries=0)
    clear_attention(order_id=order_id, reason=LOCKED)


def is_proven(order_id: UUID) -> bool:
    """Whether the right PIN was told for an order."""
    return PinCheck.objects.filter(order_id=order_id, right_at__isnull=False).exists()


def _check_of(order_id: UUID) -> PinCheck:
    found = PinCheck.objects.filter(order_id=order_id).first()
    if found:
        return found
    try:
        return PinCheck.objects.create(order_id=order_id)
    except IntegrityError as error:
        raise Conflict from error  # the first try was made elsewhere at this moment: read again
