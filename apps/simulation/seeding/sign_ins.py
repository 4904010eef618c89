"""Who may sign in to the demo: made once, with random passwords, kept in a file for their owner only."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from apps.accounts.models import MemberRole, Membership, Organisation, User
from apps.accounts.services import create_api_key
from apps.core.db import atomic
from apps.simulation.seeding.demo import DemoCity

DISPATCHER = "dispatcher@coursier.example"
ADMINISTRATOR = "admin@coursier.example"


@dataclass(frozen=True, slots=True)
class SignIns:
    """The demo's users and the keys of one of its merchants: for real orders, and for those that robots carry."""

    dispatcher: str
    dispatcher_password: str
    administrator: str
    administrator_password: str
    merchant: str
    merchant_api_key: str
    sandbox_api_key: str


def demo_sign_ins(demo: DemoCity, *, file: Path) -> SignIns:
    """The sign-ins of this installation: those of the file if it is there and of this database, else new ones."""
    kept = _kept(file)
    if kept and User.objects.filter(email=kept.dispatcher).exists():
        return kept
    made = _make(demo)
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(made), ensure_ascii=False, indent=1))
    return made


def _kept(file: Path) -> SignIns | None:
    if not file.exists():
        return None
    try:
        return SignIns(**json.loads(file.read_text()))
    except (ValueError, TypeError):
        return None


@atomic
def _make(demo: DemoCity) -> SignIns:
    merchant = next(iter(demo.merchants.values()))
    passwords = [secrets.token_urlsafe(9) for _ in range(2)]
    dispatcher = _user(DISPATCHER, "Ada Dispatcher", passwords[0])
    for organisation in demo.fleet_owners:
        _join(dispatcher, organisation)
    _user(ADMINISTRATOR, "Administrator", passwords[1], is_staff=True, is_superuser=True)
    _, api_key = create_api_key(organisation_id=merchant.pk, name="demo")
    _, sandbox_key = create_api_key(organisation_id=merchant.pk, name="demo sandbox", is_test=True)
    return SignIns(DISPATCHER, passwords[0], ADMINISTRATOR, passwords[1], merchant.name, api_key, sandbox_key)


def _user(email: str, name: str, password: str, **rights: bool) -> User:
    """A user with this password, whether or not there was one of that address."""
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, password, name=name, **rights)
    user.set_password(password)
    user.save()
    return user


def _join(user: User, organisation: Organisation) -> None:
    Membership.objects.get_or_create(user=user, organisation=organisation, defaults={"role": MemberRole.DISPATCHER})
