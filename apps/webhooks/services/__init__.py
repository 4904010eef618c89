"""Writes of webhooks: one file per use case."""

from apps.webhooks.services.delivering import deliver_due_of
from apps.webhooks.services.endpoints import (
    EndpointChanges,
    NewEndpoint,
    create_endpoint,
    delete_endpoint,
    rotate_secret,
    update_endpoint,
)
from apps.webhooks.services.fan_out import fan_out
from apps.webhooks.services.forgetting import forget_old_messages
from apps.webhooks.services.replaying import replay_failed, replay_message
from apps.webhooks.services.trying import send_test_event

__all__ = [
    "EndpointChanges",
    "NewEndpoint",
    "create_endpoint",
    "delete_endpoint",
    "deliver_due_of",
    "fan_out",
    "forget_old_messages",
    "replay_failed",
    "replay_message",
    "rotate_secret",
    "send_test_event",
    "update_endpoint",
]
