"""What lies in the outbox of a phone, actions and pictures, and a network that does to it what networks do."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from apps.core import clock
from apps.mobile.tests.phones import Phone
from apps.orders.models import Leg

LOST, DEAF, HEARD = "the request is lost", "the answer is lost", "the answer is heard"
PICTURE = "picture"  # beside the kinds of actions


def is_answered(result: dict) -> bool:
    """Whether a phone drops the action."""
    return result["outcome"] != "refused" or not result["error"]["retry"]


@dataclass(slots=True)
class Picture:
    """A photo or a signature that was made, and how much of it the phone knows to have come: None, not even told."""

    id: str
    content: bytes
    leg: Leg
    told: dict[str, str]
    received_bytes: int | None = None

    def brought_on(self, phone: Phone) -> dict:
        """Send the next request of it: what it is, then each half. A whole one is told or sent once more."""
        half = len(self.content) // 2
        if self.received_bytes is None:
            answer = phone.tell(self.content, self.leg, id=self.id, **self.told)
        else:
            begin = half if self.received_bytes else 0
            end = len(self.content) if begin else half
            answer = phone.put(self.id, begin, self.content[begin:end])
        assert answer.status_code in (200, 201, 409), answer.content
        seen = answer.json()
        return seen if answer.status_code != 409 else seen["error"]["state"]  # what was thought to be missing was here


class Outbox:
    """What a courier did, by its place in the shift; remembers which of it the phone has an answer to."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.made: list[dict | Picture] = []
        self.waiting: set[int] = set()
        self.first: dict[int, dict] = {}
        """The first answer to each action that the phone would drop it for, whether or not it was heard."""
        self._instead: dict[int, dict] = {}

    @property
    def actions(self) -> dict[int, dict]:
        """The actions, by their place."""
        return {place: made for place, made in enumerate(self.made) if isinstance(made, dict)}

    @property
    def pictures(self) -> dict[int, Picture]:
        """The photos and signatures, by their place."""
        return {place: made for place, made in enumerate(self.made) if isinstance(made, Picture)}

    def places_of(self, kinds: Collection[str]) -> set[int]:
        """Where something of these kinds is, so far."""
        actions = {place for place, action in self.actions.items() if action["kind"] in kinds}
        return actions | (set(self.pictures) if PICTURE in kinds else set())

    def note(self, kind: str, *, instead: dict | None = None, **fields: object) -> int:
        """Do something, at a second of its own. Returns its place. `instead`: how it is done again if refused."""
        place = self._keep(self.phone.action(kind, device_time=self._now(), **fields))
        if instead:
            self._instead[place] = {"kind": kind, **fields, **instead}
        return place

    def show(self, picture: bytes, leg: Leg, **told: str) -> str:
        """Make a photo or a signature, at a second of its own. Returns its id."""
        made = Picture(self.phone.new_id(), picture, leg, {"device_time": self._now(), **told})
        self._keep(made)
        return made.id

    def send(self, places: Sequence[int], fate: str = HEARD) -> None:
        """Send what is at these places, in this order, however often each is named.

        Actions that follow each other are one batch; of a picture the next request is made.
        """
        there = [place for place in places if place < len(self.made)]  # a courier may not have come to it yet
        if fate == LOST:
            return
        for is_action, run in groupby(there, key=lambda place: isinstance(self.made[place], dict)):
            if is_action:
                self._send_batch(list(run), fate)
                continue
            for place in run:
                self._bring_on(place, fate)

    def settle(self, order: Iterable[int], *, at_a_time: int, late: Collection[int] = ()) -> None:
        """Send what is unanswered, in an order and so many at a time, until all is answered.

        What is `late` stays behind until nothing more is answered without it.
        """
        order = list(order)
        while waiting := [place for place in order if place in self.waiting]:
            before, sent = self._progress(), [place for place in waiting if place not in late]
            for start in range(0, len(sent), at_a_time):
                self.send(sent[start : start + at_a_time])
            if self._progress() == before:
                assert late, [self.made[place] for place in waiting]
                late = ()

    def _now(self) -> str:
        return (clock.now() + timedelta(seconds=len(self.made))).isoformat()  # the platform's clock stands still

    def _keep(self, made: dict | Picture) -> int:
        self.made.append(made)
        self.waiting.add(len(self.made) - 1)
        return len(self.made) - 1

    def _progress(self) -> tuple[set[int], list[int | None]]:
        return set(self.waiting), [picture.received_bytes for picture in self.pictures.values()]

    def _send_batch(self, places: list[int], fate: str) -> None:
        for place, result in zip(places, self.phone.send(*[self.made[place] for place in places]), strict=True):
            if not is_answered(result):
                continue
            self.first.setdefault(place, result)
            if fate == HEARD:
                self.waiting.discard(place)
                if "error" in result and place in self._instead:
                    self.note(**self._instead.pop(place))

    def _bring_on(self, place: int, fate: str) -> None:
        picture = self.pictures[place]
        state = picture.brought_on(self.phone)
        if fate == HEARD:
            picture.received_bytes = state["received_bytes"]
            if picture.received_bytes == len(picture.content):
                self.waiting.discard(place)
