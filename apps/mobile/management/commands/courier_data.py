"""Answers a courier who asks what is kept of them, or to be forgotten."""

import argparse
from pathlib import Path
from uuid import UUID

import orjson
from django.core.management.base import BaseCommand, CommandError

from apps.core.errors import CoursierError
from apps.core.ids import parse_public_id
from apps.couriers.services import erase_courier, exported_courier
from apps.mobile.services import exported_actions, forget_actions


class Command(BaseCommand):
    help = "Export what is kept of a courier (tracks, actions, devices, shifts) as JSON, or erase it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--courier", required=True, help="cou_...")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--export", type=Path, metavar="FILE", help="write it there, readable by its owner only")
        what.add_argument("--erase", action="store_true", help="forget name, phone, devices, actions and tracks")

    def handle(self, *, courier: str, export: Path | None, erase: bool, **_: object) -> None:
        try:
            courier_id = parse_public_id("cou", courier)
            if erase:
                _erase(courier_id)
                self.stdout.write(f"{courier} is forgotten.")
            elif export:
                _export(courier_id, export)
                self.stdout.write(f"{courier} is in {export}.")
        except (CoursierError, OSError) as error:
            raise CommandError(str(error)) from error


def _export(courier_id: UUID, file: Path) -> None:
    kept = {**exported_courier(courier_id=courier_id), "actions": exported_actions(courier_id=courier_id)}
    text = orjson.dumps(kept, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
    file.touch(mode=0o600)
    file.write_bytes(text)


def _erase(courier_id: UUID) -> None:
    """Refused before anything is deleted: who is on duty cannot be forgotten."""
    erase_courier(courier_id=courier_id)
    forget_actions(courier_id=courier_id)
