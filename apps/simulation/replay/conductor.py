"""Plays one day of the library through a stack of its own, from nothing to the report."""

import asyncio
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from apps.core.ids import parse_public_id
from apps.dispatch.engine import warm
from apps.simulation.benchmarks import engine_alone
from apps.simulation.mdrplib.reader import Instance, read_instance
from apps.simulation.replay.answers import AnswerFindings, check_answers
from apps.simulation.replay.checking import LogFindings, read_log
from apps.simulation.replay.day import ends_at, middle_of, orders_of, starts_at
from apps.simulation.replay.faults import Faults
from apps.simulation.replay.log_file import records_in
from apps.simulation.replay.proofs import Asked, ProofFindings, check_proofs
from apps.simulation.replay.report import Report, SentOrder, lost_orders, measure
from apps.simulation.replay.settling import Evening
from apps.simulation.robots.counts import HabitCounts
from apps.simulation.robots.crowd import Crowd, Surroundings
from apps.simulation.robots.habits import BY_NAME, IDEAL
from apps.simulation.robots.merchant import OrderToPlace, Outcome, Receipt
from apps.simulation.robots.roster import Roster
from apps.simulation.robots.witness import Witness
from apps.simulation.seeding.library_day import MAX_COURIERS, MERCHANT
from coursier.embedded.pace import Pace
from coursier.embedded.preflight import CannotStart
from coursier.embedded.stack import PROJECT, Stack, StackPlan, undisturbed

logger = logging.getLogger(__name__)
LEAD_WALL_S = 25.0  # for the stack to come up and the couriers to sign in before the day begins
BOOT_PATIENCE_S = 60.0
LAST_PHOTO, LAST_PHOTO_WALL_S = timedelta(minutes=30), 20.0  # an outage and an empty battery, then tries


@dataclass(frozen=True, kw_only=True)
class ReplayPlan:
    """What to replay and how. Without a `database_url`, an SQLite file in the temporary folder.

    `habits` is one of `robots.habits.BY_NAME`, drawn from `seed`; `freelancers` the share of couriers who are offered
    their legs, rather than given them.
    """

    data: Path
    instance: str
    speed: float = 60.0
    faults: bool = False
    keep: bool = False
    habits: str = "ideal"
    seed: int = 0
    freelancers: float = 0.0
    database_url: str = ""


def replay(plan: ReplayPlan) -> Report:
    """Replay a day. Raises BrokenInstance or CannotStart: before anything is started, or when the stack fails."""
    began = time.monotonic()
    instance = _checked_instance(plan)
    logger.info("The engine alone on %s ...", instance.name)
    alone = engine_alone(instance)
    with _folder(keep=plan.keep) as folder:
        played = _play(plan, instance, folder)
        records = list(records_in(_manage(_stack_plan(plan, folder), "replay_log")))
    findings, answers = read_log(records), check_answers(played.witness.answers, records)
    proofs = check_proofs(played.asked, records)
    measured = measure(played.sent, findings, answers)
    _tell(findings, answers, played.sent)
    _tell_proofs(proofs)
    return Report(
        instance=instance.name,
        speed=plan.speed,
        faults=played.faults,
        orders=measured.orders,
        delivered=measured.delivered,
        undelivered=measured.orders - measured.delivered,
        lost=measured.lost,
        double_assigned=measured.double_assigned,
        actions=measured.actions,
        actions_wrong=measured.actions_wrong,
        scans=proofs.scans,
        proofs=proofs.proofs,
        proofs_lost=proofs.lost,
        proofs_doubled=proofs.doubled,
        click_to_door_min=measured.click_to_door_min,
        click_to_door_p90_min=measured.click_to_door_p90_min,
        engine_click_to_door_min=alone.click_to_door_min,
        engine_undelivered=round(alone.undelivered_pct / 100 * len(instance.orders)),
        order_to_assigned_p95_s=measured.order_to_assigned_p95_s,
        wall_s=time.monotonic() - began,
        habits=plan.habits,
        habit_counts=played.habit_counts,
    )


def _checked_instance(plan: ReplayPlan) -> Instance:
    if not 0 <= plan.freelancers <= 1:
        raise CannotStart(f"The share of freelancers must be from 0 to 1, not {plan.freelancers:g}.")
    if plan.speed <= 0:
        raise CannotStart(f"The speed must be more than 0, not {plan.speed:g}.")
    instance = read_instance(plan.data / plan.instance)
    if not instance.orders or not instance.couriers:
        raise CannotStart(f"{plan.data / plan.instance}: a day without orders or without couriers.")
    if len(instance.couriers) > MAX_COURIERS:
        raise CannotStart(f"{instance.name} has {len(instance.couriers)} couriers; at most {MAX_COURIERS} have phones.")
    return instance


@contextmanager
def _folder(*, keep: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="coursier-replay-"))
    try:
        yield folder
    finally:
        if keep:
            logger.info("Kept %s", folder)
        else:
            with undisturbed():
                shutil.rmtree(folder, ignore_errors=True)


def _stack_plan(plan: ReplayPlan, folder: Path) -> StackPlan:
    """The stack without a clock yet: it is wound up when everything is ready to start."""
    url = plan.database_url or f"sqlite:///{folder / 'replay.sqlite3'}"
    return StackPlan(var=folder, pace=Pace.from_environment(), database_url=url)


