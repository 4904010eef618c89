"""`manage.py seed_street`: couriers on duty in zones side by side. `manage.py bench street` calls it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.simulation.benchmarks.street_rows import write_street
from apps.zones.models import Zone


class Command(BaseCommand):
    help = "Write zones with couriers on duty, and a file with their tokens and a merchant's key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--couriers", type=int, required=True)
        parser.add_argument("--zones", type=int, required=True)
        parser.add_argument("--out", type=Path, required=True, help="where to write the file")

    def handle(self, *_: Any, **options: Any) -> None:
        if Zone.objects.exists():
            raise CommandError("There is a city in this database already: this needs an empty one.", returncode=2)
        write_street(couriers=options["couriers"], zones=options["zones"]).write(options["out"])
