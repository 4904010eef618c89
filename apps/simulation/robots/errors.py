"""What a robot hears instead of an answer: nothing, as any client of ours, or what follows. These never leave them."""

from coursier_client import NoAnswer

__all__ = ["NoAnswer", "OffDuty", "Refused", "SignedOut"]


class SignedOut(Exception):
    """The platform does not know this device any more."""


class Refused(Exception):
    """The request will not be accepted however often it is sent."""


class OffDuty(Refused):
    """Positions of couriers who are off duty are not wanted."""
