"""Benchmarks of the dispatch engine on published instances: pure Python, they need no database and no Django.

Except `load*`, which asks the whole platform for orders and lists, on servers that it starts.
"""

from apps.simulation.benchmarks.mdrplib_replay import engine_alone

__all__ = ["engine_alone"]
