"""`manage.py seed_demo`: the demo city in the database. Safe to run again; `manage.py run` does it at each start."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.simulation.seeding.demo import seed_demo
from apps.simulation.seeding.sign_ins import demo_sign_ins


class Command(BaseCommand):
    help = "Make what is missing of the demo city: zone, merchants, fleets, couriers, shifts, users."

    def handle(self, *_: Any, **_options: Any) -> None:
        demo = seed_demo(roster_file=settings.VAR_DIR / "robots.json")
        sign_ins = demo_sign_ins(demo, file=settings.VAR_DIR / "demo.json")
        self.stdout.write(
            f"{demo.zone.name}: {len(demo.merchants)} merchants, {len(demo.roster.couriers)} couriers. "
            f"Sign in as {sign_ins.dispatcher}; passwords are in {settings.VAR_DIR / 'demo.json'}."
        )
