"""Robot merchants: place orders at their times, each under one key, until the platform has answered."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, cast

import httpx

from apps.simulation.robots.line import Json
from apps.simulation.robots.recipients import Recipients
from coursier.embedded.pace import Pace
from coursier_client import ApiError, AsyncCoursier, NoAnswer
from coursier_client.operations import place_order

if TYPE_CHECKING:
    from coursier_client.operations import OrderIn

logger = logging.getLogger(__name__)
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 0.2, 4.0


@dataclass(frozen=True, slots=True)
class OrderToPlace:
    """An order, when it is to be placed, and the key under which it is sent however often."""

    at: datetime
    key: str
    api_key: str
    body: Json


class Outcome(StrEnum):
    """What a merchant knows of an order it sent."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # sent, never answered: it may exist or not


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of an order. `order_id` is the platform's, once it is known."""

    key: str
    outcome: Outcome
    order_id: str = ""
    tries: int = 0


@dataclass(slots=True)
class RobotMerchant:
    """Places the orders of any number of merchants. Its receipts are the history that a replay is checked against."""

    client: httpx.AsyncClient
    pace: Pace
    recipients: Recipients | None = None
    """Who gets the tracking links of orders that ask for a PIN; None: nobody."""
    receipts: dict[str, Receipt] = field(default_factory=dict)
    chance: Random = field(default_factory=lambda: Random(0))
    _on_their_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, orders: Iterable[OrderToPlace]) -> None:
        """Place every order at its time, however long the ones before it take; returns when all are answered."""
        async for order in self._in_time(iter(orders)):
            sending = asyncio.create_task(self.place(order))
            self._on_their_way.add(sending)
            sending.add_done_callback(self._on_their_way.discard)
        await asyncio.gather(*self._on_their_way)

    async def _in_time(self, orders: Iterator[OrderToPlace]) -> AsyncIterator[OrderToPlace]:
        for order in orders:
            await asyncio.sleep(self.pace.wall_seconds_until(order.at))
            yield order

    async def place(self, order: OrderToPlace) -> None:
        """Send one order until it is answered."""
        api = AsyncCoursier(key=order.api_key, http=self.client)
        call = place_order(cast("OrderIn", order.body), idempotency_key=order.key)
        tries, backoff_s = 0, FIRST_BACKOFF_S
        while True:
            tries += 1
            self.receipts[order.key] = Receipt(order.key, Outcome.UNKNOWN, tries=tries)
            try:
                answer = await api.once(call)
            except NoAnswer as reason:
                logger.debug("order %s: %s", order.key, reason)
            except ApiError as reason:
                logger.warning("order %s was refused: %s", order.key, reason)
                self.receipts[order.key] = Receipt(order.key, Outcome.REFUSED, tries=tries)
                return
            else:
                self.receipts[order.key] = Receipt(order.key, Outcome.ACKNOWLEDGED, answer["id"], tries)
                if self.recipients and "pin" in order.body["dropoff"].get("proof", ()):
                    await self.recipients.read_link(answer["id"], answer["tracking_token"])
                return
            await asyncio.sleep(backoff_s * self.chance.uniform(0.7, 1.3))
            backoff_s = min(LONGEST_BACKOFF_S, 2 * backoff_s)
