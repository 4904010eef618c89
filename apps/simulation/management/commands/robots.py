"""`manage.py robots`: the robots of a stack, until they are told to stop."""

import asyncio
import logging
import signal
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.simulation.robots.city_demand import orders_from
from apps.simulation.robots.crowd import Crowd, Surroundings
from apps.simulation.robots.habits import BY_NAME, Habits
from apps.simulation.robots.roster import Roster
from coursier.embedded.pace import Pace

logger = logging.getLogger(__name__)
CATCH_UP = timedelta(minutes=15)  # orders of the time before the start: the first look finds a city at work


class Command(BaseCommand):
    help = "Run robot merchants and couriers against a platform, through its HTTP APIs only."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--city", type=Path, required=True, help="the roster that seed_demo wrote")
        parser.add_argument("--url", required=True, help="the platform's address, as in http://127.0.0.1:8000")
        parser.add_argument("--habits", choices=BY_NAME, default="mild", help="how couriers and their phones behave")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            roster = Roster.read(options["city"])
        except (OSError, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        asyncio.run(_live(roster, options["url"], BY_NAME[options["habits"]]))


async def _live(roster: Roster, url: str, habits: Habits) -> None:
    pace = Pace.from_environment()
    surroundings = Surroundings(
        url=url,
        pace=pace,
        codes=settings.VAR_DIR / "sign_in_codes",
        habits=habits,
        memory=settings.VAR_DIR / "robots_memory.json",
    )
    me = asyncio.current_task()
    for told_to_stop in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told_to_stop, me.cancel if me else lambda: None)
    try:
        async with Crowd.of(roster, surroundings) as crowd:
            logger.info("%d robot couriers are awake.", len(crowd.couriers))
            await crowd.place(orders_from(roster, since=pace.now() - CATCH_UP))
            await asyncio.Event().wait()  # no more orders: the couriers go on
    except asyncio.CancelledError:
        logger.info("The robots stop.")
