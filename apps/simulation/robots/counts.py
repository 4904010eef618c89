"""How often habits and mishaps came to pass: what a replay reports beside its figures."""

from dataclasses import dataclass


@dataclass(slots=True)
class HabitCounts:
    """Of all couriers together."""

    declined: int = 0
    ignored: int = 0
    """Offers that were left to run out."""
    mistyped: int = 0
    """Barcodes and PINs that were wrong at first."""
    pauses: int = 0
    offline_min: float = 0.0
    """Minutes without a network, of outages in which something was to be sent."""
    repeated: int = 0
    """Requests that the platform had answered, and that were sent again because the answer got lost."""
    shuffled: int = 0
    """Batches that left in pieces and in any order."""
    held_back: int = 0
    """Actions that were sent after later ones."""
    batteries: int = 0
    """Phones that went off in the middle of a shift."""
