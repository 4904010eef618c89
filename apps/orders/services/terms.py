"""What an order will cost and what is promised, and whether it can be accepted at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.core.errors import FieldError, Invalid
from apps.networks.tariffs.pricing import Price, PriceLine, Trip, price_of
from apps.networks.tariffs.selectors import AgreedTariff
from apps.orders import tariffs
from apps.orders.models import NetworkPolicy
from apps.orders.services.new_order import NewOrder
from apps.zones.models import Zone
from apps.zones.selectors import active_zones, zone_among

DUE_AFTER = timedelta(minutes=40)  # the promise when none is asked for; MDRPLIB's target click-to-door
PICKUP_PROMISE = timedelta(minutes=25)
IN_HUB = timedelta(minutes=20)  # from the courier who brings an order to the scan that lets the next one have it
FURTHEST_AHEAD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an order will cost and what is promised: the same for a quote and for an order without one."""

    zone: Zone
    trip: Trip
    tariff: AgreedTariff
    price: Price
    ready_at: datetime
    due_at: datetime

    @property
    def lines(self) -> tuple[PriceLine, ...]:
        """The lines of the price."""
        return self.price.lines

    @property
    def amount_cents(self) -> int:
        """The sum of the lines: what is paid, tax included."""
        return self.price.gross_cents

    @property
    def distance_m(self) -> int:
        """Estimated street distance."""
        return self.trip.distance_m

    def as_columns(self) -> dict[str, Any]:
        """The columns that a quote and an order share."""
        return {
            "price_lines": [line.as_json() for line in self.lines],
            "amount_cents": self.amount_cents,
            "net_cents": self.price.net_cents,
            "tax_cents": self.price.tax_cents,
            "currency": self.price.currency,
            "tariff_id": self.tariff.id,
            "distance_m": self.distance_m,
            "promised_pickup_at": self.ready_at,
            "promised_dropoff_at": self.due_at,
        }


def terms_of(new: NewOrder, *, at: datetime, zones: Sequence[Zone] | None = None) -> Terms:
    """Check an order and work out its terms. Raises OutOfZone or Invalid, naming every field that is wrong.

    `zones` are those in service, None to read them.
    """
    zone = zone_among(active_zones() if zones is None else zones, pickup=new.pickup.point, dropoff=new.dropoff.point)
    ready_at = max(new.ready_at or at, at)
    due_at = new.due_at or _due_at(new, at=at, ready_at=ready_at)
    _check(new, at=at, ready_at=ready_at, due_at=due_at)
    trip = Trip(
        pickup=new.pickup.point,
        dropoff=new.dropoff.point,
        weight_g=new.weight_g,
        at=ready_at,
        detour_factor=zone.detour_factor,
        time_zone=zone.time_zone,
        zone_id=zone.pk,
        via=new.via.point if new.via else None,
    )
    tariff = tariffs.tariff_of(new.reach)
    return Terms(zone, trip, tariff, price_of(trip, tariff.rates), ready_at, due_at)


def _due_at(new: NewOrder, *, at: datetime, ready_at: datetime) -> datetime:
    """The promise when none is asked for: the end of the slot; else 40 minutes after placing, or from when it opens.

    Through a hub it is the time in the hub and 40 minutes more.
    """
    if new.drop_from and new.drop_by:
        return new.drop_by
    usual = max(at, ready_at - PICKUP_PROMISE) + DUE_AFTER
    if new.via:
        usual += IN_HUB + DUE_AFTER
    return max(usual, new.drop_from + DUE_AFTER) if new.drop_from else usual


def _check(new: NewOrder, *, at: datetime, ready_at: datetime, due_at: datetime) -> None:
    wrong = []
    if not new.parcels:
        wrong.append(FieldError("parcels", "empty", "An order carries at least one parcel."))
    if new.weight_g > tariffs.MAX_WEIGHT_G:
        wrong.append(FieldError("parcels", "too_heavy", f"At most {tariffs.MAX_WEIGHT_G // 1000} kg in all."))
    if ready_at > at + FURTHEST_AHEAD:
        wrong.append(FieldError("pickup.ready_at", "too_far_ahead", "At most 30 days ahead."))
    if due_at <= ready_at:
        wrong.append(FieldError("dropoff.due_at", "before_ready", "Later than the time at which it is ready."))
    if new.drop_by and new.drop_by <= ready_at:
        wrong.append(FieldError("dropoff.drop_by", "before_ready", "Later than the time at which it is ready."))
    wrong += _windows_that_close_before_they_open(new, at=at, ready_at=ready_at, due_at=due_at)
    if new.scenario and not new.is_test:
        wrong.append(FieldError("scenario", "test_key_required", "Only orders of a test key follow a script."))
    if new.network_policy == NetworkPolicy.NAMED and not new.fleet_ids:
        wrong.append(FieldError("fleets", "empty", "Name the fleets that may carry it."))
    if wrong:
        raise Invalid(fields=tuple(wrong))


def _windows_that_close_before_they_open(
    new: NewOrder, *, at: datetime, ready_at: datetime, due_at: datetime
) -> list[FieldError]:
    wrong = []
    if new.pickup_by and new.pickup_by <= ready_at:
        wrong.append(FieldError("pickup.pickup_by", "before_ready", "Later than the time at which it is ready."))
    if new.drop_from and new.drop_from > at + FURTHEST_AHEAD:
        wrong.append(FieldError("dropoff.drop_from", "too_far_ahead", "At most 30 days ahead."))
    if new.drop_from and new.drop_by and new.drop_by <= new.drop_from:
        wrong.append(FieldError("dropoff.drop_by", "before_drop_from", "Later than the begin of the window."))
    elif new.drop_from and due_at < new.drop_from:
        wrong.append(FieldError("dropoff.due_at", "before_drop_from", "Not before the begin of the window."))
    return wrong
