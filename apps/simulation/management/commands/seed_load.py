"""`manage.py seed_load`: many orders of one merchant, in an empty database. `manage.py bench load` calls it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.simulation.benchmarks.load_rows import write_orders
from apps.zones.models import Zone


class Command(BaseCommand):
    help = "Write a merchant with many orders, and a file with its key and what there is to ask for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--orders", type=int, required=True)
        parser.add_argument("--out", type=Path, required=True, help="where to write the file")

    def handle(self, *_: Any, **options: Any) -> None:
        if Zone.objects.exists():
            raise CommandError("There is a city in this database already: this needs an empty one.", returncode=2)
        write_orders(options["orders"]).write(options["out"])
