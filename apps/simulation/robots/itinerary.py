"""What a courier's phone knows after a sync: the shift, the offers, and the stops in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Literal

from apps.core.geo import Point

StopKind = Literal["pickup", "dropoff"]
SAME_PLACE_DECIMALS = 5  # about a metre: one door


StopKey = tuple[str, int, str]
"""Leg, epoch, and which of its ends."""


@dataclass(frozen=True, slots=True)
class StopParcel:
    """A parcel as the phone shows it at a stop."""

    id: str
    barcode: str
    is_scanned: bool = False

    @property
    def has_label(self) -> bool:
        """Whether its merchant has put a barcode on it: the one that the platform makes up is the parcel's id."""
        return self.barcode != self.id


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop as the phone shows it. `proof` is what is asked for there: pin, photo, signature, barcode."""

    kind: StopKind
    leg_id: str
    epoch: int
    leg_status: str
    point: Point
    opens_at: datetime | None
    service: timedelta
    order_id: str = ""
    contact_name: str = ""
    proof: frozenset[str] = frozenset()
    parcels: tuple[StopParcel, ...] = ()

    @property
    def key(self) -> StopKey:
        """This stop in this pair of hands: a leg that comes back has another epoch."""
        return self.leg_id, self.epoch, self.kind

    @property
    def is_reached(self) -> bool:
        """Whether the platform knows that the courier is there."""
        return self.leg_status == ("at_pickup" if self.kind == "pickup" else "at_dropoff")

    @property
    def place(self) -> tuple[float, float]:
        """The same for all stops at one door."""
        return round(self.point.lat, SAME_PLACE_DECIMALS), round(self.point.lon, SAME_PLACE_DECIMALS)


@dataclass(frozen=True, slots=True)
class Shift:
    """When the courier who is on duty began, and may go home."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Itinerary:
    """One answer of `GET /mobile/v1/sync`."""

    news: int
    status: str
    shift: Shift | None = None
    offer_ids: tuple[str, ...] = ()
    stops: tuple[Stop, ...] = ()

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Itinerary":
        """Raises KeyError or ValueError for an answer that is not as documented."""
        shift = body["shift"]
        return cls(
            news=int(body["news"]),
            status=str(body["courier"]["status"]),
            shift=_shift(shift) if shift else None,
            offer_ids=tuple(str(offer["id"]) for offer in body["offers"]),
            stops=tuple(_stop(stop) for stop in body["stops"]),
        )


def next_visit(stops: Sequence[Stop]) -> tuple[Stop, ...]:
    """The stops that are made together next: several pickups at one door, or a single dropoff."""
    if not stops:
        return ()
    first = stops[0]
    if first.kind == "dropoff":
        return (first,)
    return tuple(takewhile(lambda stop: stop.kind == "pickup" and stop.place == first.place, stops))


def _shift(body: Mapping[str, Any]) -> Shift:
    return Shift(
        starts_at=datetime.fromisoformat(body["starts_at"]),
        ends_at=datetime.fromisoformat(body["ends_at"]),
    )


def _stop(body: Mapping[str, Any]) -> Stop:
    kind: StopKind = "pickup" if body["kind"] == "pickup" else "dropoff"
    opens_at = body.get("opens_at") or body.get("ready_at")
    return Stop(
        kind=kind,
        leg_id=str(body["leg_id"]),
        epoch=int(body["epoch"]),
        leg_status=str(body["leg_status"]),
        point=Point(float(body["lat"]), float(body["lon"])),
        opens_at=datetime.fromisoformat(opens_at) if opens_at else None,
        service=timedelta(seconds=float(body["service_s"])),
        order_id=str(body["order_id"]),
        contact_name=str(body["contact_name"]),
        proof=frozenset(body["proof"]),
        parcels=tuple(
            StopParcel(str(parcel["id"]), str(parcel["barcode"]), bool(parcel["is_scanned"]))
            for parcel in body["parcels"]
        ),
    )
