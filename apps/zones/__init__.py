"""Where the platform works: areas on the map, each with its own planner, time zone and times at a stop.

Below orders and couriers, because both happen in a zone and neither knows the other.
"""
