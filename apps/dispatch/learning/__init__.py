"""Figures learned from what happened, which replace constants when there is enough behind them.

One small file a method, each with its formula: `demand`, `service_times`, `preparation`, `travel_factors`. `history`
and `visits` read the event log; `thresholds` says what is enough; `selectors` gives out only what is.
"""
