"""Those who wait at their doors: they open the tracking link that the merchant sent, and read the PIN to be told."""

import asyncio
import logging
from dataclasses import dataclass, field

import httpx

from apps.simulation.robots.errors import NoAnswer, Refused
from apps.simulation.robots.line import ask

logger = logging.getLogger(__name__)
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 0.2, 4.0
MOST_PINS = 2_000  # that anybody still waits with: more than a day has


@dataclass(slots=True)
class Recipients:
    """All of them. `pins` is what each will tell at the door, by order: the last ones, for a city without end."""

    client: httpx.AsyncClient
    pins: dict[str, str] = field(default_factory=dict)

    async def read_link(self, order_id: str, token: str) -> None:
        """Open a link, again until it is answered."""
        backoff_s = FIRST_BACKOFF_S
        while True:
            try:
                _, tracked = await ask(self.client, "GET", f"/v1/tracking/{token}", headers={})
            except NoAnswer as reason:
                logger.debug("tracking of %s: %s", order_id, reason)
            except Refused as refusal:
                logger.warning("The recipient of %s cannot read the link: %s", order_id, refusal)
                return
            else:
                self._remember(order_id, tracked["pin"])
                return
            await asyncio.sleep(backoff_s)
            backoff_s = min(LONGEST_BACKOFF_S, 2 * backoff_s)

    def _remember(self, order_id: str, pin: str | None) -> None:
        """None: the order is over before the link was opened."""
        if pin is None:
            return
        self.pins[order_id] = pin
        while len(self.pins) > MOST_PINS:
            del self.pins[next(iter(self.pins))]
