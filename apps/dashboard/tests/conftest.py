"""Browsers in front of the board. Imports come late: this file is read before Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from apps.dashboard.tests.people import Rival
    from tests.cast import Cast


@pytest.fixture
def rival(cast: Cast) -> Rival:
    """A closed fleet that no merchant has called on."""
    from apps.dashboard.tests.people import hire_rival

    return hire_rival(cast)


@pytest.fixture
def ada(cast: Cast) -> Client:
    """Ada's browser: she dispatches for Vélo Express."""
    from apps.dashboard.tests.people import signed_in

    return signed_in(cast.ada)


@pytest.fixture
def baker(cast: Cast) -> Client:
    """The browser of the bakery's owner."""
    from apps.accounts.models import MemberRole
    from apps.dashboard.tests.people import member, signed_in

    return signed_in(member(cast.bakery.pk, "dee@example.org", MemberRole.OWNER))


@pytest.fixture
def viewer(cast: Cast) -> Client:
    """Somebody of Vélo Express who may only look."""
    from apps.accounts.models import MemberRole
    from apps.dashboard.tests.people import member, signed_in

    return signed_in(member(cast.fleet_owner.pk, "vic@example.org", MemberRole.VIEWER))


@pytest.fixture
def administrator(cast: Cast) -> Client:
    """The browser of a platform administrator."""
    from apps.accounts.models import User
    from apps.dashboard.tests.people import signed_in
    from tests.cast import PASSWORD

    return signed_in(User.objects.create_superuser("root@example.org", PASSWORD, name="Root"))
