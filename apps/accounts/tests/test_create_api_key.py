"""`manage.py create_api_key`: what whoever runs the platform types when a system needs a key."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from apps.accounts.models import ApiKey
from apps.accounts.services import ALL_SCOPES, hash_secret

pytestmark = pytest.mark.django_db


def made(cast, *options):
    """The secret that is written, and the row that is kept."""
    out, beside = StringIO(), StringIO()
    call_command("create_api_key", cast.bakery.slug, "--name", "till", *options, stdout=out, stderr=beside)
    secret = out.getvalue().strip()
    assert secret not in beside.getvalue()
    return secret, ApiKey.objects.get(secret_hash=hash_secret(secret))


def status(secret, path="/v1/orders"):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}").get(path).status_code


def test_a_key_is_made_that_opens_everything_until_it_is_revoked(cast):
    secret, key = made(cast)
    assert secret.startswith("ck_live_")
    assert (key.organisation_id, key.name, key.is_test, key.expires_at) == (cast.bakery.pk, "till", False, None)
    assert tuple(key.scopes) == ALL_SCOPES
    assert status(secret) == 200


def test_a_key_may_do_what_was_named_alone_and_for_as_long_as_was_said(cast, hand_clock):
    secret, key = made(cast, "--scope", "orders:read", "--scope", "orders:read", "--test", "--days", "30")
    assert secret.startswith("ck_test_")
    assert (key.scopes, key.is_test) == (["orders:read"], True)
    assert (status(secret), status(secret, "/v1/connections")) == (200, 403)
    hand_clock.advance(days=30)
    assert key.expires_at <= hand_clock()
    assert status(secret) == 401


def test_a_second_key_lives_beside_the_first_so_that_it_can_be_rotated(cast):
    (first, _), (second, _) = made(cast), made(cast)
    assert first != second
    assert {status(first), status(second), status(cast.dee_key)} == {200}


@pytest.mark.parametrize(
    "arguments",
    [
        ["nobody", "--name", "till"],
        ["dees-bakery"],
        ["dees-bakery", "--name", " "],
        ["dees-bakery", "--name", "x" * 81],
        ["dees-bakery", "--name", "till", "--scope", "orders:all"],
        ["dees-bakery", "--name", "till", "--days", "0"],
        ["dees-bakery", "--name", "till", "--days", "soon"],
    ],
)
def test_what_makes_no_sense_makes_no_key(cast, arguments):
    before = ApiKey.objects.count()
    with pytest.raises(CommandError):
        call_command("create_api_key", *arguments)
    assert ApiKey.objects.count() == before
