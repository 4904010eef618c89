"""A robot courier: its body, its phone, and the habit of looking at it."""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from apps.simulation.robots.body import Action, Body
from apps.simulation.robots.errors import NoAnswer, OffDuty, Refused, SignedOut
from apps.simulation.robots.hours import Hours
from apps.simulation.robots.itinerary import Itinerary
from apps.simulation.robots.phone import Phone, Refusal
from coursier.embedded.pace import Pace

logger = logging.getLogger(__name__)
SOON_S = 0.02
NEVER = float("-inf")  # on the monotonic clock
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 0.3, 5.0
ASK_AGAIN_S = 3.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How a courier behaves. An ideal one answers at once and takes everything."""

    report_wall_s: float = 1.0
    """Positions are sent this often, and every `report_platform_s` when that is longer."""
    report_platform_s: float = 5.0
    sync_wall_s: float = 10.0
    """The phone asks for everything this often, news or not."""
    answers_after_s: tuple[float, float] = (0.0, 0.0)
    """Platform seconds until an offer is answered: from, to."""
    declines_share: float = 0.0


IDEAL = Habits()
HUMAN = Habits(answers_after_s=(2.0, 12.0), declines_share=0.05)


@dataclass(slots=True)
class RobotCourier:
    """One courier. `run` never returns: cancel it."""

    phone: Phone
    body: Body
    hours: Hours
    pace: Pace
    habits: Habits = IDEAL
    chance: Random = field(default_factory=lambda: Random(0))
    itinerary: Itinerary | None = None
    _answers: dict[str, tuple[datetime, bool]] = field(default_factory=dict)
    _synced_at: float = NEVER
    _reported_at: float = NEVER
    _duty_asked_at: float = NEVER
    _backoff_s: float = FIRST_BACKOFF_S

    @property
    def is_on_duty(self) -> bool:
        """Whether the platform said so at the last sync."""
        return self.itinerary is not None and self.itinerary.status != "off_duty"

    async def run(self) -> None:
        """Live: act, report, look at the phone, sleep until something happens."""
        while True:
            try:
                pause_s = await self.live()
                self._backoff_s = FIRST_BACKOFF_S
            except (NoAnswer, SignedOut) as reason:
                logger.debug("%s: %s", self.phone.number, reason)
                pause_s = self._back_off()
            except Refused as reason:
                logger.warning("%s: %s", self.phone.number, reason)
                pause_s = self._back_off()
            await asyncio.sleep(pause_s)

    async def live(self) -> float:
        """One look at everything. Returns the seconds of the wall until the next one."""
        if not self.phone.token:
            await self.phone.sign_in()
            self.itinerary = None
        if self._sync_is_due():
            await self._sync()
        assert self.itinerary is not None  # noqa: S101 - the sync has just made it
        next_at = self._act(self.itinerary)
        if self.phone.outbox:
            self._take_back(await self.phone.send_actions())
        await self._report()
        if self.phone.news != self.itinerary.news:
            self._synced_at = NEVER
            return SOON_S
        return self._pause_s(next_at)

    def _act(self, itinerary: Itinerary) -> datetime | None:
        """Do what is due now; returns when the next thing is."""
        now = self.pace.now()
        if not self.is_on_duty:
            return self._come_on_duty(now)
        self._go_off_duty(itinerary, now)
        answer_at = self._answer_offers(itinerary, now)
        actions, next_at = self.body.advance(now, itinerary.stops)
        for action in actions:
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

    def _go_off_duty(self, itinerary: Itinerary, now: datetime) -> None:
        shift = itinerary.shift
        if shift and shift.ends_at <= now and self.body.is_idle(itinerary.stops):
            self._ask_about_duty(Action("end_shift", now))

    def _ask_about_duty(self, action: Action) -> None:
        wall = time.monotonic()
        if wall - self._duty_asked_at >= ASK_AGAIN_S:
            self.phone.note(action)
            self._duty_asked_at, self._synced_at = wall, NEVER

    def _answer_offers(self, itinerary: Itinerary, now: datetime) -> datetime | None:
        """Accept or decline what was thought over; returns when the next answer is due."""
        self._answers = {key: value for key, value in self._answers.items() if key in itinerary.offer_ids}
        for offer_id in itinerary.offer_ids:
            if offer_id not in self._answers:
                after = timedelta(seconds=self.chance.uniform(*self.habits.answers_after_s))
                self._answers[offer_id] = now + after, self.chance.random() >= self.habits.declines_share
        due = [key for key, (moment, _) in self._answers.items() if moment <= now]
        for offer_id in due:
            kind = "accept_offer" if self._answers[offer_id][1] else "decline_offer"
            self.phone.note(Action(kind, now, {"offer_id": offer_id}))
            self._answers[offer_id] = datetime.max.replace(tzinfo=now.tzinfo), True  # once is enough
            self._synced_at = NEVER
        return min((moment for moment, _ in self._answers.values()), default=None)

    def _take_back(self, refusals: list[Refusal]) -> None:
        """What was refused did not happen: read how things are, and go on from there."""
        for refusal in refusals:
            if refusal.action.stop_key:
                self.body.forget(refusal.action.stop_key)
            logger.info("%s: %s was refused: %s", self.phone.number, refusal.action.kind, refusal.code)
            self._synced_at = NEVER

    async def _report(self) -> None:
        every_s = max(self.habits.report_wall_s, self.habits.report_platform_s / self.pace.speed)
        wall, now = time.monotonic(), self.pace.now()
        is_leaving = self._synced_at == NEVER  # what is known of the duty may be over
        if not self.is_on_duty or is_leaving or wall - self._reported_at < every_s:
            return
        self.phone.remember_point(self.body.position(now), now)
        self._reported_at = wall
        try:
            await self.phone.send_points()
        except OffDuty:
            self._synced_at = NEVER

    def _sync_is_due(self) -> bool:
        return self.itinerary is None or time.monotonic() - self._synced_at >= self.habits.sync_wall_s

    async def _sync(self) -> None:
        self.itinerary = await self.phone.sync()
        self._synced_at = time.monotonic()

    def _pause_s(self, next_at: datetime | None) -> float:
        wall = time.monotonic()
        pauses = [self._synced_at + self.habits.sync_wall_s - wall]
        if self.is_on_duty:
            every_s = max(self.habits.report_wall_s, self.habits.report_platform_s / self.pace.speed)
            pauses.append(self._reported_at + every_s - wall)
        if next_at:
            pauses.append(self.pace.wall_seconds_until(next_at))
        return max(SOON_S, min(pauses))

    def _back_off(self) -> float:
        pause_s = self._backoff_s * self.chance.uniform(0.7, 1.3)
        self._backoff_s = min(LONGEST_BACKOFF_S, 2 * self._backoff_s)
        return pause_s
