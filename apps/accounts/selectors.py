"""Reads of accounts: who a key or a signed-in user stands for."""

from uuid import UUID

from apps.accounts.errors import InvalidKey, OrganisationNotFound
from apps.accounts.known_keys import KnownKey, known_keys
from apps.accounts.models import ApiKey, MemberRole, Membership, Organisation, User
from apps.accounts.principals import Principal
from apps.accounts.services import hash_secret
from apps.core import clock

SIGNED_OUT = Principal(name="anonymous", is_authenticated=False)


def principal_of_key(secret: str) -> Principal:
    """Who an API key stands for. Raises InvalidKey when it is unknown, expired or revoked.

    What was found is remembered for a second in this process, so a busy key is not looked up for every request; revoked
    elsewhere, it opens nothing a second later.
    """
    secret_hash = hash_secret(secret)
    found = known_keys.recall(secret_hash)
    if found is None:
        key = ApiKey.objects.filter(secret_hash=secret_hash, revoked_at=None).first()
        if key is None:
            raise InvalidKey
        found = known_keys.remember(secret_hash, KnownKey(_as_principal(key), key.expires_at))
    if found.expires_at is not None and found.expires_at <= clock.now():
        raise InvalidKey
    return found.principal


def _as_principal(key: ApiKey) -> Principal:
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
