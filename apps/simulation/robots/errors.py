"""What a robot hears instead of an answer: nothing, as any client of ours, or what follows. These never leave them."""

from datetime import datetime
from typing import Any

from coursier_client import NoAnswer

__all__ = ["NoAnswer", "NoNetwork", "OffDuty", "Refused", "SignedOut"]


class NoNetwork(NoAnswer):
    """Nothing was sent; the phone sees that it has no network, and will see when it is back."""

    def __init__(self, words: str, *, until: datetime) -> None:
        super().__init__(words)
        self.until = until


class SignedOut(Exception):
    """The platform does not know this device any more."""


class Refused(Exception):
    """The request will not be accepted however often it is sent. `state`: how things are, if that was said."""

    def __init__(self, words: str, *, code: str = "", state: dict[str, Any] | None = None) -> None:
        super().__init__(words)
        self.code, self.state = code, state or {}


class OffDuty(Refused):
    """Positions of couriers who are off duty are not wanted."""
