"""Change an order before its parcels are picked up: what and until when stands in `apps.orders.changing`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import FieldError, Invalid
from apps.core.events import publish
from apps.core.geo import Point
from apps.orders.changing import MAY_CHANGE, READY, TIMES, WAY
from apps.orders.errors import OrderNotFound, PriceQuoted, TooFarToChange, VersionChanged
from apps.orders.events import OrderUpdated
from apps.orders.hub_stops import HubStop
from apps.orders.models import Leg, NetworkPolicy, Order, Parcel
from apps.orders.services.new_order import NewOrder, NewParcel, StopDetails
from apps.orders.services.placing import PlacedOrder
from apps.orders.services.terms import Terms, terms_of
from apps.zones.errors import OutOfZone
from apps.zones.selectors import active_zones

_TIMES_OF = {"pickup": ("ready_at", "pickup_by"), "dropoff": ("drop_from", "due_at", "drop_by")}
_PRICE = ("price_lines", "amount_cents", "net_cents", "tax_cents", "currency", "tariff_id", "distance_m")


@dataclass(frozen=True, slots=True)
class OrderChanges:
    """What should be different. `version` None: whatever the order is now.

    Times of None: no limit, and for `due_at` the usual promise. `descriptions` are by the parcel's place, from 0.
    `fleet_id` is the fleet that wants it so, None for the merchant.
    """

    pickup: dict[str, Any] = field(default_factory=dict)
    dropoff: dict[str, Any] = field(default_factory=dict)
    descriptions: dict[int, str] = field(default_factory=dict)
    version: int | None = None
    fleet_id: UUID | None = None


@atomic(rereads=3)
def update_order(*, order_id: UUID, changes: OrderChanges) -> PlacedOrder:
    """Change an order and tell what changed; nothing is written when nothing is different.

    A dropoff elsewhere has another price, which the answer shows. Raises OrderNotFound, VersionChanged, TooFarToChange,
    PriceQuoted, OutOfZone, or Invalid.
    """
    draft = _Draft.of(order_id)
    draft.check_version(changes.version)
    draft.apply(changes)
    if draft.changed:
        draft.check_and_write()
    return PlacedOrder(draft.order, tuple(draft.legs), tuple(draft.parcels))


class _Draft:
    """An order as it is, and as it should be."""

    def __init__(self, order: Order, legs: list[Leg], parcels: list[Parcel]) -> None:
        self.order, self.legs, self.parcels = order, legs, parcels
        self.stops = {"pickup": dict(order.pickup), "dropoff": dict(order.dropoff)}
        self.times = {
            place: {name: getattr(self.leg_of(place), name) for name in names} for place, names in _TIMES_OF.items()
        }
        self.described: list[Parcel] = []
        self.changed: set[str] = set()
        self.fleet_id: UUID | None = None

    @classmethod
    def of(cls, order_id: UUID) -> "_Draft":
        order = Order.objects.filter(pk=order_id).first()
        if order is None:
            raise OrderNotFound
        legs = list(Leg.objects.filter(order_id=order_id).order_by("sequence"))
        return cls(order, legs, list(Parcel.objects.filter(order_id=order_id).order_by("pk")))

    def leg_of(self, place: str) -> Leg:
        """The leg that a change at this end concerns."""
        return self.legs[0 if place in ("pickup", "parcels") else -1]

    def check_version(self, wanted: int | None) -> None:
        if wanted is not None and wanted != self.order.version:
            raise VersionChanged(state={"version": self.order.version, "status": self.order.status})

    def apply(self, changes: OrderChanges) -> None:
        """Take over what is different."""
        self.fleet_id = changes.fleet_id
        for place, wanted in (("pickup", changes.pickup), ("dropoff", changes.dropoff)):
            for name, value in wanted.items():
                self._set(place, name, value)
        for index, description in changes.descriptions.items():
            self._describe(index, description)

    def _set(self, place: str, name: str, value: Any) -> None:
        where = self.times[place] if name in self.times[place] else self.stops[place]
        if where.get(name) != value:
            where[name] = value
            self.changed.add(f"{place}.{name}")

    def _describe(self, index: int, description: str) -> None:
        if index >= len(self.parcels):
            raise Invalid(fields=(FieldError("parcels", "no_such_parcel", f"There is no parcel {index}."),))
        parcel = self.parcels[index]
        if parcel.description != description:
            parcel.description = description
            self.described.append(parcel)
            self.changed.add("parcels.description")

    def check_and_write(self) -> None:
        self._check_table()
        terms = self._terms() if self.changed & (TIMES | WAY) else None
        self._write_order(terms)
        self._write_legs(terms)
        for parcel in self.described:
            parcel.save(update_fields=["description"])
        self._publish()

    def _check_table(self) -> None:
        late = [name for name in sorted(self.changed) if self._status_for(name) not in MAY_CHANGE[name]]
        if late:
            fields = tuple(FieldError(name, "too_far", "The order is too far for this.") for name in late)
            raise TooFarToChange(fields=fields, state={"status": self._status_for(late[0])})

    def _status_for(self, name: str) -> str:
        return self.leg_of(name.partition(".")[0]).status

    def _terms(self) -> Terms:
        """Check places and times as placing does, from when it was placed: the price has not aged meanwhile."""
        if self.changed & WAY:
            if self.order.quote_id:
                raise PriceQuoted
            self._check_same_zone()
        self._check_not_past(clock.now())
        return terms_of(self._as_new(), at=self.order.placed_at)

    def _check_same_zone(self) -> None:
        was, will = (Point(stop["lat"], stop["lon"]) for stop in (self.order.dropoff, self.stops["dropoff"]))
        if not any(zone.covers(was) and zone.covers(will) for zone in active_zones()):
            raise OutOfZone(fields=(FieldError("dropoff", "address_out_of_zone", "Not in the zone of the order."),))

    def _check_not_past(self, at: datetime) -> None:
        """Windows that are asked for now must not be over."""
        ends = {"pickup.pickup_by", "dropoff.due_at", "dropoff.drop_by"} & self.changed
        values = {end: self.times[end.partition(".")[0]][end.partition(".")[2]] for end in sorted(ends)}
        wrong = tuple(
            FieldError(end, "past", "Later than now.") for end, value in values.items() if value and value <= at
        )
        if wrong:
            raise Invalid(fields=wrong)

    def _as_new(self) -> NewOrder:
        """The order as if it were asked for like this."""
        times = self.times["pickup"] | self.times["dropoff"]
        parcels = tuple(
            NewParcel(parcel.weight_g, parcel.volume_ml, parcel.description, parcel.size, parcel.barcode)
            for parcel in self.parcels
        )
        return NewOrder(
            organisation_id=self.order.organisation_id,
            pickup=StopDetails(**self.stops["pickup"]),
            dropoff=StopDetails(**self.stops["dropoff"]),
            parcels=parcels,
            network_policy=NetworkPolicy(self.order.network_policy),
            fleet_ids=tuple(UUID(fleet_id) for fleet_id in self.order.fleet_ids),
            via=self._hub(),
            is_test=self.order.is_test,
            **times,
        )

    def _hub(self) -> HubStop | None:
        """The hub that it passes, where it was when the order was placed."""
        order, last = self.order, self.legs[-1]
        if order.via_hub_id is None:
            return None
        return HubStop(order.via_hub_id, last.zone_id, last.pickup_point, order.hub or {})

    def _write_order(self, terms: Terms | None) -> None:
        columns: dict[str, Any] = dict(self.stops)
        if terms and self.changed & TIMES:
            columns |= {"promised_pickup_at": terms.ready_at, "promised_dropoff_at": terms.due_at}
        is_priced_anew = self.changed & WAY or (READY in self.changed and not self.order.quote_id)
        if terms and is_priced_anew:
            columns |= {name: value for name, value in terms.as_columns().items() if name in _PRICE}
        self.order.swap(**columns)

    def _write_legs(self, terms: Terms | None) -> None:
        """The legs that a place or a time concerns. A courier who moved one meanwhile makes this a Conflict."""
        if terms is None:
            return
        self.times["pickup"]["ready_at"], self.times["dropoff"]["due_at"] = terms.ready_at, terms.due_at
        columns: dict[UUID, dict[str, Any]] = {leg.pk: {} for leg in self.legs}
        for place, times in self.times.items():
            if any(name.startswith(place) for name in self.changed & (TIMES | WAY)):
                columns[self.leg_of(place).pk] |= times
        if self.changed & WAY:
            dropoff = self.stops["dropoff"]
            there = {"dropoff_lat": dropoff["lat"], "dropoff_lon": dropoff["lon"]}
            columns[self.legs[-1].pk] |= {**there, "distance_m": terms.trip.ways_m[-1]}
        for leg in self.legs:
            if columns[leg.pk]:
                leg.swap(unassigned_reason="", **columns[leg.pk])

    def _publish(self) -> None:
        order = self.order
        publish(
            OrderUpdated(
                order_id=order.pk,
                organisation_id=order.organisation_id,
                zone_id=order.zone_id,
                changed=sorted(self.changed),
                moves_plans=bool(self.changed & (TIMES | WAY)),
                amount_cents=order.amount_cents,
                version=order.version,
                fleet_id=self.fleet_id,
            )
        )
