"""Why a stop failed, in codes that can be counted; whatever else somebody writes is `other`, with their words."""

from django.db.models import TextChoices

from apps.orders.models import Stop

LONGEST_NOTE = 200


class FailReason(TextChoices):
    """What courier apps offer to choose from."""

    CLOSED = "closed"
    NOT_READY = "not_ready"
    NO_PARCEL = "no_parcel"
    TOO_LARGE = "too_large"
    RECIPIENT_ABSENT = "recipient_absent"
    RECIPIENT_REFUSED = "recipient_refused"
    NO_ACCESS = "no_access"
    DAMAGED = "damaged"
    WRONG_ADDRESS = "wrong_address"
    UNSAFE = "unsafe"
    OTHER = "other"


_R = FailReason
FAIL_REASONS: dict[Stop, tuple[FailReason, ...]] = {
    Stop.PICKUP: (
        _R.CLOSED,
        _R.NOT_READY,
        _R.NO_PARCEL,
        _R.DAMAGED,
        _R.TOO_LARGE,
        _R.WRONG_ADDRESS,
        _R.UNSAFE,
        _R.OTHER,
    ),
    Stop.DROPOFF: (
        _R.RECIPIENT_ABSENT,
        _R.RECIPIENT_REFUSED,
        _R.WRONG_ADDRESS,
        _R.NO_ACCESS,
        _R.DAMAGED,
        _R.UNSAFE,
        _R.OTHER,
    ),
}


def read_reason(stop: Stop, text: str, note: str = "") -> tuple[FailReason, str]:
    """The code for what was said at a stop, and the note that goes with it."""
    known = next((reason for reason in FAIL_REASONS[stop] if reason == text), None)
    if known is not None:
        return known, note
    return FailReason.OTHER, ": ".join(part for part in (text, note) if part)[:LONGEST_NOTE]
