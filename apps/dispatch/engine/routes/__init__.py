"""Routes of several pickups per courier: the matching's bundles, improved by compiled operators.

A route is a sequence of groups; a group is legs of one pickup place, picked up together and then dropped off in order.
`stage.improved` is the way in. The kernels take plain arrays (`tables`, `state`) and know no geometry and no ids; one
operator a file: `relocate` moves one leg, `assign_level` deals out whole groups again.

This package imports numba when it is imported, so the planner imports it late. Without numba it still imports, and the
planner keeps to the matching (`compiled.COMPILED`).
"""
