"""What a robot courier does with its body: rides, arrives, waits, hands over, leaves. Pure: no network, time passed in.

The body lives in the time of the platform and never waits for an answer: what it does is noted as actions with the
moment at which it was done, as an offline phone would. A refused action is taken back with `forget`, and the next
advance goes by what the platform says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from apps.core.geo import Point
from apps.simulation.robots.actions import Action, done_at
from apps.simulation.robots.itinerary import Stop, StopKey, next_visit
from apps.simulation.robots.riding import Ride, Vehicle
from apps.simulation.robots.showing import Showing

RECIPIENT_PATIENCE = timedelta(minutes=10)
"""How long a courier waits at a door where a PIN is asked for and nobody tells one."""
RINGS_EVERY = timedelta(seconds=30)


@dataclass(slots=True)
class Body:
    """Where a courier is and what it is doing. Half of a stop's service time passes before the handover, half after."""

    point: Point
    vehicle: Vehicle
    at: datetime
    """Up to when the body has lived."""
    showing: Showing = field(default_factory=Showing)
    ride: Ride | None = None
    arrived_at: datetime | None = None
    """Since when it is at the next stop; None on the way."""
    leaves_at: datetime | None = None
    """When it is done with a handover that was made."""
    _waits_for_work: bool = True
    _done: set[StopKey] = field(default_factory=set)
    _reached: set[StopKey] = field(default_factory=set)

    def position(self, now: datetime) -> Point:
        """Where the courier is at a moment."""
        return self.ride.position(now) if self.ride else self.point

    def is_idle(self, stops: Sequence[Stop]) -> bool:
        """Whether nothing is left to do."""
        return self.leaves_at is None and not self._left(stops)

    def forget(self, stop_key: StopKey) -> None:
        """The platform refused what was done at a stop: it is as if it had not been."""
        self._done.discard(stop_key)
        self._reached.discard(stop_key)

    def advance(self, now: datetime, stops: Sequence[Stop]) -> tuple[list[Action], datetime | None]:
        """Live until `now`. Returns what was done, and when something will happen next (None: with new stops)."""
        if self._waits_for_work:
            self.at = max(self.at, now)  # what is new is news of this moment: nobody sets out before hearing of it
        known = {stop.key for stop in stops}
        self._done &= known
        self._reached &= known
        self.showing.forget_all_but(known)
        actions: list[Action] = []
        while True:
            wait_until = self._step(now, self._left(stops), actions)
            if wait_until is None or wait_until > now:
                self.at = max(self.at, now)
                self._waits_for_work = wait_until is None
                return actions, wait_until

    def live_without_phone(self, now: datetime) -> None:
        """Live until `now` with a phone that is off: a ride and a handover end, nothing new is begun."""
        if self.leaves_at is not None:
            self._leave(now)
        if self.ride is not None and self.ride.arrives_at <= now:
            self.point, self.ride = self.ride.end, None
        self.at = max(self.at, now)

    def _left(self, stops: Iterable[Stop]) -> list[Stop]:
        return [stop for stop in stops if stop.key not in self._done]

    def _step(self, now: datetime, stops: Sequence[Stop], actions: list[Action]) -> datetime | None:
        """One thing at a time: the moment at which the next one is due, in the past if it can be done at once."""
        if self.leaves_at is not None:
            return self._leave(now)
        visit = next_visit(stops)
        if not visit:
            self._stand_still(now)
            return None
        if self._is_at(visit[0].point):
            return self._serve(now, visit, actions)
        return self._ride(now, visit[0].point)

    def _leave(self, now: datetime) -> datetime:
        assert self.leaves_at is not None  # noqa: S101 - asked by the caller
        leaves_at = self.leaves_at
        if leaves_at <= now:
            self.at, self.leaves_at, self.arrived_at = leaves_at, None, None
        return leaves_at

    def _stand_still(self, now: datetime) -> None:
        self.point, self.ride, self.arrived_at = self.position(now), None, None

    def _is_at(self, point: Point) -> bool:
        return self.ride is None and self.point == point

    def _ride(self, now: datetime, to: Point) -> datetime:
        """Go on riding, or set out: from where the courier is, when it learned of the stop or was free for it."""
        if self.ride is None or self.ride.end != to:
            departs_at = self.at if self.ride is None else now
            start = self.position(departs_at)
            self.arrived_at = None
            self.ride = Ride(start, to, departs_at, departs_at + self.vehicle.duration(start, to))
        arrives_at = self.ride.arrives_at
        if arrives_at <= now:
            self.point, self.ride, self.at = to, None, arrives_at
        return arrives_at

    def _serve(self, now: datetime, visit: Sequence[Stop], actions: list[Action]) -> datetime:
        if self.arrived_at is None:
            self.arrived_at = self.at
        for stop in visit:
            if not stop.is_reached and stop.key not in self._reached:
                self._reached.add(stop.key)
                actions.append(done_at(stop, "arrive", self.at, {"stop": stop.kind}))
        opens = [stop.opens_at for stop in visit if stop.opens_at]
        half = visit[0].service / 2
        handover_at = max([self.arrived_at + half, *opens])
        if handover_at <= now:
            if now < handover_at + RECIPIENT_PATIENCE and any(self.showing.lacks_pin(stop) for stop in visit):
                return now + RINGS_EVERY
            handover_at = max(handover_at, self.at)
            for stop in visit:
                self._done.add(stop.key)
                actions += self.showing.hand_over(stop, handover_at)
            self.at, self.leaves_at = handover_at, handover_at + half
        return handover_at
