"""What integrators get back: endpoints, messages with their attempts."""

from typing import Any

import orjson
from rest_framework import serializers

from apps.core.api.fields import Moment, PublicId
from apps.core.api.serializers import OutputSerializer
from apps.core.ids import public_id
from apps.webhooks.models import Endpoint, Message
from apps.webhooks.services.delivering import MESSAGE

ENDPOINT = "whe"


class WebhookEndpointOut(OutputSerializer):
    """Where messages are sent, and how it does."""

    id = serializers.SerializerMethodField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField(), help_text="Empty: all.")
    description = serializers.CharField()
    is_test = serializers.BooleanField()
    enabled = serializers.BooleanField(source="is_enabled")
    disabled_at = Moment(allow_null=True)
    disabled_reason = serializers.CharField()
    failing_since = Moment(allow_null=True)
    created_at = Moment()

    def get_id(self, endpoint: Endpoint) -> str:
        """`whe_...`."""
        return public_id(ENDPOINT, endpoint.pk)


class WebhookEndpointWithSecretOut(WebhookEndpointOut):
    """An endpoint with its secret, which is shown in this answer only."""

    secret = serializers.CharField(source="seed", help_text="`whsec_...`: keep it; it is not shown again.")


class AttemptOut(OutputSerializer):
    """One try to deliver a message."""

    number = serializers.IntegerField()
    at = Moment()
    status_code = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(help_text="Empty where the endpoint answered.")
    duration_ms = serializers.IntegerField()


class AttemptWithAnswerOut(AttemptOut):
    """One try, with what was answered."""

    answer = serializers.CharField(help_text="The first 16 kB of the answer.")


class WebhookMessageOut(OutputSerializer):
    """A message to an endpoint, and how far it is."""

    id = serializers.SerializerMethodField(help_text="The `webhook-id` header of every attempt.")
    kind = serializers.CharField()
    order_id = PublicId(prefix="ord", allow_null=True, help_text="`ord_...`, null for what is of no order.")
    status = serializers.CharField()
    created_at = Moment()
    delivered_at = Moment(allow_null=True)
    next_attempt_at = Moment(allow_null=True)
    attempts = AttemptOut(many=True, help_text="The last twenty, oldest first.")

    def get_id(self, message: Message) -> str:
        """`msg_...`."""
        return public_id(MESSAGE, message.pk)


class WebhookMessageWithBodyOut(WebhookMessageOut):
    """A message with its body, and attempts with what was answered."""

    attempts = AttemptWithAnswerOut(many=True, help_text="The last twenty, oldest first.")
    body = serializers.SerializerMethodField()

    def get_body(self, message: Message) -> dict[str, Any]:
        """As it is sent."""
        body: dict[str, Any] = orjson.loads(message.body)
        return body


class ReplayedOut(OutputSerializer):
    """How many messages are sent again."""

    replayed = serializers.IntegerField()
