"""`manage.py create_api_key`: a key for an organisation's system. The admin lists keys and revokes them."""

from argparse import ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import Organisation
from apps.accounts.principals import Scope
from apps.accounts.services import ALL_SCOPES, create_api_key
from apps.core import clock

LONGEST_NAME = 80
MOST_DAYS = 3_650


class Command(BaseCommand):
    """Writes the secret alone to standard output, so that it can go straight to where secrets are kept."""

    help = "Make an API key for an organisation. It is shown once, here, and kept nowhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose key, what for, what it may do, until when."""
        parser.add_argument("organisation", help="its slug")
        parser.add_argument("--name", required=True, type=_name, help="which system it is for, as lists show it")
        parser.add_argument("--test", action="store_true", help="a key of the sandbox: robots carry its orders")
        parser.add_argument("--days", type=_days, help="for how long it is good; for ever, if you do not say")
        parser.add_argument(
            "--scope",
            action="append",
            choices=[scope.value for scope in Scope],
            help="may be repeated; all, if none is named",
        )

    def handle(
        self, *_: Any, organisation: str, name: str, test: bool, days: int | None, scope: list[str] | None, **__: Any
    ) -> None:
        """Make it and show it."""
        owner = Organisation.objects.filter(slug=organisation).first()
        if owner is None:
            raise CommandError(f"There is no organisation with the slug {organisation}: make it in the admin.")
        key, secret = create_api_key(
            organisation_id=owner.pk,
            name=name,
            scopes=tuple(dict.fromkeys(scope)) if scope else ALL_SCOPES,
            is_test=test,
            expires_at=_end_of(days),
        )
        until = f"until {key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at else "until it is revoked"
        self.stderr.write(f"A key of {owner.name}, {until}, shown this once. Scopes: {', '.join(key.scopes)}.")
        self.stdout.write(secret)


def _end_of(days: int | None) -> datetime | None:
    return clock.now() + timedelta(days=days) if days else None


def _name(text: str) -> str:
    if not 1 <= len(text.strip()) <= LONGEST_NAME:
        raise ArgumentTypeError(f"1 to {LONGEST_NAME} characters")
    return text.strip()


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_DAYS:
        raise ArgumentTypeError(f"1 to {MOST_DAYS} days")
    return int(text)
