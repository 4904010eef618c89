"""What merchants ask to be shown for their parcels: some a photo, some a PIN, most nothing at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from apps.simulation.city.model import MerchantKind
from apps.simulation.robots.line import Json


@dataclass(frozen=True, slots=True)
class Wish:
    """What one order asks for at its stops. With labels, its parcels have barcodes of the merchant's own."""

    at_pickup: tuple[str, ...] = ()
    at_door: tuple[str, ...] = ()
    has_labels: bool = False

    def added_to(self, body: Json, *, key: str) -> Json:
        """An order's body that says so. Labels begin with the order's key, which is the merchant's own."""
        asked = dict(body)
        for stop, kinds in (("pickup", self.at_pickup), ("dropoff", self.at_door)):
            if kinds:
                asked[stop] = {**body[stop], "proof": list(kinds)}
        if self.has_labels:
            parcels = enumerate(body["parcels"], start=1)
            asked["parcels"] = [{**parcel, "barcode": f"{key}-{number}"} for number, parcel in parcels]
        return asked


NOTHING = Wish()
PHOTO = Wish(at_door=("photo",))
PIN = Wish(at_door=("pin",))
SIGNATURE = Wish(at_door=("signature",))
LABELS = Wish(has_labels=True)
SCANNED = Wish(("barcode",), (), has_labels=True)

OF_TRADE: Mapping[MerchantKind, tuple[Wish, ...]] = MappingProxyType(
    {
        "restaurant": (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, PHOTO, PIN),
        "bakery": (NOTHING, NOTHING, NOTHING, PHOTO),
        "grocer": (LABELS, SCANNED, Wish(("barcode",), ("photo",), has_labels=True), NOTHING),
        "pharmacy": (Wish(("barcode",), ("pin",), has_labels=True), Wish((), ("pin", "signature")), PIN),
        "florist": (Wish(("photo",), ("photo",)), PHOTO, NOTHING),
        "bookshop": (Wish(("barcode",), ("signature",), has_labels=True), LABELS),
        "caterer": (SIGNATURE, Wish(("photo",), ("signature",)), Wish(("barcode",), ("barcode",), has_labels=True)),
    }
)
"""By kind of merchant: one of these, each as likely as it is often written."""

OF_ANYBODY: tuple[Wish, ...] = (
    *[NOTHING] * 6,
    PHOTO,
    PIN,
    SIGNATURE,
    LABELS,
    SCANNED,
    Wish(("photo",), ("pin", "photo")),
    Wish(("barcode", "signature"), ("barcode", "photo", "signature"), has_labels=True),
)
"""For days of which it is not known who ordered: half of the orders ask for something, and everything is asked for."""
