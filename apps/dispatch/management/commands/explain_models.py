"""`manage.py explain_models [--zone NAME] [--json]`: what was learned, and what of it the engine goes by."""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from apps.dispatch.learning.explanation import Explained, explained
from apps.zones.models import Zone
from apps.zones.selectors import active_zones

HEAD = ("figure", "learned", "spread", "unit", "instead of", "samples", "days", "in use")
NUMBERS = {1, 2, 5, 6}  # columns that stand to the right


class Command(BaseCommand):
    help = "Print what was learned about each zone, what it replaces, what is behind it, and whether it is in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--zone", metavar="NAME", help="one zone, by name or slug; all without it")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_: Any, **options: Any) -> None:
        by_zone = [(zone, explained(zone)) for zone in _zones(options["zone"])]
        if options["json"]:
            self.stdout.write(orjson.dumps([_as_json(*pair) for pair in by_zone], option=orjson.OPT_INDENT_2).decode())
            return
        for zone, figures in by_zone:
            self.stdout.write(f"\n{zone.name} ({zone.time_zone}): {_summary(figures)}")
            self.stdout.write(_aligned([HEAD, *map(_row, figures)]))


def _zones(name: str | None) -> Sequence[Zone]:
    zones = active_zones()
    if name is None:
        return zones
    found = [zone for zone in zones if name in {zone.name, zone.slug}]
    if not found:
        raise CommandError(f"There is no active zone {name!r}. There are: {', '.join(zone.name for zone in zones)}.")
    return found


def _summary(figures: list[Explained]) -> str:
    known = [figure for figure in figures if figure.value is not None]
    learned_at = max((figure.learned_at for figure in known if figure.learned_at), default=None)
    when = f", the last at {learned_at:%Y-%m-%d %H:%M} UTC" if learned_at else ""
    return f"{len(known)} figures learned{when}; {sum(figure.is_used for figure in known)} in use"


def _row(figure: Explained) -> tuple[str, ...]:
    return (
        f"{figure.kind} {figure.key}",
        _number(figure.value),
        _number(figure.spread),
        figure.unit,
        figure.constant,
        str(figure.samples),
        str(figure.days),
        "yes" if figure.is_used else f"no: {figure.why_unused}",
    )


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"


def _aligned(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = []
    for row in rows:
        cells = (
            cell.rjust(width) if column in NUMBERS else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def _as_json(zone: Zone, figures: list[Explained]) -> dict[str, Any]:
    rows = [{**asdict(figure), "in_use": figure.is_used} for figure in figures]
    return {"zone": zone.name, "slug": zone.slug, "time_zone": zone.time_zone, "figures": rows}
