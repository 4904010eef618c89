"""Amounts as files show them."""


def decimal(cents: int) -> str:
    """`1234` as `12.34`, by integers alone."""
    return f"{cents // 100}.{cents % 100:02}"
