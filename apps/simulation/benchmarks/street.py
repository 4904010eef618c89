"""The street benchmark: a thousand couriers who report, orders from creation to delivery, and positions alone."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from apps.simulation.benchmarks.errors import BenchFailed
from apps.simulation.benchmarks.hall import Store
from apps.simulation.benchmarks.load import PACKAGES
from apps.simulation.benchmarks.street_rounds import StreetPlan, measured_street
from apps.simulation.benchmarks.street_summary import page
from apps.simulation.benchmarks.tick_machine import machine
from coursier.embedded.preflight import CannotStart


@dataclass(frozen=True, slots=True)
class StreetOptions:
    """What to run."""

    out: Path
    plan: StreetPlan
    store: str = str(Store.POSTGRESQL)


def run(options: StreetOptions, tell: Callable[[str], None]) -> None:
    """Run, write DIR/street.json and .md, and tell the page. Raises BenchFailed."""
    ran_on = machine(PACKAGES)
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        result = measured_street(Store(options.store), options.plan, tell)
    except CannotStart as error:
        raise BenchFailed(str(error)) from None
    summary = {"machine": ran_on, "street": result.as_json()}
    (options.out / "street.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    told = page(ran_on, result)
    (options.out / "street.md").write_text(told + "\n", encoding="utf-8")
    tell(f"\n{told}")
