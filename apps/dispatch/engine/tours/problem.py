"""What is to be planned: requests of a pickup and a drop-off with hard windows, and the vehicles to serve them."""

from dataclasses import dataclass, field

import numpy as np

from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.travel import Floats

DEPOT = 0


@dataclass(frozen=True)
class Fleet:
    """The vehicles; V of them, each driving at most one tour."""

    capacity: Floats
    """(V, K) per kind of load, as `TourProblem.load`."""
    start: Ints
    """(V,) node that the tour starts from."""
    end: Ints
    """(V,) node that the tour ends at."""
    shift: Floats
    """(V, 2) the tour starts no earlier and ends no later."""
    price: Floats
    """(V,) cost of driving a tour at all."""
    rides: Ints | None = None
    """(V,) which of the problem's (P, N, N) distances and travel times are this vehicle's. None: the only ones."""

    @classmethod
    def alike(
        cls, n: int, capacity: Floats, shift: tuple[float, float] = (-np.inf, np.inf), price: float = 0.0
    ) -> "Fleet":
        """`n` vehicles that are all the same and start and end at node 0."""
        depot = np.full(n, DEPOT, dtype=np.int64)
        loads = np.tile(np.asarray(capacity, dtype=float), (n, 1))
        return cls(loads, depot, depot.copy(), np.tile(np.array(shift, dtype=float), (n, 1)), np.full(n, price))


@dataclass(frozen=True)
class TourProblem:
    """Pickup and delivery with time windows; N nodes, Q requests, V vehicles, K kinds of load.

    Times are seconds, or any other unit, on one axis. Every pickup and drop-off is a node of its own; two at one
    address are two nodes. A parcel that is on board already is a request whose pickup lies where its vehicle starts and
    closes when that vehicle's shift begins, and which no other vehicle may serve.
    Raises ValueError when arrays do not fit together.
    """

    distance: Floats
    """(N, N), or (P, N, N) where vehicles ride differently; need not be symmetric."""
    pickup: Ints
    """(Q,) nodes."""
    dropoff: Ints
    """(Q,) nodes."""
    window: Floats
    """(N, 2) service starts no earlier (waiting is free) and no later."""
    load: Floats
    """(Q, K) weight, volume, parcels, requests, in this order, or fewer of them."""
    fleet: Fleet
    travel: Floats | None = None
    """Of the shape of `distance`: time from leaving one node to reaching another. None: as long as the distance."""
    service: Floats | None = None
    """(N,) time spent at a node. None: none."""
    compatible: Mask | None = None
    """(Q, V) which vehicle may serve which request. None: any."""
    max_on_board: Floats | None = None
    """(Q,) longest time from leaving the pickup to reaching the drop-off's service; infinite or None: any."""
    due: Floats | None = None
    """(N,) soft: service that starts later costs `lateness_price` per unit of time. None: nothing is ever late."""
    lateness_price: float = 0.0
    distance_price: float = 1.0
    left_out_price: Floats | None = None
    """(Q,) cost of leaving a request out. None, or the fleet comes first: more than any detour or vehicle."""
    fleet_first: bool = True
    """Whether one vehicle less is worth any distance. Otherwise it is worth its price."""
    rounding: float = field(default=1e-10, kw_only=True)
    """Windows may be missed by this much: sums of times depend on the order of adding."""

    def __post_init__(self) -> None:
        n, q, v = len(self.window), len(self.pickup), len(self.fleet.capacity)
        k = self.fleet.capacity.shape[1]
        shapes = {
            "distance": (self.distance, (*self.distance.shape[:-2], n, n)),
            "travel": (self.travel, self.distance.shape),
            "dropoff": (self.dropoff, (q,)),
            "window": (self.window, (n, 2)),
            "load": (self.load, (q, k)),
            "service": (self.service, (n,)),
            "compatible": (self.compatible, (q, v)),
            "max_on_board": (self.max_on_board, (q,)),
            "due": (self.due, (n,)),
            "left_out_price": (self.left_out_price, (q,)),
            "fleet.start": (self.fleet.start, (v,)),
            "fleet.end": (self.fleet.end, (v,)),
            "fleet.shift": (self.fleet.shift, (v, 2)),
            "fleet.price": (self.fleet.price, (v,)),
            "fleet.rides": (self.fleet.rides, (v,)),
        }
        for name, (array, shape) in shapes.items():
            if array is not None and array.shape != shape:
                raise ValueError(f"{name} has shape {array.shape}, not {shape}")
        if v and self.rides.max() >= len(self.distances):
            raise ValueError(f"fleet.rides names row {self.rides.max()} of {len(self.distances)} distances")
        stops = np.concatenate([self.pickup, self.dropoff])
        if len(np.unique(stops)) != 2 * q or np.isin(stops, np.concatenate([self.fleet.start, self.fleet.end])).any():
            raise ValueError("every pickup and drop-off must be a node of its own")

    @property
    def rides(self) -> Ints:
        """(V,) row of `distances` and `travel_times` by vehicle."""
        given = self.fleet.rides
        return np.zeros(len(self.fleet.capacity), dtype=np.int64) if given is None else given

    @property
    def distances(self) -> Floats:
        """(P, N, N)"""
        return self.distance.reshape(-1, len(self.window), len(self.window))

    @property
    def travel_times(self) -> Floats:
        """(P, N, N) time from leaving one node to reaching another."""
        return self.travel_time.reshape(-1, len(self.window), len(self.window))

    @property
    def travel_time(self) -> Floats:
        """The same in the shape of `distance`."""
        return self.distance if self.travel is None else self.travel

    @property
    def service_time(self) -> Floats:
        """(N,)"""
        return np.zeros(len(self.window)) if self.service is None else self.service


def plane_distances(xy: Floats) -> Floats:
    """(N, N) straight lines between points of a plane; xy is (N, 2)."""
    apart = xy[:, None, :] - xy[None, :, :]
    distances: Floats = np.hypot(apart[..., 0], apart[..., 1])
    return distances
