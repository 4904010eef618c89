"""Tariffs: how a price is made (`pricing`, pure), what owners of fleets ask for, and what holds when nobody agreed.

A room of its own beside connections: a connection names the tariff that two organisations agreed on. A tariff is never
changed: a new one takes its place, and connections keep the old one until both sides agree on another.
"""
