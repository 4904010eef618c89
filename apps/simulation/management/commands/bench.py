"""Benchmarks: of the engine `manage.py bench mdrplib|lilim --data DIR --out DIR`, `bench tick --out DIR`; of the API
`bench load --out DIR`; of the whole platform with a thousand couriers `bench street --out DIR`.
"""

from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.simulation.benchmarks.errors import BenchFailed
from apps.simulation.benchmarks.mdrplib import BenchOptions, run
from apps.simulation.benchmarks.mdrplib_day import Prep


class Command(BaseCommand):
    help = "Measures the dispatch engine on published instances or a made-up city, and the API under load."
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

        lilim = suites.add_parser("lilim", help="Li and Lim's pickup and delivery with time windows.")
        lilim.add_argument("--data", type=Path, required=True, help="folder of instances, and best_known.csv if any")
        lilim.add_argument("--instances", default="all", help="all, or names parted by commas")
        lilim.add_argument("--out", type=Path, required=True, help="folder for solutions and the summary")
        lilim.add_argument("--seconds", type=float, default=10.0, help="for each instance")
        lilim.add_argument("--seed", type=int, default=1)
        lilim.add_argument("--jobs", type=int, default=1, help="processes")

        tick = suites.add_parser("tick", help="The live tick on a made-up city, beside VROOM. Without a size, three.")
        tick.add_argument("--couriers", type=int)
        tick.add_argument("--legs", type=int)
        tick.add_argument("--seeds", type=int, default=3, help="cities of each size")
        tick.add_argument("--vroom", action=BooleanOptionalAction, default=True, help="compare, if pyvroom is there")
        tick.add_argument("--out", type=Path, required=True, help="folder for the summary")

        load = suites.add_parser("load", help="The REST API under load, beside bare views on the same rows.")
        load.add_argument("--out", type=Path, required=True, help="folder for the summary")
        load.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
        load.add_argument("--seconds", type=float, default=8.0, help="of a round with 16 connections")
        load.add_argument("--rounds", type=int, default=3, help="of product and probe each, in turns")
        load.add_argument("--open-seconds", type=float, default=180.0, help="of orders that arrive at 30 a second")
        load.add_argument("--orders", type=int, default=200_000, help="in the database before")

        street = suites.add_parser("street", help="The whole platform with couriers who report and orders to carry.")
        street.add_argument("--out", type=Path, required=True, help="folder for the summary")
        street.add_argument("--store", choices=("sqlite", "postgresql"), default="postgresql")
        street.add_argument("--couriers", type=int, default=1_000)
        street.add_argument("--zones", type=int, default=10)
        street.add_argument("--orders-per-s", type=float, default=20.0)
        street.add_argument("--seconds", type=float, default=300.0)
        street.add_argument("--speed", type=float, default=60.0, help="of the platform's clock")
        street.add_argument("--rounds", type=int, default=3, help="of positions alone, product and probe each")
        street.add_argument("--round-seconds", type=float, default=6.0)

    def handle(self, *_: Any, **options: Any) -> None:
        suites = {
            "mdrplib": self._mdrplib,
            "lilim": self._lilim,
            "tick": self._tick,
            "load": self._load,
            "street": self._street,
        }
        try:
            suites[options["suite"]](options)
        except BenchFailed as error:
            raise CommandError(str(error)) from None

    def _mdrplib(self, options: dict[str, Any]) -> None:
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

    def _lilim(self, options: dict[str, Any]) -> None:
        from apps.simulation.benchmarks import lilim

        names = ("data", "out", "instances", "seconds", "seed", "jobs")
        lilim.run(lilim.LilimOptions(**{name: options[name] for name in names}), self.stdout.write)

    def _tick(self, options: dict[str, Any]) -> None:
        from apps.simulation.benchmarks import tick

        names = ("couriers", "legs", "seeds", "vroom", "out")
        tick.run(tick.TickOptions(**{name: options[name] for name in names}), self.stdout.write)

    def _load(self, options: dict[str, Any]) -> None:
        from apps.simulation.benchmarks import load, load_rounds

        names = ("seconds", "rounds", "open_seconds", "orders")
        plan = load_rounds.Plan(**{name: options[name] for name in names})
        load.run(load.LoadOptions(options["out"], plan, options["store"]), self.stdout.write)

    def _street(self, options: dict[str, Any]) -> None:
        from apps.simulation.benchmarks import street, street_rounds

        names = ("couriers", "zones", "orders_per_s", "seconds", "speed", "rounds", "round_seconds")
        plan = street_rounds.StreetPlan(**{name: options[name] for name in names})
        street.run(street.StreetOptions(options["out"], plan, options["store"]), self.stdout.write)
