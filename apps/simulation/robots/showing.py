"""What a courier shows at a stop: scans of the parcels, photos, signatures, and the PIN that the recipient tells.

Pure, as the body is: what is done comes back as actions, and the pictures with the action that names them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import uuid4

from apps.simulation.robots.actions import Action, done_at
from apps.simulation.robots.counts import HabitCounts
from apps.simulation.robots.habits import IDEAL, Habits
from apps.simulation.robots.itinerary import Stop, StopKey
from apps.simulation.robots.pictures import Picture, PictureKind

PICTURES: tuple[PictureKind, ...] = ("photo", "signature")


@dataclass(slots=True)
class Showing:
    """One courier's way with proofs. `pins` is what recipients tell at their doors, by order.

    What was made for a stop is kept: who has to hand over again shows the same photo.
    """

    habits: Habits = IDEAL
    chance: Random = field(default_factory=lambda: Random(0))
    counts: HabitCounts = field(default_factory=HabitCounts)
    pins: Mapping[str, str] = field(default_factory=dict)
    _made: dict[tuple[StopKey, PictureKind], Picture] = field(default_factory=dict)
    _careful: set[StopKey] = field(default_factory=set)
    """Where a PIN was mistyped: not twice."""

    def lacks_pin(self, stop: Stop) -> bool:
        """Whether there is nobody to tell the PIN that is asked for."""
        return "pin" in stop.proof and stop.order_id not in self.pins

    def hand_over(self, stop: Stop, at: datetime) -> list[Action]:
        """What is done at the handover, in order. Without the PIN that it takes it fails."""
        if self.lacks_pin(stop):
            reason = {"stop": stop.kind, "reason": "recipient_absent", "note": "Nobody tells the PIN."}
            return [done_at(stop, "fail", at, reason)]
        pictures = tuple(self._picture(kind, stop, at) for kind in PICTURES if kind in stop.proof)
        named = {"proofs": [picture.id for picture in pictures]} if pictures else {}
        if stop.kind == "pickup":
            return [*self._scans(stop, at), done_at(stop, "pick_up", at, named, pictures)]
        # with the place: an action that was kept on the phone comes before the positions of that time
        fields = {"lat": round(stop.point.lat, 6), "lon": round(stop.point.lon, 6), **named, **self._pin(stop)}
        return [*self._scans(stop, at), done_at(stop, "deliver", at, fields, pictures)]

    def forget_all_but(self, known: Collection[StopKey]) -> None:
        """Stops that are behind for good need nothing any more."""
        self._made = {made: picture for made, picture in self._made.items() if made[0] in known}
        self._careful &= set(known)

    def _scans(self, stop: Stop, at: datetime) -> list[Action]:
        """Where it is asked for all parcels, at a pickup whatever has a label; some of them by typing what is on it."""
        is_asked = "barcode" in stop.proof
        scans = []
        for parcel in stop.parcels:
            if parcel.is_scanned or not (is_asked or (stop.kind == "pickup" and parcel.has_label)):
                continue
            if self._mistypes():
                wrong = {"stop": stop.kind, "barcode": self._mistyped(parcel.barcode)}
                scans.append(Action("scan", at, {"leg_id": stop.leg_id, "epoch": stop.epoch, **wrong}))
            scans.append(done_at(stop, "scan", at, {"stop": stop.kind, "barcode": parcel.barcode}))
        return scans

    def _pin(self, stop: Stop) -> dict[str, str]:
        if "pin" not in stop.proof:
            return {}
        pin = self.pins[stop.order_id]
        if stop.key in self._careful or not self._mistypes():
            return {"pin": pin}
        self._careful.add(stop.key)
        return {"pin": self._mistyped(pin)}

    def _mistypes(self) -> bool:
        does = self.chance.random() < self.habits.mistypes_share
        self.counts.mistyped += does
        return does

    def _mistyped(self, text: str) -> str:
        """With another digit somewhere."""
        place = self.chance.randrange(len(text))
        other = self.chance.choice([digit for digit in "0123456789" if digit != text[place]])
        return text[:place] + other + text[place + 1 :]

    def _picture(self, kind: PictureKind, stop: Stop, at: datetime) -> Picture:
        made = self._made.get((stop.key, kind))
        if made is None:
            made = Picture(str(uuid4()), kind, stop.key, at, stop.contact_name if kind == "signature" else "")
            self._made[(stop.key, kind)] = made
        return made
