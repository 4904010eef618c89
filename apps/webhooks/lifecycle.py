"""The life of a message: pending until an endpoint took it or all tries are used up. A replay begins again."""

from django.db.models import TextChoices

from apps.core.errors import Conflict


class MessageStatus(TextChoices):
    """Where a message to one endpoint stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"  # nobody tries any more; it can be replayed


class DisabledReason(TextChoices):
    """Why an endpoint is sent nothing."""

    BY_OWNER = "by_owner"
    GONE = "gone"  # it answered 410
    FAILING = "failing"  # nothing but failures for 120 hours


_M = MessageStatus
MOVES: dict[MessageStatus, frozenset[MessageStatus]] = {
    _M.PENDING: frozenset({_M.DELIVERED, _M.FAILED}),
    _M.DELIVERED: frozenset({_M.PENDING}),
    _M.FAILED: frozenset({_M.PENDING}),
}


class IllegalMessageMove(Conflict):
    """The table has no such move; `state` tells where the message stands."""

    code = "illegal_message_move"


def check_move(current: MessageStatus, wanted: MessageStatus) -> None:
    """Raises IllegalMessageMove unless the table has the move."""
    if wanted not in MOVES[current]:
        raise IllegalMessageMove(
            f"A message that is {current} cannot become {wanted}.", state={"status": current.value}
        )
