"""A courier's whole shift, as it lies in the outbox of a phone, and a network that does to it what networks do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from apps.core import clock
from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import make_offer
from apps.mobile.tests.phones import Phone
from apps.orders.models import Leg
from apps.orders.pins import pin_of
from apps.orders.services import StopDetails
from tests.cast import BAKERY, CENTRE, HOME, Cast, freelance, make_courier, placed

HERE = {"lat": CENTRE.lat, "lon": CENTRE.lon}
DOOR = StopDetails("3 rue de Charonne", HOME.lat, HOME.lon, "Eve", proof=("pin",))
LOST, DEAF, HEARD = "the request is lost", "the answer is lost", "the answer is heard"
NUMBERS = count(1)


def is_answered(result: dict) -> bool:
    """Whether a phone drops the action."""
    return result["outcome"] != "refused" or not result["error"]["retry"]


class Outbox:
    """The actions of a shift, by their place in it; remembers which ones the phone has an answer to."""

    def __init__(self, phone: Phone) -> None:
        self.phone, self.actions, self.waiting = phone, [], set()
        self.first: dict[int, dict] = {}
        """The first answer to each action that the phone would drop it for, whether or not it was heard."""

    def note(self, kind: str, **fields: object) -> int:
        """Do something, at a second of its own. Returns its place."""
        place = len(self.actions)
        done_at = clock.now() + timedelta(seconds=place)  # the platform's clock stands still, the phone's does not
        self.actions.append(self.phone.action(kind, device_time=done_at.isoformat(), **fields))
        self.waiting.add(place)
        return place

    def send(self, places: Sequence[int], fate: str = HEARD) -> None:
        """Send actions as one batch, in this order, however often each is named."""
        if fate == LOST or not places:
            return
        for place, result in zip(places, self.phone.send(*[self.actions[place] for place in places]), strict=True):
            if is_answered(result):
                self.first.setdefault(place, result)
            if fate == HEARD and is_answered(result):
                self.waiting.discard(place)

    def settle(self, order: Iterable[int], *, at_a_time: int) -> None:
        """Send what is unanswered, in an order and so many at a time, until all is answered."""
        order = list(order)
        while waiting := [place for place in order if place in self.waiting]:
            for start in range(0, len(waiting), at_a_time):
                self.send(waiting[start : start + at_a_time])
            assert len(self.waiting) < len(waiting), [self.actions[place]["kind"] for place in waiting]


@dataclass(frozen=True, slots=True)
class Shift:
    """Four legs offered: two are delivered with a PIN, one fails at the door, one is declined."""

    courier: Courier
    outbox: Outbox
    legs: tuple[Leg, ...]
    begun: tuple[int, ...]
    """The places of what must have reached the platform before the phone can know the rest."""


def come_to_work(cast: Cast, messages) -> Shift:
    """A courier nobody knows yet comes on duty and is offered four legs."""
    freelance(cast.fleet)
    number = f"+3363999{next(NUMBERS):04d}"
    courier = make_courier(cast.fleet, cast.zone, name=number, phone=number, at=BAKERY)
    phone = Phone.signed_in(number, messages)
    phone.act("end_shift", device_time=(clock.now() - timedelta(minutes=1)).isoformat())
    outbox = Outbox(phone)
    start = outbox.note("start_shift", **HERE)
    outbox.send([start], DEAF)
    legs = tuple(placed(cast, dropoff=DOOR)[1] for _ in range(4))
    offers = [make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=courier.pk) for leg in legs]
    accepted = [outbox.note("accept_offer", offer_id=public_id("off", offer.pk)) for offer in offers[:3]]
    outbox.note("decline_offer", offer_id=public_id("off", offers[3].pk), reason="too far")
    return Shift(courier, outbox, legs, (start, *accepted))


def work(shift: Shift) -> None:
    """Do all of the rest, on the phone only: it knows the epochs, since the accepted legs came with a sync."""
    note, named = shift.outbox.note, [{"leg_id": public_id("leg", leg.pk), "epoch": 1} for leg in shift.legs]
    note("pause")
    for leg in named[:3]:
        note("arrive", stop="pickup", **leg)
        # what is shown at a pickup belongs here: a scan of each parcel, a photo
        note("pick_up", **leg)
    note("resume")
    for leg, row in zip(named[:2], shift.legs, strict=False):
        note("arrive", stop="dropoff", **leg)
        # and here what is shown at a door: a signature, a photo
        note("deliver", pin=pin_of(row.order_id), **leg)
    note("arrive", stop="dropoff", **named[2])
    note("fail", reason="recipient_absent", stop="dropoff", **named[2])
    note("end_shift")


ENDS = ("LegMoved", "OfferMade", "OfferEnded", "AttentionRaised", "IncidentOpened")


def story_of(shift: Shift) -> dict[str, object]:
    """All that must be the same at the end, whatever the network did."""
    courier = Courier.objects.get(pk=shift.courier.pk)
    done = Assignment.objects.select_related("courier__fleet").filter(courier=courier)
    return {
        "duty": (courier.status, courier.load_legs, courier.shift_id),
        "legs": [_leg(leg) for leg in shift.legs],
        "offers": [Offer.objects.get(leg=leg).status for leg in shift.legs],
        "assignments": sorted((row.epoch, row.is_live, row.end) for row in done),
        "events": [_events(leg) for leg in shift.legs],
    }


def _leg(leg: Leg) -> tuple[object, ...]:
    row = Leg.objects.select_related("order").get(pk=leg.pk)
    return row.status, row.epoch, row.version, row.courier_id is not None, row.order.status


def _events(leg: Leg) -> list[tuple[str, str]]:
    rows = Event.objects.filter(order_id=leg.order_id, name__in=ENDS).order_by("id")
    return [(row.name, row.payload.get("after") or row.payload.get("status") or "") for row in rows]
