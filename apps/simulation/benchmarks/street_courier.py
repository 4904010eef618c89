"""A courier of the street benchmark: what the phone sends and when. Pure: no network, time passed in.

The body is that of the robots; the phone is bare, since a thousand of them share one thread.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson

from apps.core.geo import Point
from apps.simulation.robots.body import Body
from apps.simulation.robots.itinerary import Itinerary
from apps.simulation.robots.riding import Vehicle

POINTS = 5
REPORT_EVERY_S = 5.0


@dataclass(slots=True)
class StreetCourier:
    """One courier. Moments are the platform's."""

    token: str
    body: Body
    itinerary: Itinerary | None = None
    news: int = -1
    outbox: list[dict[str, Any]] = field(default_factory=list)
    delivered: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _answered_offers: set[str] = field(default_factory=set)

    @property
    def wants_to_sync(self) -> bool:
        """Whether something changed that this phone does not know of yet."""
        return self.itinerary is None or self.itinerary.news != self.news

    def report(self, now: datetime, step: timedelta, *, points: int = POINTS) -> bytes:
        """The body of a batch of positions: the last ones, a step apart."""
        rows = []
        for place in range(points):
            moment = now - step * (points - 1 - place)
            at = self.body.position(moment)
            rows.append({"lat": round(at.lat, 6), "lon": round(at.lon, 6), "device_time": moment, "accuracy_m": 8})
        return orjson.dumps({"positions": rows})

    def learn(self, answer: dict[str, Any], now: datetime) -> None:
        """What a sync says. Offers are accepted at once."""
        self.itinerary = Itinerary.from_json(answer)
        self.news = self.itinerary.news
        for offer_id in self.itinerary.offer_ids:
            if offer_id not in self._answered_offers:
                self._answered_offers.add(offer_id)
                self._note("accept_offer", now, {"offer_id": offer_id})

    def live(self, now: datetime) -> datetime | None:
        """Do what is due. Returns when the next thing is; None: with new stops."""
        if self.itinerary is None:
            return None
        actions, next_at = self.body.advance(now, self.itinerary.stops)
        for action in actions:
            self._note(action.kind, action.at, action.fields)
        return next_at

    def answered(self, sent: list[dict[str, Any]], answer: dict[str, Any]) -> list[str]:
        """Take what was answered out of the outbox. Returns the codes of refusals; the next sync says how it stands."""
        self.news = int(answer["news"])
        self.outbox = self.outbox[len(sent) :]
        results = {result["id"]: result for result in answer["results"]}
        errors = [results[action["id"]].get("error") for action in sent]
        done = [action["kind"] for action, error in zip(sent, errors, strict=True) if not error]
        self.delivered += done.count("deliver")
        refused = [error["code"] for error in errors if error]
        if self.itinerary and (refused or any(action["kind"] == "accept_offer" for action in sent)):
            self.itinerary = replace(self.itinerary, news=-1)  # known no more: it is asked for again
        return refused

    def _note(self, kind: str, at: datetime, fields: dict[str, Any]) -> None:
        number = next(self._numbers)
        self.outbox.append({"id": str(uuid4()), "kind": kind, "sequence": number, "device_time": at, **fields})


def street_courier(*, token: str, at: Point, vehicle: Vehicle, now: datetime) -> StreetCourier:
    """A courier who waits at a place."""
    return StreetCourier(token, Body(at, vehicle, now))
