"""`manage.py run`: a whole city on one machine, with one command."""

import os
import signal
import time
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from apps.core import clock
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Shift
from apps.dispatch.engine import warm
from apps.simulation.city.basemap import as_json, basemap
from apps.simulation.robots.habits import BY_NAME
from apps.simulation.seeding.city_clock import CITY_TIME_ZONE, pace_of_this_start
from apps.simulation.seeding.demo import DemoCity, seed_demo
from apps.simulation.seeding.sign_ins import SignIns, demo_sign_ins
from apps.simulation.seeding.visitor import PHONE as VISITOR_PHONE
from apps.simulation.seeding.visitor import seed_visitor
from coursier.embedded import preflight
from coursier.embedded.only_one import only_one_stack
from coursier.embedded.pace import Pace
from coursier.embedded.ports import LOOPBACK
from coursier.embedded.preflight import CannotStart
from coursier.embedded.stack import Stack, StackPlan

DEFAULT_PORT = 8000
DEFAULT_SPEED = 10.0
LIVE_SECONDS = 60.0
OWN_REDIS = os.environ.get("REDIS_URL", "")  # somebody's own, in place of the one that comes along


class Command(BaseCommand):
    help = "Start the platform and a demo city on this machine: Redis, web, workers, beat, robots. Ctrl-C stops it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=DEFAULT_PORT)
        parser.add_argument("--host", default=LOOPBACK, help="the address to listen on")
        parser.add_argument("--speed", type=float, default=DEFAULT_SPEED, help="seconds of the city a second")
        parser.add_argument("--habits", choices=BY_NAME, default="mild", help="how couriers and their phones behave")

    def handle(self, *_: Any, **options: Any) -> None:
        for told_to_stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a script's background job ignores SIGINT
            signal.signal(told_to_stop, _interrupt)
        try:
            preflight.check(
                port=options["port"], host=options["host"], folder=settings.VAR_DIR, needs_redis=not OWN_REDIS
            )
            with only_one_stack(settings.VAR_DIR):
                self._run(port=options["port"], host=options["host"], speed=options["speed"], habits=options["habits"])
        except CannotStart as error:
            raise CommandError(str(error), returncode=preflight.EXIT_CODE) from error
        except KeyboardInterrupt:
            self.stdout.write("Stopped. The city goes on from here at the next start.")

    def _run(self, *, port: int, host: str, speed: float, habits: str) -> None:
        if speed <= 0:
            raise CannotStart(f"The speed must be more than 0, not {speed:g}: try `make run SPEED=10`.")
        self.stdout.write("Preparing the engine, the database and the demo city ...")
        warm()  # compiled once, here, rather than by each worker at the same time
        call_command("migrate", verbosity=0, interactive=False)
        pace = pace_of_this_start(speed)
        with clock.using(pace.now):
            demo = seed_demo(roster_file=settings.VAR_DIR / "robots.json")
            demo = replace(demo, fleet_owners=(*demo.fleet_owners, seed_visitor()))
            sign_ins = demo_sign_ins(demo, file=settings.VAR_DIR / "demo.json")
        _write_basemap(demo)
        plan = StackPlan(
            var=settings.VAR_DIR,
            pace=Pace.starting_now(origin=pace.now(), speed=speed),
            database_url=settings.DATABASE_URL,
            web_port=port,
            host=host,
            redis_url=OWN_REDIS,
            robots_city=settings.VAR_DIR / "robots.json",
            robots_habits=habits,
        )
        self.stdout.write("Starting Redis, web, workers, beat and robots ...")
        connection.close()
        with Stack(plan) as stack:
            stack.wait_until_ready()
            stack.wait_for(lambda: _is_alive(plan.pace), seconds=LIVE_SECONDS, what="couriers on duty")
            self._welcome(plan, sign_ins)
            _watch(stack)

    def _welcome(self, plan: StackPlan, sign_ins: SignIns) -> None:
        codes = plan.var / "sign_in_codes" / f"{VISITOR_PHONE}.txt"
        local = plan.pace.now().astimezone(CITY_TIME_ZONE)
        self.stdout.write(
            f"""
Coursier runs at {plan.web_url}
  It is {local:%H:%M} on {local:%A %d %B %Y} in the city; its clock runs {plan.pace.speed:g} times as fast as yours.
  Dispatcher     {sign_ins.dispatcher}  {sign_ins.dispatcher_password}
  Administrator  {sign_ins.administrator}  {sign_ins.administrator_password}  ({plan.web_url}/admin/)
  Merchant       {sign_ins.merchant}, key {sign_ins.merchant_api_key}
  Courier        {plan.web_url}/courier/ with the number {VISITOR_PHONE}; its codes come to {codes}
  Sandbox        key {sign_ins.sandbox_api_key}, first delivery in five minutes: {plan.web_url}/v1/docs/first-delivery
These are kept in {plan.var / "demo.json"}; logs are in {plan.var / "log"}. Ctrl-C stops everything.
"""
        )


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _write_basemap(demo: DemoCity) -> None:
    fresh = Path(settings.VAR_DIR) / "basemap.json.new"
    fresh.write_text(as_json(basemap(demo.city)), encoding="utf-8")
    fresh.replace(settings.VAR_DIR / "basemap.json")


def _is_alive(pace: Pace) -> bool:
    """Whether somebody is on duty, or it is the hour when nobody is."""
    now = pace.now()
    if Courier.objects.filter(status=CourierStatus.ON_DUTY).exists():
        return True
    return not Shift.objects.filter(starts_at__lte=now, ends_at__gt=now, ended_at=None).exists()


def _watch(stack: Stack) -> None:
    """Return only by an interrupt. Raises CannotStart when the supervisor ends by itself."""
    while stack.is_up():
        time.sleep(0.5)
    raise CannotStart(f"The supervisor ended.{stack.last_words()}")
