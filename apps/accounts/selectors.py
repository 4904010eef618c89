"""Reads of accounts: who a key or a signed-in user stands for."""

from uuid import UUID

from django.db.models import Q

from apps.accounts.errors import InvalidKey, OrganisationNotFound
from apps.accounts.models import ApiKey, MemberRole, Membership, Organisation, User
from apps.accounts.principals import Principal
from apps.accounts.services import hash_secret
from apps.core import clock

SIGNED_OUT = Principal(name="anonymous", is_authenticated=False)


def principal_of_key(secret: str) -> Principal:
    """Who an API key stands for. Raises InvalidKey when it is unknown, expired or revoked."""
    live = ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()), revoked_at=None)
    key = live.filter(secret_hash=hash_secret(secret)).only("prefix", "organisation_id", "scopes", "is_test").first()
    if key is None:
        raise InvalidKey
    return Principal(
        name=f"key:{key.prefix}",
        organisation_ids=frozenset({key.organisation_id}),
        scopes=frozenset(key.scopes),
        is_test=key.is_test,
    )


def principal_of_user(user: User) -> Principal:
    """Who a signed-in person stands for: the organisations they belong to, and those they dispatch for."""
    if not user.is_active:
        return SIGNED_OUT
    roles = dict(Membership.objects.filter(user_id=user.pk).values_list("organisation_id", "role"))
    dispatches = {key for key, role in roles.items() if role in (MemberRole.OWNER, MemberRole.DISPATCHER)}
    return Principal(
        name=f"user:{user.email}",
        organisation_ids=frozenset(roles),
        dispatches_for=frozenset(dispatches),
        sees_all=user.is_superuser,
    )


def organisation(organisation_id: UUID) -> Organisation:
    """One organisation. Raises OrganisationNotFound."""
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None:
        raise OrganisationNotFound
    return found
