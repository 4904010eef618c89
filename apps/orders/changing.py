"""What a merchant may still change, by where the leg stands that it concerns.

That is the first leg for the pickup, the last for the dropoff. The table is the rule: what it does not name, never.
"""

from apps.orders.lifecycle import LegStatus

_L = LegStatus
_BEFORE_PICKUP = frozenset({_L.WAITING, _L.OPEN, _L.OFFERED, _L.ASSIGNED, _L.AT_PICKUP})
_NOBODY_YET = frozenset({_L.OPEN})  # not while it is offered: a courier is deciding upon what the offer says
_NOBODY_ON_THE_WAY = frozenset({_L.OPEN, _L.ASSIGNED, _L.AT_PICKUP})

MAY_CHANGE: dict[str, frozenset[LegStatus]] = {
    "pickup.contact_name": _BEFORE_PICKUP,
    "pickup.phone": _BEFORE_PICKUP,
    "pickup.instructions": _BEFORE_PICKUP,
    "pickup.ready_at": _NOBODY_YET,
    "pickup.pickup_by": _NOBODY_YET,
    "dropoff.contact_name": _BEFORE_PICKUP,
    "dropoff.phone": _BEFORE_PICKUP,
    "dropoff.instructions": _BEFORE_PICKUP,
    "dropoff.address": _NOBODY_ON_THE_WAY,
    "dropoff.lat": _NOBODY_ON_THE_WAY,
    "dropoff.lon": _NOBODY_ON_THE_WAY,
    "dropoff.drop_from": _NOBODY_YET,
    "dropoff.due_at": _NOBODY_YET,
    "dropoff.drop_by": _NOBODY_YET,
    "parcels.description": _BEFORE_PICKUP,
}
TIMES = frozenset({"pickup.ready_at", "pickup.pickup_by", "dropoff.drop_from", "dropoff.due_at", "dropoff.drop_by"})
WAY = frozenset({"dropoff.lat", "dropoff.lon"})
READY = "pickup.ready_at"  # peak hours count by it