@dataclass(frozen=True, slots=True)
class _Played:
    """What the merchants remember of a day, what the couriers were answered, and what went wrong on purpose."""

    sent: list[SentOrder]
    asked: dict[str, Asked]
    witness: Witness
    habit_counts: HabitCounts
    faults: int


def _play(plan: ReplayPlan, instance: Instance, folder: Path) -> _Played:
    """Seed, start, play, stop."""
    prepared = _stack_plan(plan, folder)
    roster_file = folder / "robots.json"
    logger.info("Preparing the engine, and the database in %s ...", folder)
    warm()  # compiled once, here: no order waits for it
    _manage(prepared, "migrate", "--verbosity", "0", "--no-input")
    which = ("--data", str(plan.data), "--instance", plan.instance, "--freelancers", str(plan.freelancers))
    _manage(prepared, "seed_replay", *which, "--out", str(roster_file))
    roster = Roster.read(roster_file)
    lead = timedelta(seconds=LEAD_WALL_S * plan.speed)
    pace = Pace.starting_now(origin=starts_at(instance, lead=lead), speed=plan.speed)
    with Stack(replace(prepared, pace=pace)) as stack:
        stack.wait_until_ready(seconds=BOOT_PATIENCE_S)
        asks_proofs = BY_NAME[plan.habits] != IDEAL  # the ideal day is held against published ones, as it was
        orders = orders_of(instance, api_key=roster.api_keys[MERCHANT], asks_proofs=asks_proofs)
        return asyncio.run(_play_day(stack, _Day(plan, instance, roster, orders)))


@dataclass(frozen=True, slots=True)
class _Day:
    """What is played."""

    plan: ReplayPlan
    instance: Instance
    roster: Roster
    orders: list[OrderToPlace]


async def _play_day(stack: Stack, day: _Day) -> _Played:
    pace, witness = stack.plan.pace, Witness()
    around = Surroundings(
        url=stack.plan.web_url,
        pace=pace,
        codes=stack.plan.var / "sign_in_codes",
        habits=BY_NAME[day.plan.habits],
        seed=day.plan.seed,
        witness=witness,
    )
    faults = Faults(stack)
    async with Crowd.of(day.roster, around) as crowd:
        beside = [asyncio.create_task(_tell_progress(pace, crowd))]
        if day.plan.faults:
            beside.append(asyncio.create_task(faults.kill_workers()))
            beside.append(asyncio.create_task(faults.flush_redis(middle_of(day.instance))))
        try:
            logger.info("%d couriers, %d orders.", len(crowd.couriers), len(day.orders))
            await crowd.place(day.orders)
            api_key = day.roster.api_keys[MERCHANT]
            await Evening(crowd.merchant.client, pace, api_key, ends_at(day.instance)).come()
            await crowd.empty_pockets(within=LAST_PHOTO + pace.platform(wall_seconds=LAST_PHOTO_WALL_S))
        finally:
            for other in beside:
                other.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
    sent = [_sent(order, crowd.merchant.receipts) for order in day.orders]
    asked = {told.order_id: Asked.by(order.body) for told, order in zip(sent, day.orders, strict=True) if told.order_id}
    return _Played(sent, asked, witness, crowd.counts, faults.count)


async def _tell_progress(pace: Pace, crowd: Crowd) -> None:
    while True:
        await asyncio.sleep(20)
        logger.info("%s: %d orders placed.", f"{pace.now():%H:%M}", len(crowd.merchant.receipts))


def _sent(order: OrderToPlace, receipts: dict[str, Receipt]) -> SentOrder:
    receipt = receipts.get(order.key)
    if receipt is None:
        return SentOrder(order.key, order.at, Outcome.UNKNOWN)
    order_id = str(parse_public_id("ord", receipt.order_id)) if receipt.order_id else ""
    return SentOrder(order.key, order.at, receipt.outcome, order_id)


def _tell_proofs(proofs: ProofFindings) -> None:
    for found in proofs.violations:
        logger.error("Order %s: the %s of the %s is %s.", found.order_id, found.kind, found.stop, found.wrong)


def _manage(stack_plan: StackPlan, command: str, *arguments: str) -> bytes:
    """Run a command of the project in the stack's environment. Returns what it wrote; raises CannotStart."""
    ran = subprocess.run(  # noqa: S603 - our own interpreter and command
        [sys.executable, "manage.py", command, *arguments],
        cwd=PROJECT,
        env=stack_plan.full_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
    )
    if ran.returncode != 0:
        raise CannotStart(f"`manage.py {command}` failed with exit code {ran.returncode}.")
    return ran.stdout


def _tell(findings: LogFindings, answers: AnswerFindings, sent: list[SentOrder]) -> None:
    for violation in findings.violations:
        where = f"leg {violation.leg_id} at version {violation.version}"
        logger.error("%s: %s %s", violation.wrong, where, violation.detail)
    for wrong in answers.violations:
        logger.error("Action %s: %s: %s", wrong.action_id, wrong.wrong, wrong.detail)
    for key, why in lost_orders(sent, findings).items():
        logger.error("Lost: %s: %s", key, why)
    for order in sent:
        story = findings.stories.get(order.order_id)
        if story and not story.delivered_at:
            logger.warning("Not delivered: %s, %s%s", order.key, story.last_status, ", flagged" * story.needs_attention)
