"""Billing in the admin: to look at. What was charged is never changed."""

from django.contrib import admin

from apps.billing.models import Charge, Handover, LogPosition, Statement
from apps.core.admin import ReadOnlyAdmin


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = ("month", "orderer", "executor", "connection_id", "currency", "is_test")
    list_filter = ("is_test", "currency", "month")
    list_select_related = ("orderer", "executor")
    search_fields = ("=id", "orderer__name", "executor__name", "month")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "order", "fleet", "net_cents", "tax_cents", "gross_cents", "currency")
    list_filter = ("kind", "currency")
    list_select_related = ("order", "fleet")
    search_fields = ("=id", "=order__id", "=leg__id", "order__external_id")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Handover)
class HandoverAdmin(ReadOnlyAdmin):
    list_display = ("at", "leg_id", "orderer", "fleet", "connection_id", "tariff")
    list_filter = ("at",)
    list_select_related = ("orderer", "fleet", "tariff")
    search_fields = ("=id", "=leg__id", "fleet__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(LogPosition)
class LogPositionAdmin(ReadOnlyAdmin):
    list_display = ("reader", "event_id")
    list_filter = ("reader",)
    search_fields = ("reader",)
