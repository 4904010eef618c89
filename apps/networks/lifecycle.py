"""The life of a connection: invited → accepted ⇄ paused → ended; an invitation may be declined, which ends it too."""

from django.db.models import TextChoices

from apps.core.errors import Conflict


class ConnectionStatus(TextChoices):
    """Where the link between an ordering organisation and a fleet stands."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    PAUSED = "paused"
    ENDED = "ended"


class Side(TextChoices):
    """Which end of a connection an organisation is."""

    ORDERER = "orderer"
    EXECUTOR = "executor"  # the fleet's owner

    @property
    def other(self) -> "Side":
        """The other end."""
        return Side.EXECUTOR if self is Side.ORDERER else Side.ORDERER


class Right(TextChoices):
    """What the executor may do with the orders that it gets over a connection."""

    SEE = "see"  # contacts and instructions before it has accepted
    REJECT = "reject"
    EDIT = "edit"  # times and instructions
    HAND_ON = "hand_on"  # to a fleet that it is connected to itself


_S = ConnectionStatus
MOVES: dict[ConnectionStatus, frozenset[ConnectionStatus]] = {
    _S.INVITED: frozenset({_S.ACCEPTED, _S.ENDED}),
    _S.ACCEPTED: frozenset({_S.PAUSED, _S.ENDED}),
    _S.PAUSED: frozenset({_S.ACCEPTED, _S.ENDED}),
    _S.ENDED: frozenset(),
}


class IllegalConnectionMove(Conflict):
    """The table has no such move; `state` tells where the connection stands."""

    code = "illegal_connection_move"


def check_move(current: ConnectionStatus, wanted: ConnectionStatus) -> None:
    """Raises IllegalConnectionMove unless the table has the move."""
    if wanted not in MOVES[current]:
        message = f"A connection that is {current} cannot become {wanted}."
        raise IllegalConnectionMove(message, state={"status": current.value})
