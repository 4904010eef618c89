"""Fills an empty platform: the demo city, or the city of a day of the meal delivery library.

The only part of the simulation that writes to the database directly: everything afterwards goes through the APIs.
"""
