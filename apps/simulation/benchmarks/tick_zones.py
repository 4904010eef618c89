"""Cuts a snapshot into zones by where its legs are picked up."""

from dataclasses import replace

import numpy as np

from apps.core.geo import Point
from apps.dispatch.engine import Snapshot
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.travel import Floats

ROUNDS = 10


def zones_of(snapshot: Snapshot, n_zones: int, seed: int = 0) -> list[Snapshot]:
    """At most so many snapshots: legs by k-means of their pickups, couriers with the nearest centre of a zone."""
    pickups = _plane([leg.pickup for leg in snapshot.legs])
    couriers = _plane([courier.position for courier in snapshot.couriers])
    zone_of_leg, centres = _k_means(pickups, min(n_zones, len(pickups)), seed)
    zone_of_courier = _nearest(couriers, centres)
    return [
        replace(
            snapshot,
            couriers=tuple(c for c, its in zip(snapshot.couriers, zone_of_courier, strict=True) if its == zone),
            legs=tuple(leg for leg, its in zip(snapshot.legs, zone_of_leg, strict=True) if its == zone),
        )
        for zone in range(len(centres))
    ]


def _plane(points: list[Point]) -> Floats:
    """Degrees north, the same length both ways; (n, 2)."""
    lat, lon = np.array([(p.lat, p.lon) for p in points]).T
    return np.stack((lat, lon * np.cos(np.radians(lat.mean()))), axis=1)


def _k_means(points: Floats, k: int, seed: int) -> tuple[Ints, Floats]:
    centres = points[np.random.default_rng(seed).choice(len(points), k, replace=False)]
    for _ in range(ROUNDS):
        zone = _nearest(points, centres)
        centres = np.array([points[zone == z].mean(axis=0) if (zone == z).any() else centres[z] for z in range(k)])
    return zone, centres


def _nearest(points: Floats, centres: Floats) -> Ints:
    answer: Ints = ((points[:, None] - centres[None]) ** 2).sum(axis=-1).argmin(axis=1)
    return answer
