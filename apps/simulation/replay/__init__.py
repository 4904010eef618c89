"""A real day replayed through the whole platform, faster than it was, and judged by what the platform wrote down.

Robots order and carry through the HTTP APIs, workers may be killed meanwhile; afterwards the event log is read back and
checked: nothing lost, nothing with two couriers at once, and how long everybody waited.
"""
