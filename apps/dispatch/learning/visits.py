"""Makes visits of moves: a courier arrives at a door, hands over one or several legs, and goes on to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID

from apps.core.geo import Point
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.learning.history import Move, in_batches
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg

ARRIVED = {LegStatus.AT_PICKUP.value: StopKind.PICKUP, LegStatus.AT_DROPOFF.value: StopKind.DROPOFF}
HANDED_OVER = {LegStatus.PICKED_UP.value, LegStatus.DELIVERED.value}


@dataclass(frozen=True, slots=True)
class LegFacts:
    """What is asked of a leg's row."""

    zone_id: UUID
    pickup: Point
    dropoff: Point
    placed_at: datetime
    ready_at: datetime
    drop_from: datetime | None
    is_from_hub: bool

    def opens_at(self, kind: StopKind) -> datetime:
        """From when it could change hands at this stop."""
        return self.ready_at if kind == StopKind.PICKUP else self.drop_from or self.ready_at


@dataclass(slots=True)
class Visit:
    """A courier at a door. Complete when every leg they came for was handed over and nothing else happened."""

    courier_id: str
    kind: StopKind
    point: Point
    zone_id: UUID
    arrived_at: datetime
    opens_at: datetime
    """When the last of what they came for was announced to be ready, or its slot began."""
    before: Self | None
    """Where they came from, None when that is not known, or when they did not set out from there for here."""
    waiting: set[str]
    handovers: list[tuple[LegFacts, datetime]] = field(default_factory=list)
    is_disturbed: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether its times can be learned from."""
        return bool(self.handovers) and not self.waiting and not self.is_disturbed

    @property
    def handed_over_at(self) -> datetime:
        """When the last leg changed hands."""
        return self.handovers[-1][1]


def visits_in(moves: Sequence[Move]) -> list[Visit]:
    """All visits of a chunk, in the order of their beginnings. Two queries for every thousand legs, at most."""
    legs = _legs({move.leg_id for move in moves if move.after in ARRIVED or move.after in HANDED_OVER})
    assigned_at: dict[str, datetime] = {}
    there: dict[str, Visit] = {}
    visits: list[Visit] = []
    for move in moves:
        if move.courier_id is None:
            continue
        visit, leg = there.get(move.courier_id), legs.get(move.leg_id)
        if move.after == LegStatus.ASSIGNED:
            assigned_at[move.leg_id] = move.at
        elif move.after in ARRIVED and leg:
            came = _arrival(move, leg, visit, assigned_at.get(move.leg_id))
            if came is not visit:
                there[move.courier_id] = came
                visits.append(came)
        elif move.after in HANDED_OVER and leg and visit and move.leg_id in visit.waiting:
            visit.waiting.remove(move.leg_id)
            visit.handovers.append((leg, move.at))
        elif visit:
            visit.is_disturbed = True
    return visits


def _arrival(move: Move, leg: LegFacts, now_at: Visit | None, known_at: datetime | None) -> Visit:
    """The visit that an arrival belongs to: the one that goes on, when it is at the same door, or a new one."""
    kind = ARRIVED[move.after]
    point = leg.pickup if kind == StopKind.PICKUP else leg.dropoff
    if now_at and now_at.kind == kind and now_at.point == point:
        now_at.waiting.add(move.leg_id)
        now_at.opens_at = max(now_at.opens_at, leg.opens_at(kind))
        return now_at
    return Visit(
        courier_id=move.courier_id or "",
        kind=kind,
        point=point,
        zone_id=leg.zone_id,
        arrived_at=move.at,
        opens_at=leg.opens_at(kind),
        before=now_at if now_at and _set_out_at_once(kind, leg, now_at, known_at) else None,
        waiting={move.leg_id},
    )


def _set_out_at_once(kind: StopKind, leg: LegFacts, before: Visit, known_at: datetime | None) -> bool:
    """Whether nothing kept them from riding here when they left: what lies between is then the ride.

    To a drop-off always: it is on board. To a pickup when they had the leg by then, and it was announced to be ready.
    """
    if not before.is_complete:
        return False
    if kind == StopKind.DROPOFF:
        return True
    left_at = before.handed_over_at
    return known_at is not None and known_at <= left_at and leg.ready_at <= left_at


def _legs(leg_ids: set[str]) -> Mapping[str, LegFacts]:
    places = ("pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon")
    columns = ("pk", "zone_id", *places, "placed_at", "ready_at", "drop_from", "pickup_hub_id")
    facts = {}
    for batch in in_batches(sorted(leg_ids)):
        for key, zone_id, *degrees, placed_at, ready_at, drop_from, hub_id in Leg.objects.filter(
            pk__in=batch, is_test=False
        ).values_list(*columns):
            pickup, dropoff = Point(*degrees[:2]), Point(*degrees[2:])
            facts[str(key)] = LegFacts(zone_id, pickup, dropoff, placed_at, ready_at, drop_from, hub_id is not None)
    return facts
