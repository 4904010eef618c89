"""Benchmarks of the dispatch engine: `manage.py bench mdrplib --data DIR --out DIR`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.simulation.benchmarks.mdrplib import BenchFailed, BenchOptions, run
from apps.simulation.benchmarks.mdrplib_day import Prep


class Command(BaseCommand):
    help = "Measures the dispatch engine on published instances, read from a folder."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        suites = parser.add_subparsers(dest="suite", required=True, parser_class=CommandParser)
        mdrplib = suites.add_parser("mdrplib", help="Meal Delivery Routing Problem library, minute by minute.")
        mdrplib.add_argument("--data", type=Path, required=True, help="folder of the library's instances")
        mdrplib.add_argument("--instances", default="all", help="all, table4, or names parted by commas")
        mdrplib.add_argument("--out", type=Path, required=True, help="folder for solutions and the summary")
        mdrplib.add_argument("--tick", type=int, default=60, help="seconds between plans, whole minutes")
        mdrplib.add_argument("--prep", choices=[str(prep) for prep in Prep], default=str(Prep.KNOWN))
        mdrplib.add_argument("--shuffle", type=int, help="seed for another order of couriers, which moves only ties")
        mdrplib.add_argument("--jobs", type=int, help="processes; as many as cores if not given")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            chosen = BenchOptions(
                data=options["data"],
                out=options["out"],
                instances=options["instances"],
                tick_s=options["tick"],
                prep=Prep(options["prep"]),
                shuffle=options["shuffle"],
                jobs=options["jobs"],
            )
            run(chosen, self.stdout.write)
        except BenchFailed as error:
            raise CommandError(str(error)) from None
