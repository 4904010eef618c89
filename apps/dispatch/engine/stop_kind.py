"""The two kinds of stop."""

from enum import StrEnum


class StopKind(StrEnum):
    """What is done at a stop."""

    PICKUP = "pickup"
    DROPOFF = "dropoff"
