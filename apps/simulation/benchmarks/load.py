"""The load benchmark: how many orders and lists a second the API serves beside bare views, and how soon it answers."""

import json
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from apps.simulation.benchmarks.errors import BenchFailed
from apps.simulation.benchmarks.hall import Store
from apps.simulation.benchmarks.load_results import StoreResult
from apps.simulation.benchmarks.load_rounds import Plan, measured_on
from apps.simulation.benchmarks.load_summary import markdown
from apps.simulation.benchmarks.tick_machine import machine
from coursier.embedded.postgresql import postgresql_programs
from coursier.embedded.preflight import CannotStart

BOTH = "both"
PACKAGES = ("Django", "djangorestframework", "gunicorn", "psycopg", "orjson")


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What to run."""

    out: Path
    plan: Plan
    store: str = BOTH
    """A `Store`, or both: then without PostgreSQL where it is not installed."""


def run(options: LoadOptions, tell: Callable[[str], None]) -> None:
    """Run, write DIR/summary.json and .md, and tell the table. Raises BenchFailed."""
    began_on = {**machine(PACKAGES), "sqlite": sqlite3.sqlite_version, **_postgresql_version()}
    options.out.mkdir(parents=True, exist_ok=True)
    results: list[StoreResult] = []
    for store in _stores(options.store, tell):
        try:
            results.append(measured_on(store, options.plan, tell))
        except CannotStart as error:
            raise BenchFailed(str(error)) from None
    summary = {"machine": began_on, "stores": [result.as_json() for result in results]}
    (options.out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    table = markdown(began_on, results)
    (options.out / "summary.md").write_text(table + "\n", encoding="utf-8")
    tell(f"\n{table}")


def _stores(wanted: str, tell: Callable[[str], None]) -> list[Store]:
    if wanted != BOTH:
        return [Store(wanted)]
    try:
        postgresql_programs()
    except CannotStart as error:
        tell(f"postgresql: left out: {error}")
        return [Store.SQLITE]
    return list(Store)


def _postgresql_version() -> dict[str, str]:
    try:
        _, postgres = postgresql_programs()
    except CannotStart:
        return {}
    said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    return {"postgresql": said.stdout.split()[2]}
