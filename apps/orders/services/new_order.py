"""What a merchant asks for, before it is anything."""

import hashlib
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from apps.core.geo import Point
from apps.orders import tariffs
from apps.orders.hub_stops import HubStop
from apps.orders.models import NetworkPolicy


@dataclass(frozen=True, slots=True)
class StopDetails:
    """A place to be at, as a courier needs it."""

    address: str
    lat: float
    lon: float
    contact_name: str = ""
    phone: str = ""
    instructions: str = ""
    proof: tuple[str, ...] = ()  # what must be shown there, as `ProofAsked`

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.lat, self.lon)


def _said(stop: StopDetails) -> dict[str, Any]:
    """What is said of a place; without a proof, as it was before there were any."""
    return {name: value for name, value in asdict(stop).items() if name != "proof" or value}


@dataclass(frozen=True, slots=True)
class NewParcel:
    """A thing to be carried."""

    weight_g: int
    volume_ml: int = 0
    description: str = ""
    size: str = "small"
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What a merchant asks for. `ready_at` None: now. `due_at` None: as `_due_at` says.

    `pickup_by`, `drop_from` and `drop_by` are hard, `due_at` is not; `vehicle_kinds` empty: any. With `via` it is
    carried in two legs, to that hub and on from there.
    """

    organisation_id: UUID
    pickup: StopDetails
    dropoff: StopDetails
    parcels: tuple[NewParcel, ...]
    external_id: str | None = None
    ready_at: datetime | None = None
    pickup_by: datetime | None = None
    drop_from: datetime | None = None
    due_at: datetime | None = None
    drop_by: datetime | None = None
    max_on_board_s: int | None = None
    network_policy: NetworkPolicy = NetworkPolicy.OWN_FIRST
    fleet_ids: tuple[UUID, ...] = ()
    skills: tuple[str, ...] = ()
    vehicle_kinds: tuple[str, ...] = ()
    quote_id: UUID | None = None
    via: HubStop | None = None
    is_test: bool = field(default=False)
    scenario: str = ""

    @property
    def weight_g(self) -> int:
        """Of all parcels."""
        return sum(parcel.weight_g for parcel in self.parcels)

    @property
    def volume_ml(self) -> int:
        """Of all parcels that say."""
        return sum(parcel.volume_ml for parcel in self.parcels)

    @property
    def reach(self) -> tariffs.Reach:
        """Which fleets may carry it, which decides on the tariff."""
        return tariffs.Reach(self.organisation_id, self.network_policy, self.fleet_ids)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what the price depends on: an order must be the one that was quoted."""
        asked: dict[str, Any] = {
            "pickup": [self.pickup.lat, self.pickup.lon],
            "dropoff": [self.dropoff.lat, self.dropoff.lon],
            "parcels": [[parcel.weight_g, parcel.size] for parcel in self.parcels],
            "networks": [self.network_policy, *sorted(fleet_id.hex for fleet_id in self.fleet_ids)],
        }
        if self.via:
            asked["via"] = str(self.via.hub_id)
        return hashlib.sha256(orjson.dumps(asked)).hexdigest()

    @property
    def asked_hash(self) -> str:
        """SHA-256 of all that was asked for: the same for the same order sent again.

        What was left out counts for nothing, so that a field that is added later changes no hash of today.
        """
        asked = {part.name: getattr(self, part.name) for part in fields(self)}
        stops = {"pickup": _said(self.pickup), "dropoff": _said(self.dropoff)}
        said = {name: value for name, value in (asked | stops).items() if value not in (None, (), False, "")}
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
