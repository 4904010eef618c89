"""The tick: routes for legs on demand, over any number of pickups, around what couriers are committed to.

`stage.tick` is the way in. The kernels work on plain rows (`rows`, `state`) and know no ids; one operator a file:
`regret` inserts, `relocate` moves one leg, `levels` deals out whole trips, `ruin` takes some out and puts them back.

This package imports numba when it is imported, so the planner imports it late.
"""
