"""Decides, every second, who carries what.

Owns offers, assignments and the plans behind them. `engine/` is the pure optimisation; `services/` loads what it needs,
asks it, and commits its answer leg by leg by compare-and-swap.
"""
