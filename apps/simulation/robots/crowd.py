"""All robots of a city, in one event loop."""

import asyncio
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Self

from apps.core.geo import Point
from apps.simulation.robots.body import Body
from apps.simulation.robots.courier import IDEAL, Habits, RobotCourier
from apps.simulation.robots.line import open_client, wait_until_ready
from apps.simulation.robots.merchant import OrderToPlace, RobotMerchant
from apps.simulation.robots.phone import Phone
from apps.simulation.robots.roster import CourierEntry, Roster
from coursier.embedded.pace import Pace

logger = logging.getLogger(__name__)
REMEMBER_EVERY_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What robots need to know of the platform: its address, its clock, where its text messages arrive."""

    url: str
    pace: Pace
    codes: Path
    habits: Habits = IDEAL
    memory: Path | None = None
    """A file in which couriers keep their sign-in and their place, for a pause of the city. None: they forget."""


@dataclass(slots=True)
class Crowd:
    """Merchants and couriers who share a client. Use it as an async context manager."""

    surroundings: Surroundings
    couriers: tuple[RobotCourier, ...]
    merchant: RobotMerchant
    _living: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    def of(cls, roster: Roster, surroundings: Surroundings) -> Self:
        """The robots of a roster, where they were when the city was paused."""
        client = open_client(surroundings.url)
        memory = _read_memory(surroundings.memory)
        couriers = tuple(
            _courier(entry, Phone(client, entry.phone, surroundings.codes), surroundings, memory.get(entry.phone, {}))
            for entry in roster.couriers
        )
        return cls(surroundings, couriers, RobotMerchant(client, surroundings.pace))

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

    def remember(self) -> None:
        """Write down where everybody is."""
        path = self.surroundings.memory
        if path is None:
            return
        now = self.surroundings.pace.now()
        places = {robot.phone.number: (robot, robot.body.position(now)) for robot in self.couriers}
        memory = {
            number: {"token": robot.phone.token, "lat": at.lat, "lon": at.lon} for number, (robot, at) in places.items()
        }
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(memory))
        fresh.replace(path)

    async def _keep_memory(self) -> None:
        while True:
            await asyncio.sleep(REMEMBER_EVERY_S)
            self.remember()


def _courier(entry: CourierEntry, phone: Phone, around: Surroundings, memory: dict[str, Any]) -> RobotCourier:
    phone.token = str(memory.get("token", ""))
    place = Point(memory["lat"], memory["lon"]) if "lat" in memory else entry.start
    return RobotCourier(
        phone=phone,
        body=Body(place, entry.vehicle(), around.pace.now()),
        hours=entry.hours(),
        pace=around.pace,
        habits=around.habits,
        chance=Random(entry.phone),
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
