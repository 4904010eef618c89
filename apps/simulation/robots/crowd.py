"""All robots of a city, in one event loop."""

import asyncio
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

import httpx

from apps.core.geo import Point
from apps.simulation.robots.body import Body
from apps.simulation.robots.counts import HabitCounts
from apps.simulation.robots.courier import RobotCourier
from apps.simulation.robots.habits import IDEAL, Habits
from apps.simulation.robots.line import open_client, wait_until_ready
from apps.simulation.robots.merchant import OrderToPlace, RobotMerchant
from apps.simulation.robots.network import Network
from apps.simulation.robots.phone import Phone
from apps.simulation.robots.recipients import Recipients
from apps.simulation.robots.riding import Dawdling
from apps.simulation.robots.roster import CourierEntry, Roster
from apps.simulation.robots.showing import Showing
from apps.simulation.robots.witness import Witness
from coursier.embedded.pace import Pace

logger = logging.getLogger(__name__)
REMEMBER_EVERY_S = 10.0
LOOK_EVERY_S = 0.2
RECIPIENTS = "recipients"  # in the memory, among the numbers of phones


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What robots need to know of the platform: its address, its clock, where its text messages arrive."""

    url: str
    pace: Pace
    codes: Path
    habits: Habits = IDEAL
    seed: int = 0
    """Of the couriers' moods and mishaps."""
    memory: Path | None = None
    """A file in which phones keep what outlives them, and couriers their place, for a pause of the city. None: they
    forget."""
    witness: Witness | None = None
    """Remembers every answer to every action: for a day, not for a city without end."""


@dataclass(slots=True)
class Crowd:
    """Merchants and couriers who share a client. Use it as an async context manager."""

    surroundings: Surroundings
    couriers: tuple[RobotCourier, ...]
    merchant: RobotMerchant
    counts: HabitCounts
    recipients: Recipients
    _living: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    def of(cls, roster: Roster, surroundings: Surroundings) -> Self:
        """The robots of a roster, where they were when the city was paused."""
        client = open_client(surroundings.url)
        memory, counts = _read_memory(surroundings.memory), HabitCounts()
        recipients = Recipients(client, memory.get(RECIPIENTS, {}))
        couriers = tuple(
            _courier(entry, surroundings, _Shared(client, counts, recipients), memory.get(entry.phone, {}))
            for entry in roster.couriers
        )
        merchant = RobotMerchant(client, surroundings.pace, recipients)
        return cls(surroundings, couriers, merchant, counts, recipients)

    async def __aenter__(self) -> Self:
        await wait_until_ready(self.merchant.client)
        self._living = [asyncio.create_task(courier.run()) for courier in self.couriers]
        if self.surroundings.memory:
            self._living.append(asyncio.create_task(self._keep_memory()))
        return self

    async def __aexit__(self, *exception: object) -> None:
        for life in self._living:
            life.cancel()
        for ended in await asyncio.gather(*self._living, return_exceptions=True):
            if isinstance(ended, Exception):
                logger.error("A robot ended with %r", ended)
        self.remember()
        await self.merchant.client.aclose()

    async def place(self, orders: Iterable[OrderToPlace]) -> None:
        """Place orders at their times. A robot that ends by an error ends this too."""
        placing = asyncio.create_task(self.merchant.run(orders))
        try:
            done, _ = await asyncio.wait({placing, *self._living}, return_when=asyncio.FIRST_COMPLETED)
            for ended in done:
                ended.result()
        finally:
            placing.cancel()

    async def empty_pockets(self, *, within: timedelta) -> None:
        """Return when no phone has anything left to send, or after a while of the platform's time."""
        pace = self.surroundings.pace
        until = pace.now() + within
        while any(robot.phone.sends_at() for robot in self.couriers):
            if pace.now() >= until:
                logger.warning("There are phones that still have something to send.")
                return
            await asyncio.sleep(LOOK_EVERY_S)

    def remember(self) -> None:
        """Write down where everybody is."""
        path = self.surroundings.memory
        if path is None:
            return
        now = self.surroundings.pace.now()
        places = {robot.phone.number: (robot, robot.body.position(now)) for robot in self.couriers}
        memory = {
            number: {**robot.phone.memory(), "lat": at.lat, "lon": at.lon} for number, (robot, at) in places.items()
        }
        memory[RECIPIENTS] = dict(self.recipients.pins)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(memory))
        fresh.replace(path)

    async def _keep_memory(self) -> None:
        while True:
            await asyncio.sleep(REMEMBER_EVERY_S)
            self.remember()


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all robots have together."""

    client: httpx.AsyncClient
    counts: HabitCounts
    recipients: Recipients


def _courier(entry: CourierEntry, around: Surroundings, shared: _Shared, memory: dict[str, Any]) -> RobotCourier:
    """One courier, with chances of its own: what others do changes nothing for it."""
    seed, habits, counts = f"{around.seed} {entry.phone}", around.habits, shared.counts
    network = Network(shared.client, around.pace, habits, Random(f"{seed} network"), counts, around.witness)
    error_s = Random(f"{seed} clock").uniform(-habits.clock_error_s, habits.clock_error_s)
    phone = Phone(network, entry.phone, around.codes, clock_error=timedelta(seconds=error_s))
    phone.remember(memory)
    place = Point(memory["lat"], memory["lon"]) if "lat" in memory else entry.start
    vehicle = Dawdling(entry.vehicle(), habits.lateness_s, Random(f"{seed} doors"))
    showing = Showing(habits, Random(f"{seed} showing"), counts, shared.recipients.pins)
    return RobotCourier(
        phone=phone,
        body=Body(place, vehicle, around.pace.now(), showing),
        hours=entry.hours(),
        pace=around.pace,
        habits=habits,
        counts=counts,
        chance=Random(f"{seed} pauses between tries"),
        seed=seed,
    )


def _read_memory(path: Path | None) -> dict[str, dict[str, Any]]:
    if path is None or not path.exists():
        return {}
    try:
        memory: dict[str, dict[str, Any]] = json.loads(path.read_text())
    except ValueError:
        logger.warning("%s cannot be read: the robots start where they live.", path)
        return {}
    return memory
