"""Waits for the end of a day, as a merchant would see it: through the list of orders."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from apps.simulation.robots.errors import NoAnswer
from apps.simulation.robots.line import ask
from coursier.embedded.pace import Pace

logger = logging.getLogger(__name__)
UNDER_WAY = ("placed", "assigned", "picked_up", "at_hub", "out_for_delivery", "failed", "returning")
LOOK_EVERY_WALL_S = 2.0
ALLOWANCE = timedelta(minutes=30)  # after the last shift: to reach the last door, and to flag the rest
ALLOWANCE_WALL_S = 25.0  # two sweeps
PATIENCE = 2  # allowances, then the day is over whatever is left


@dataclass(frozen=True, slots=True)
class Evening:
    """When a day is over: all orders have ended, or the shifts are over and whatever is left was flagged."""

    client: httpx.AsyncClient
    pace: Pace
    api_key: str
    last_shift_ends_at: datetime

    async def come(self) -> None:
        """Return when the day is over."""
        allowance = ALLOWANCE + self.pace.platform(wall_seconds=ALLOWANCE_WALL_S)
        while self.pace.now() < self.last_shift_ends_at + PATIENCE * allowance:
            await asyncio.sleep(LOOK_EVERY_WALL_S)
            only_unflagged = self.pace.now() > self.last_shift_ends_at + allowance
            try:
                if not await self._is_anything_left(only_unflagged=only_unflagged):
                    return
            except NoAnswer as reason:
                logger.debug("Looking again soon: %s", reason)
        logger.warning("The day is over with orders that neither ended nor were flagged.")

    async def _is_anything_left(self, *, only_unflagged: bool) -> bool:
        flag = "&needs_attention=false" if only_unflagged else ""
        for status in UNDER_WAY:
            path = f"/v1/orders?status={status}&limit=1{flag}"
            _, page = await ask(self.client, "GET", path, headers={"Authorization": f"Bearer {self.api_key}"})
            if page["data"]:
                return True
        return False
