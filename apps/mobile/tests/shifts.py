"""A courier's whole shift, as it lies in the outbox of a phone."""

from dataclasses import dataclass
from itertools import count
from uuid import uuid4

from apps.core.ids import public_id
from apps.couriers.models import Courier
from apps.couriers.services import end_shift
from apps.couriers.services.devices import register_device
from apps.dispatch.services import make_offer
from apps.mobile.tests.outboxes import DEAF, Outbox
from apps.mobile.tests.phones import Phone
from apps.mobile.tests.pictures import photo, signature
from apps.orders.models import Leg, Parcel
from apps.orders.pins import pin_of
from apps.orders.services import NewParcel, StopDetails
from tests.cast import BAKERY, CENTRE, HOME, Cast, freelance, make_courier, placed

HERE = {"lat": CENTRE.lat, "lon": CENTRE.lon}
AT_THE_DOOR = {"lat": HOME.lat, "lon": HOME.lon}
NUMBERS = count(1)
PHOTO, SIGNATURE = photo(size=(16, 12)), signature()
ASKED = [  # at the pickup, at the door
    (("barcode", "photo"), ("pin", "barcode", "signature")),
    ((), ("pin", "photo")),
    ((), ("pin", "photo")),
    ((), ("pin",)),
]
AFTERWARDS = 1  # so many actions are made only when a refusal is heard


@dataclass(frozen=True, slots=True)
class Shift:
    """Four legs offered: two are delivered with all that is asked for, one fails at the door, one is declined.

    The first has two parcels, of which one is damaged and one is scanned twice; a parcel of another leg is scanned
    there too. The second is delivered far from its door, with the wrong PIN at first, and shows a photo of the first.
    """

    courier: Courier
    outbox: Outbox
    legs: tuple[Leg, ...]
    begun: tuple[int, ...]
    """The places of what must have reached the platform before the phone can know the rest."""

    def parcels(self, number: int) -> list[Parcel]:
        """The parcels of one of the legs, in their order."""
        return list(Parcel.objects.filter(order_id=self.legs[number].order_id).order_by("pk"))


def come_to_work(cast: Cast) -> Shift:
    """A courier nobody knows yet comes on duty and is offered four legs."""
    freelance(cast.fleet)
    number = f"+3363999{next(NUMBERS):04d}"
    courier = make_courier(cast.fleet, cast.zone, name=number, phone=number, at=BAKERY)
    end_shift(courier_id=courier.pk)
    outbox = Outbox(Phone(register_device(courier_id=courier.pk, label="test")))
    start = outbox.note("start_shift", **HERE)
    outbox.send([start], DEAF)
    legs = tuple(_offered(cast, *asked, parcels=2 - bool(number)) for number, asked in enumerate(ASKED))
    offers = [make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=courier.pk) for leg in legs]
    accepted = [outbox.note("accept_offer", offer_id=public_id("off", offer.pk)) for offer in offers[:3]]
    outbox.note("decline_offer", offer_id=public_id("off", offers[3].pk), reason="too far")
    return Shift(courier, outbox, legs, (start, *accepted))


def _offered(cast: Cast, at_pickup: tuple[str, ...], at_dropoff: tuple[str, ...], *, parcels: int) -> Leg:
    bakery = StopDetails("12 rue de Rivoli", BAKERY.lat, BAKERY.lon, "Dee", proof=at_pickup)
    home = StopDetails("3 rue de Charonne", HOME.lat, HOME.lon, "Eve", proof=at_dropoff)
    return placed(cast, pickup=bakery, dropoff=home, parcels=(NewParcel(500),) * parcels)[1]


def work(shift: Shift) -> None:
    """Do all of the rest, on the phone only: it knows the epochs, since the accepted legs came with a sync."""
    note = shift.outbox.note
    used_twice, own = _a_new_photo(), _a_new_photo()
    note("pause")
    _fetch_two_parcels(shift, used_twice)
    for number in (1, 2):
        leg = _named(shift, number)
        note("arrive", stop="pickup", **leg)
        note("pick_up", **leg)
    note("resume")
    _hand_over_two_parcels(shift)
    _deliver_from_far_away(shift, used_twice)
    _find_nobody(shift, own)
    note("end_shift")


def _fetch_two_parcels(shift: Shift, picture: bytes) -> None:
    note, leg = shift.outbox.note, _named(shift, 0)
    (one, two), (strange,) = shift.parcels(0), shift.parcels(1)
    note("arrive", stop="pickup", **leg)
    note("scan", stop="pickup", barcode=one.barcode, **leg)
    note("scan", stop="pickup", barcode=strange.barcode, **leg)
    note("scan", stop="pickup", parcel_id=public_id("par", one.pk), **leg)
    note("scan", stop="pickup", barcode=two.barcode, **leg)
    note("scan", stop="pickup", barcode=two.barcode, **{**leg, "epoch": 0})  # from a life before this one
    shown = shift.outbox.show(picture, shift.legs[0], kind="photo", stop="pickup", epoch=1)
    note("pick_up", proofs=[shown], **leg)
    note("report", incident="damaged_parcel", note="Wet", **leg)


def _hand_over_two_parcels(shift: Shift) -> None:
    note, leg = shift.outbox.note, _named(shift, 0)
    note("arrive", stop="dropoff", **leg)
    for parcel in shift.parcels(0):
        note("scan", stop="dropoff", barcode=parcel.barcode, **leg)
    signed = {"kind": "signature", "content_type": "image/png", "signed_by": "Eve"}
    shown = shift.outbox.show(SIGNATURE, shift.legs[0], stop="dropoff", epoch=1, **signed)
    note("deliver", pin=_pin(shift, 0), proofs=[shown], handed_to="neighbour", **AT_THE_DOOR, **leg)


def _deliver_from_far_away(shift: Shift, picture: bytes) -> None:
    note, leg = shift.outbox.note, _named(shift, 1)
    note("arrive", stop="dropoff", **leg)
    (parcel,) = shift.parcels(1)
    note("scan", stop="dropoff", barcode=parcel.barcode, **leg)  # nobody asked for it
    shown = shift.outbox.show(picture, shift.legs[1], kind="photo", stop="dropoff", epoch=1)
    right = _pin(shift, 1)
    wrong = "000000" if right != "000000" else "000001"
    note("deliver", instead={"pin": right}, pin=wrong, proofs=[shown], **HERE, **leg)


def _find_nobody(shift: Shift, picture: bytes) -> None:
    note, leg = shift.outbox.note, _named(shift, 2)
    note("arrive", stop="dropoff", **leg)
    shown = shift.outbox.show(picture, shift.legs[2], kind="photo", stop="dropoff", epoch=1)
    note("fail", reason="recipient_absent", stop="dropoff", proofs=[shown], **leg)
    (parcel,), (declined,) = shift.parcels(2), shift.parcels(3)
    note("scan", stop="dropoff", barcode=parcel.barcode, **leg)  # still in the courier's hands
    note("scan", stop="pickup", barcode=declined.barcode, **_named(shift, 3))


def _named(shift: Shift, number: int) -> dict[str, object]:
    return {"leg_id": public_id("leg", shift.legs[number].pk), "epoch": 1}


def _pin(shift: Shift, number: int) -> str:
    return pin_of(shift.legs[number].order_id)


def _a_new_photo() -> bytes:
    return PHOTO + uuid4().bytes  # no two are the same file
