"""What integrators may send: endpoints and their changes, a time to replay from, filters of the log."""

from typing import Any

from rest_framework import serializers

from apps.accounts.principals import Principal
from apps.core.api.fields import Moment, Text
from apps.core.api.pages import PageQuery
from apps.core.api.serializers import StrictSerializer
from apps.webhooks.catalogue import KINDS
from apps.webhooks.lifecycle import MessageStatus
from apps.webhooks.services import EndpointChanges, NewEndpoint
from apps.webhooks.targets import MAX_URL

LONGEST_DESCRIPTION = 200


class KindField(serializers.ChoiceField):
    """One kind of the catalogue."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=KINDS, **options)


class Switch(serializers.BooleanField):
    """`true` or `false`, and nothing that merely looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        """The value. Fails on text and numbers."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class WebhookEndpointIn(StrictSerializer):
    """Where to send, and what."""

    url = Text(max_length=MAX_URL)
    kinds = serializers.ListField(child=KindField(), max_length=len(KINDS), required=False)
    description = Text(max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True)

    def new_endpoint(self, caller: Principal) -> NewEndpoint:
        """The same in the words of the domain. Raises ValidationError (400)."""
        asked = self.validated()
        return NewEndpoint(
            organisation_id=caller.organisation_id,
            url=asked["url"],
            kinds=tuple(asked.get("kinds", ())),
            description=asked.get("description", ""),
            is_test=caller.is_test,
        )


class WebhookEndpointChangesIn(StrictSerializer):
    """What is to be changed; what is left out stays."""

    url = Text(max_length=MAX_URL, required=False)
    kinds = serializers.ListField(child=KindField(), max_length=len(KINDS), required=False)
    description = Text(max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True)
    enabled = Switch(required=False)

    def changes(self) -> EndpointChanges:
        """The same in the words of the domain. Raises ValidationError (400)."""
        asked = self.validated()
        kinds = asked.get("kinds")
        return EndpointChanges(
            url=asked.get("url"),
            kinds=None if kinds is None else tuple(kinds),
            description=asked.get("description"),
            is_enabled=asked.get("enabled"),
        )


class ReplayIn(StrictSerializer):
    """From when on failed messages are sent again."""

    since = Moment()


class NothingIn(StrictSerializer):
    """A body without fields, or none."""


class MessageFilters(PageQuery):
    """Which messages are listed."""

    status = serializers.ChoiceField(choices=MessageStatus.choices, required=False)
    kind = Text(max_length=64, required=False)


def read_nothing(body: Any) -> None:
    """Raises ValidationError (400) for a body with fields."""
    NothingIn(data=body or {}).validated()
