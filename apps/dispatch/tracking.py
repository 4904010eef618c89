"""What whoever holds an order's tracking link may see: how far it is, when it comes, and who brings it.

It lives in dispatch, which alone knows orders, couriers and expected times. A courier is followed only while he has the
parcels and rides to the recipient with them: neither before the pickup, nor after the handover, nor on the way back. Of
the merchant and of the recipient themselves nothing is told: a link is passed on.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.core import clock
from apps.core.geo import Point
from apps.couriers.models import Courier
from apps.couriers.positions import positions_now
from apps.dispatch.models import Assignment
from apps.orders.errors import OrderNotFound, TrackingEnded
from apps.orders.lifecycle import ORDER_ENDED, LegStatus
from apps.orders.models import Leg, Order, ProofAsked
from apps.orders.pins import pin_of

SHOWN_AFTER_THE_END = timedelta(hours=24)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")  # else PostgreSQL is asked for characters that no text has
_ON_THE_WAY = (LegStatus.PICKED_UP, LegStatus.AT_DROPOFF)


@dataclass(frozen=True, slots=True)
class FollowedCourier:
    """Who brings it: a first name, and where they are; None while that is not known."""

    first_name: str
    position: Point | None


@dataclass(frozen=True, slots=True)
class Tracked:
    """A delivery as its recipient sees it. Times that are not known, or not any more, are None."""

    status: str
    promised_pickup_at: datetime
    promised_dropoff_at: datetime
    expected_pickup_at: datetime | None
    expected_dropoff_at: datetime | None
    picked_up_at: datetime | None
    ended_at: datetime | None
    courier: FollowedCourier | None
    pin: str | None
    """To be told to the courier at the door, and to nobody before; None where none is asked for, or not any more."""


def tracked_by(token: str) -> Tracked:
    """The delivery behind a token. Raises OrderNotFound, or TrackingEnded a day after its end."""
    order = Order.objects.filter(tracking_token=token).first() if _TOKEN.match(token) else None
    if order is None:
        raise OrderNotFound
    if order.ended_at is not None and order.ended_at + SHOWN_AFTER_THE_END <= clock.now():
        raise TrackingEnded
    legs = list(Leg.objects.filter(order_id=order.pk).order_by("sequence"))
    expected = {held.leg_id: held for held in Assignment.objects.filter(leg__in=[leg.pk for leg in legs], is_live=True)}
    first, last = expected.get(legs[0].pk), expected.get(legs[-1].pk)
    is_over = order.status in ORDER_ENDED
    return Tracked(
        status=order.status,
        promised_pickup_at=order.promised_pickup_at,
        promised_dropoff_at=order.promised_dropoff_at,
        expected_pickup_at=first.expected_pickup_at if first and order.picked_up_at is None and not is_over else None,
        expected_dropoff_at=last.expected_dropoff_at if last and not is_over else None,
        picked_up_at=order.picked_up_at,
        ended_at=order.ended_at,
        courier=_followed(legs[-1]),
        pin=pin_of(order.pk) if not is_over and ProofAsked.PIN in order.dropoff.get("proof", ()) else None,
    )


def _followed(last: Leg) -> FollowedCourier | None:
    """The courier of the leg that ends at the recipient, while he has the parcels."""
    if last.status not in _ON_THE_WAY or last.courier_id is None:
        return None
    name, is_stand_in = Courier.objects.values_list("name", "is_stand_in").get(pk=last.courier_id)
    first_name = name.split()[0] if name.split() and not is_stand_in else ""  # a stand-in has its fleet's name
    return FollowedCourier(first_name, positions_now([last.courier_id]).get(last.courier_id))
