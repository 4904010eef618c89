"""Cells of the CSV files that we write, for people who open them in a spreadsheet."""

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def harmless(text: str) -> str:
    """What somebody else wrote must not run in an accountant's spreadsheet."""
    return f"'{text}" if text.startswith(_FORMULAS) else text
