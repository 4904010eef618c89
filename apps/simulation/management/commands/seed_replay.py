"""`manage.py seed_replay`: the city of one day of the library, in an empty database. `manage.py replay` calls it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.simulation.mdrplib.reader import BrokenInstance, read_instance
from apps.simulation.seeding.library_day import seed_library_day
from apps.zones.models import Zone


class Command(BaseCommand):
    help = "Write the couriers, shifts and zone of an instance, and a file with its robots."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="the library: a folder of instance folders")
        parser.add_argument("--instance", required=True, help="the name of an instance folder")
        parser.add_argument("--out", type=Path, required=True, help="where to write the robots' file")
        parser.add_argument("--freelancers", type=float, default=0.0, help="the share of couriers who are offered legs")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            instance = read_instance(options["data"] / options["instance"])
        except BrokenInstance as error:
            raise CommandError(str(error), returncode=2) from error
        if Zone.objects.exists():
            raise CommandError("There is a city in this database already: a replay needs an empty one.", returncode=2)
        seed_library_day(instance, freelancers=options["freelancers"]).write(options["out"])
