"""A robot courier: its body, its phone, and the habit of looking at it."""

import asyncio
import logging
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from apps.simulation.robots.actions import Action
from apps.simulation.robots.body import Body
from apps.simulation.robots.counts import HabitCounts
from apps.simulation.robots.errors import NoAnswer, NoNetwork, OffDuty, Refused, SignedOut
from apps.simulation.robots.habits import IDEAL, Habits
from apps.simulation.robots.hours import Hours, Span
from apps.simulation.robots.itinerary import Itinerary
from apps.simulation.robots.mishaps import draw_mishaps
from apps.simulation.robots.offers import OfferHabits
from apps.simulation.robots.phone import Phone, Refusal
from coursier.embedded.pace import Pace

logger = logging.getLogger(__name__)
SOON_S = 0.02
NEVER = float("-inf")  # on the monotonic clock
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 0.3, 5.0
ASK_AGAIN_S = 3.0
LOOK_AT_DEAD_PHONE_S = 1.0


@dataclass(slots=True)
class RobotCourier:
    """One courier. `run` never returns: cancel it."""

    phone: Phone
    body: Body
    hours: Hours
    pace: Pace
    habits: Habits = IDEAL
    counts: HabitCounts = field(default_factory=HabitCounts)
    chance: Random = field(default_factory=lambda: Random(0))
    seed: str = ""
    """Of its good and bad days: the same seed has the same mishaps in the same shift."""
    itinerary: Itinerary | None = None
    _offers: OfferHabits = field(init=False)
    _shift: Span | None = None
    _is_phone_off: bool = False
    _synced_at: float = NEVER
    _reported_at: float = NEVER
    _duty_asked_at: dict[str, float] = field(default_factory=dict)
    """When each kind of duty was last asked for."""
    _quiet_until: float = NEVER
    """Until when the phone does not try the network again."""
    _backoff_s: float = FIRST_BACKOFF_S

    def __post_init__(self) -> None:
        self._offers = OfferHabits(self.habits, Random(f"{self.seed} offers"), self.counts)

    @property
    def is_on_duty(self) -> bool:
        """Whether the platform said so at the last sync."""
        return self.itinerary is not None and self.itinerary.status != "off_duty"

    async def run(self) -> None:
        """Live: act, report, look at the phone, sleep until something happens."""
        while True:
            pause_s = await self.live()
            await asyncio.sleep(pause_s)

    async def live(self) -> float:
        """One look at everything. Returns the seconds of the wall until the next one.

        Without a network the courier goes on by what the phone knows.
        """
        now = self.pace.now()
        self._draw_mishaps(now)
        if self.phone.network.mishaps.has_flat_battery(now):
            return self._live_without_phone(now)
        self._turn_phone_on(now)
        if self._may_try():
            await self._try(self._listen())
        if self.itinerary is None:
            self.body.live_without_phone(self.pace.now())
            return self._pause_s(None)
        next_at = self._act(self.itinerary)
        if self._may_try():
            await self._try(self._tell())
        return self._pause_s(next_at)

    def _draw_mishaps(self, now: datetime) -> None:
        span = self.hours.around(now)
        if span is not None and span != self._shift:
            self._shift = span
            self.phone.network.mishaps = draw_mishaps(self.habits, span, Random(f"{self.seed} {span.starts_at}"))

    def _live_without_phone(self, now: datetime) -> float:
        if not self._is_phone_off:
            self._is_phone_off = True
            self.counts.batteries += 1
            logger.info("%s: the battery is empty.", self.phone.number)
        self.body.live_without_phone(now)
        return LOOK_AT_DEAD_PHONE_S / max(1.0, self.pace.speed / 60)

    def _turn_phone_on(self, now: datetime) -> None:
        """A phone that was off knows what it wrote down, and has to ask for the rest."""
        if self._is_phone_off:
            self._is_phone_off = False
            self.body.live_without_phone(now)
            self.phone.restart()
            self.itinerary, self._synced_at = None, NEVER

    def _may_try(self) -> bool:
        return time.monotonic() >= self._quiet_until

    async def _try(self, talk: Awaitable[None]) -> None:
        """Talk to the platform; without an answer, not again for a while."""
        try:
            await talk
            self._backoff_s = FIRST_BACKOFF_S
        except NoNetwork as reason:
            logger.debug("%s: %s", self.phone.number, reason)
            self._quiet_until = time.monotonic() + self.pace.wall_seconds_until(reason.until)
        except (NoAnswer, SignedOut) as reason:
            logger.debug("%s: %s", self.phone.number, reason)
            self._back_off()
        except Refused as reason:
            logger.warning("%s: %s", self.phone.number, reason)
            self._back_off()

    async def _listen(self) -> None:
        if not self.phone.token:
            await self.phone.sign_in()
            self.itinerary = None
        if self.itinerary is None or self._sync_at() <= time.monotonic():
            self.itinerary = await self.phone.sync(self.itinerary)
            self._synced_at = time.monotonic()

    async def _tell(self) -> None:
        if self._sends_in_s() == 0.0:
            self._take_back(await self.phone.send_actions())
        await self._report()
        if self.phone.album.waiting:
            await self.phone.send_pictures()
        if self.itinerary and self.phone.news != self.itinerary.news:
            self._synced_at = NEVER

    def _act(self, itinerary: Itinerary) -> datetime | None:
        """Do what is due now; returns when the next thing is."""
        now = self.pace.now()
        if not self.is_on_duty:
            return self._come_on_duty(now)
        self._keep_breaks(itinerary, now)
        self._go_off_duty(itinerary, now)
        answers, answer_at = self._offers.answer(itinerary.offer_ids, now)
        if answers:
            self._synced_at = NEVER
        actions, next_at = self.body.advance(now, itinerary.stops)
        for action in [*answers, *actions]:
            self.phone.note(action)
        return min((moment for moment in (answer_at, next_at) if moment), default=None)

    def _come_on_duty(self, now: datetime) -> datetime | None:
        span = self.hours.around(now)
        if span is None:
            return None
        if span.holds(now):
            at = self.body.position(now)
            self._ask_about_duty(Action("start_shift", now, {"lat": round(at.lat, 6), "lon": round(at.lon, 6)}))
            return now + self.pace.platform(wall_seconds=ASK_AGAIN_S)
        return span.starts_at

    def _keep_breaks(self, itinerary: Itinerary, now: datetime) -> None:
        is_pause = self.phone.network.mishaps.is_pause(now)
        if is_pause and itinerary.status == "on_duty":
            self.counts.pauses += self._ask_about_duty(Action("pause", now))
        elif not is_pause and itinerary.status == "paused":
            self._ask_about_duty(Action("resume", now))

    def _go_off_duty(self, itinerary: Itinerary, now: datetime) -> None:
        shift = itinerary.shift
        if shift and shift.ends_at <= now and self.body.is_idle(itinerary.stops):
            self._ask_about_duty(Action("end_shift", now))

    def _ask_about_duty(self, action: Action) -> bool:
        """Note it, unless it is on its way or was asked for just now. Returns whether it was noted."""
        wall = time.monotonic()
        asked_at = self._duty_asked_at.get(action.kind, NEVER)
        if wall - asked_at < ASK_AGAIN_S or self.phone.is_to_send(action.kind):
            return False
        self.phone.note(action)
        self._duty_asked_at[action.kind], self._synced_at = wall, NEVER
        return True

    def _take_back(self, refusals: list[Refusal]) -> None:
        """What was refused did not happen: read how things are, and go on from there."""
        for refusal in refusals:
            if refusal.action.stop_key:
                self.body.forget(refusal.action.stop_key)
            logger.info("%s: %s was refused: %s", self.phone.number, refusal.action.kind, refusal.code)
            self._synced_at = NEVER

    async def _report(self) -> None:
        wall, now = time.monotonic(), self.pace.now()
        is_leaving = self._synced_at == NEVER  # what is known of the duty may be over
        if not self.is_on_duty or is_leaving or wall < self._report_at():
            return
        self.phone.remember_point(self.body.position(now), now)
        self._reported_at = wall
        try:
            await self.phone.send_points()
        except OffDuty:
            self._synced_at = NEVER

    def _report_at(self) -> float:
        return self._reported_at + max(self.habits.report_wall_s, self.habits.report_platform_s / self.pace.speed)

    def _sync_at(self) -> float:
        return self._synced_at + self.habits.sync_wall_s

    def _sends_in_s(self) -> float | None:
        """Seconds of the wall until something is to be sent; None while the outbox is empty."""
        sends_at = self.phone.sends_at()
        return self.pace.wall_seconds_until(sends_at) if sends_at else None

    def _pause_s(self, next_at: datetime | None) -> float:
        wall = time.monotonic()
        talks = [self._sync_at() - wall]
        if self.is_on_duty:
            talks.append(self._report_at() - wall)
        if (sends_in_s := self._sends_in_s()) is not None:
            talks.append(sends_in_s)
        pauses = [max(min(talks), self._quiet_until - wall)]
        if next_at:
            pauses.append(self.pace.wall_seconds_until(next_at))
        return max(SOON_S, min(pauses))

    def _back_off(self) -> None:
        self._quiet_until = time.monotonic() + self._backoff_s * self.chance.uniform(0.7, 1.3)
        self._backoff_s = min(LONGEST_BACKOFF_S, 2 * self._backoff_s)
