"""Telephone numbers that ring nowhere: +33 6 39 98 00 00 to 99 99, which Arcep keeps for works of fiction.

Ten thousand numbers, shared out by role so that no two people of a city have the same one. They are well formed but not
assigned: `phonenumbers.is_possible_number` accepts them, `is_valid_number` does not.
"""

PREFIX = "+3363998"

COURIERS = range(4_000)
MERCHANTS = range(4_000, 6_000)
RECIPIENTS = range(6_000, 10_000)


def fiction_phone(number: int) -> str:
    """The E.164 form of one of the ten thousand. Raises ValueError outside 0 to 9999."""
    if not 0 <= number <= 9_999:
        raise ValueError(f"{number} is not one of the ten thousand numbers kept for fiction")
    return f"{PREFIX}{number:04d}"
