"""Simulation: made-up cities and robots, the replay of real days, and the benchmarks of the dispatch engine.

Owns no business data. `mdrplib` reads instances of the Meal Delivery Routing Problem library; `benchmarks` measures the
engine on them, through the same `plan(snapshot)` that the product calls, and the REST API under load; `manage.py bench`
is the command for it.
"""
