"""What integrators may send about connections."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from apps.accounts.principals import Principal
from apps.core.api.fields import PublicId, Text, Whole
from apps.core.api.pages import PageQuery
from apps.core.api.serializers import StrictSerializer
from apps.core.errors import NotFound
from apps.core.ids import parse_public_id
from apps.networks.lifecycle import ConnectionStatus, Right, Side
from apps.networks.services import Invitation, WantedTerms

MOST_PRIORITY = 10_000
MOST_VERSION = 2**31 - 1


class RightsField(serializers.ListField):
    """Rights of the executor."""

    def __init__(self, **options: Any) -> None:
        child = serializers.ChoiceField(choices=Right.choices)
        super().__init__(child=child, max_length=len(Right), **options)


class ConnectionIn(StrictSerializer):
    """An invitation."""

    fleet = PublicId(prefix="flt")
    organisation = Text(max_length=50, required=False)
    rights = RightsField(required=False)
    tariff_id = PublicId(prefix="tar", required=False, allow_null=True)
    priority = Whole(min_value=0, max_value=MOST_PRIORITY, required=False)

    def invitation(self, caller: Principal) -> Invitation:
        """The same in the words of the domain. Raises ValidationError (400)."""
        asked = self.validated()
        return Invitation(
            by=caller.organisation_id,
            fleet_id=asked["fleet"],
            organisation=_organisation(asked.get("organisation")),
            rights=tuple(asked.get("rights", ())),
            tariff_id=asked.get("tariff_id"),
            priority=asked.get("priority"),
        )


class ConnectionChangeIn(StrictSerializer):
    """What should be different; what is left out stays."""

    priority = Whole(min_value=0, max_value=MOST_PRIORITY, required=False)
    rights = RightsField(required=False)
    tariff_id = PublicId(prefix="tar", required=False, allow_null=True)

    def wanted(self) -> WantedTerms:
        """The same in the words of the domain. Raises ValidationError (400)."""
        wanted: WantedTerms = self.validated()
        return wanted


class AcceptIn(StrictSerializer):
    """Which version of the connection was read and is accepted."""

    version = Whole(min_value=0, max_value=MOST_VERSION)


class ReasonIn(StrictSerializer):
    """Why, if somebody wishes to say."""

    reason = Text(max_length=80, required=False, allow_blank=True)


class NothingIn(StrictSerializer):
    """An empty body."""


class ConnectionFilters(PageQuery):
    """Which connections are listed."""

    side = serializers.ChoiceField(choices=Side.choices, required=False)
    status = serializers.ChoiceField(choices=ConnectionStatus.choices, required=False)
    fleet = PublicId(prefix="flt", required=False)


def _organisation(named: str | None) -> UUID | str | None:
    """By its id (`org_...`) or its slug."""
    try:
        return parse_public_id("org", named) if named else None
    except NotFound:
        return named
