"""Writes of accounts: make an organisation, a member, a key; revoke a key."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from apps.accounts.known_keys import known_keys
from apps.accounts.models import ApiKey, MemberRole, Membership, Organisation, User
from apps.accounts.principals import Scope
from apps.core import clock

ALL_SCOPES = tuple(scope.value for scope in Scope)


def hash_secret(secret: str) -> str:
    """SHA-256, unsalted: right for secrets of high entropy, and found with one indexed look-up."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_api_key(
    *,
    organisation_id: UUID,
    name: str,
    scopes: tuple[str, ...] = ALL_SCOPES,
    is_test: bool = False,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key. Returns its row and the secret, which is nowhere else: show it once."""
    secret = f"ck_{'test' if is_test else 'live'}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        organisation_id=organisation_id,
        name=name,
        prefix=secret[:14],
        secret_hash=hash_secret(secret),
        scopes=list(scopes),
        is_test=is_test,
        expires_at=expires_at,
    )
    return key, secret


def revoke_api_key(*, key_id: UUID) -> None:
    """End a key: here now, in other processes within a second."""
    ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=clock.now())
    known_keys.forget()


def create_organisation(*, name: str, slug: str, **kinds: bool) -> Organisation:
    """Make an organisation; `kinds` are `is_merchant`, `is_hub_operator`, `is_fleet_owner`."""
    return Organisation.objects.create(name=name, slug=slug, **kinds)


def create_member(*, organisation_id: UUID, email: str, name: str, password: str, role: MemberRole) -> User:
    """Make a user who belongs to an organisation."""
    user = User.objects.create_user(email, password, name=name)
    Membership.objects.create(user=user, organisation_id=organisation_id, role=role)
    return user
