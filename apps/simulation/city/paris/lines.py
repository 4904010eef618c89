"""The one type that the tables of this package are written in."""

from typing import TypeAlias

Line: TypeAlias = tuple[tuple[float, float], ...]
"""A line or a ring without its closing point: (latitude, longitude) pairs, degrees, WGS 84."""
