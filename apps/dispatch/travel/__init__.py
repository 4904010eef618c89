"""Which travel model a plan is made with: straight lines by hour of the day, or OSRM with those behind it.

The engine is pure; what needs a database or a network to know how long a ride takes is here. Start with
`choice.travel_model_for`.
"""

from apps.dispatch.travel.choice import straight_lines_for, travel_model_for
from apps.dispatch.travel.hours import HourlyStraightLine

__all__ = ["HourlyStraightLine", "straight_lines_for", "travel_model_for"]
