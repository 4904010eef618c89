"""What a robot hears instead of an answer. These never leave the robots."""


class NoAnswer(Exception):
    """Nobody answered, or they said to try again: the same request may be sent again."""


class SignedOut(Exception):
    """The platform does not know this device any more."""


class Refused(Exception):
    """The request will not be accepted however often it is sent."""


class OffDuty(Refused):
    """Positions of couriers who are off duty are not wanted."""
