"""Benchmarks of the dispatch engine on published instances. Pure Python: they need no database and no Django."""

from apps.simulation.benchmarks.mdrplib_replay import engine_alone

__all__ = ["engine_alone"]
