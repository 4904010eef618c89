"""Webhooks in the admin: to look at. Seeds are not shown; bodies are, as their receivers got them."""

from django.contrib import admin

from apps.core.admin import ReadOnlyAdmin
from apps.webhooks.models import Attempt, Endpoint, Message


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    list_display = (
        "url",
        "organisation",
        "is_test",
        "disabled_reason",
        "failures_in_row",
        "failing_since",
        "created_at",
    )
    list_filter = ("disabled_reason", "is_test")
    list_select_related = ("organisation",)
    search_fields = ("=id", "url", "organisation__name")
    exclude = ("seed", "former_seed")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "endpoint", "status", "tries", "next_attempt_at", "order_id")
    list_filter = ("status", "kind")
    list_select_related = ("endpoint",)
    search_fields = ("=id", "=order_id", "=event_id")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("at", "message", "number", "status_code", "error", "duration_ms")
    list_filter = ("error", "status_code")
    list_select_related = ("message",)
    search_fields = ("=id", "=message__id", "=message__order_id")
    ordering = ("-id",)
    show_full_result_count = False
