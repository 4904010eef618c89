"""`manage.py replay`: a real day through the real platform, checked, in one line of JSON."""

import json
import logging
import os
import signal
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.simulation.mdrplib.reader import BrokenInstance
from apps.simulation.replay.conductor import ReplayPlan, replay
from apps.simulation.replay.report import as_line
from apps.simulation.robots.habits import BY_NAME
from coursier.embedded import preflight
from coursier.embedded.preflight import CannotStart

logger = logging.getLogger(__name__)
INTERRUPTED = 130


def _as_interrupt(*_: object) -> None:
    signal.raise_signal(signal.SIGINT)


def share_of_freelancers(share: float | None, *, habits: str) -> float:
    """Nobody declines what is not offered: people are freelancers too, if nothing else is said."""
    if share is not None:
        return share
    return 0.5 if habits == "human" else 0.0


class Command(BaseCommand):
    help = "Replay a day of the meal delivery library through a stack of its own and report what became of its orders."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="the library: a folder of instance folders")
        parser.add_argument("--instance", required=True, help="the name of an instance folder")
        parser.add_argument("--speed", type=float, default=60.0, help="seconds of the day a second")
        parser.add_argument("--faults", action="store_true", help="kill workers and flush Redis meanwhile")
        parser.add_argument("--habits", choices=BY_NAME, default="ideal", help="how couriers and their phones behave")
        parser.add_argument("--seed", type=int, default=0, help="of the couriers' moods and mishaps")
        parser.add_argument(
            "--freelancers",
            type=float,
            help="the share of couriers who are offered their legs: half of them with human habits, else none",
        )
        parser.add_argument("--keep", action="store_true", help="keep the folder with database and logs")

    def handle(self, *_: Any, **options: Any) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background job ignores it
        for told_to_stop in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(told_to_stop, _as_interrupt)
        plan = ReplayPlan(
            data=options["data"],
            instance=options["instance"],
            speed=options["speed"],
            faults=options["faults"],
            keep=options["keep"],
            habits=options["habits"],
            seed=options["seed"],
            freelancers=share_of_freelancers(options["freelancers"], habits=options["habits"]),
            database_url=os.environ.get("DATABASE_URL", ""),
        )
        try:
            report = replay(plan)
        except (BrokenInstance, CannotStart) as error:
            raise CommandError(str(error), returncode=preflight.EXIT_CODE) from error
        except KeyboardInterrupt:
            logger.warning("Interrupted: everything is stopped.")
            sys.exit(INTERRUPTED)
        self.stdout.write(json.dumps(as_line(asdict(report))))
        if not report.is_clean:
            sys.exit(1)
