"""The rows that the kernels work on: one per stop, one per courier. Seconds count from the moment of the plan.

Leg number l of a plan has stop 2l, its pickup, and stop 2l + 1, its drop-off. Fields are in records rather than in
arrays of their own: each array that a kernel takes out of a tuple costs it more than a whole stop.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

STOP = np.dtype(
    [
        ("opens", "f8"),  # no handover before it: ready at a pickup, the window's start at a drop-off
        ("closes", "f8"),  # no handover after it
        ("spread", "f8"),  # of the readiness: scale of a logistic distribution around `opens`; 0 when it is known
        ("wanted", "f8"),  # being there earlier gains nothing: `opens`, or a quantile before it where that is uncertain
        ("half", "f8"),  # service before the handover, and again after it
        ("x", "f8"),
        ("y", "f8"),
        ("z", "f8"),  # metres in space, see `places`
        ("point", "i8"),  # column of the rides to it, and with the courier's `vehicle_row` row of those from it
        ("place", "i8"),  # pickups of one place are one stop; -1 at drop-offs
        ("is_fixed", "i8"),  # of a leg the courier has already: his limits were relaxed to what he has
        ("grams", "f8"),
        ("litres", "f8"),
        ("parcels", "f8"),  # taken on board here; negative at drop-offs
        ("placed", "f8"),
        ("due", "f8"),
        ("slope", "f8"),  # minutes of cost per second of lateness
        ("weight", "f8"),  # what a second of this drop-off counts: 1/60 for a real leg, less for one only expected
        ("longest", "f8"),  # seconds on board
    ],
    align=True,
)
COURIER = np.dtype(
    [
        ("free", "f8"),
        ("pickup_by", "f8"),
        ("drop_by", "f8"),
        ("x", "f8"),
        ("y", "f8"),
        ("z", "f8"),
        ("pace", "f8"),  # seconds per metre of great circle, where rides do not come from tables
        ("ride_price", "f8"),  # minutes of cost per second of riding
        ("grams", "f8"),
        ("litres", "f8"),
        ("parcels", "f8"),  # room left where the route starts
        ("aboard", "f8"),  # legs on board there
        ("most_aboard", "f8"),
        ("one_place", "i8"),  # whether all legs on board must come from one pickup
        ("start_row", "i8"),  # of the rides from where he is
        ("vehicle_row", "i8"),  # of the rides of his vehicle from point 0
        ("first", "i8"),  # position before which nothing may be put in
        ("most_stops", "i8"),
    ],
    align=True,
)
MOMENT = np.dtype(
    [
        ("leaves", "f8"),
        ("grams", "f8"),
        ("litres", "f8"),
        ("parcels", "f8"),
        ("aboard", "f8"),
        ("half", "f8"),
        ("at", "i8"),  # these seven: where the courier is before a position of his route, see `walk.Here`
        ("cost", "f8"),  # of the stops before
        ("arrives", "f8"),  # at the stop there, service apart
        ("handover", "f8"),
        ("calm", "f8"),  # seconds of waiting from there on, which may swallow a delay
        ("weight", "f8"),  # what a second of delay of all drop-offs from there on costs
        ("riding", "f8"),  # price of the ride to the stop there
    ],
    align=True,
)
Records: TypeAlias = NDArray[Any]
Stops32: TypeAlias = NDArray[np.int32]
START = -1  # "the stop before the first"
