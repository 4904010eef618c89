"""The networks that carry: fleets, couriers, vehicles, shifts, devices, and where everybody is now.

Owns who rides, on what, when and where. It does not know orders: what a courier carries is decided in `dispatch`.
"""
