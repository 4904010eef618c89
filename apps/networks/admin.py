"""Networks in the admin: to look at. Tariffs are replaced through the API, never changed."""

from django.contrib import admin

from apps.core.admin import ReadOnlyAdmin
from apps.networks.models import Connection, Tariff


@admin.register(Tariff)
class TariffAdmin(ReadOnlyAdmin):
    list_display = ("name", "organisation", "currency", "base_cents", "per_km_cents", "created_at", "retired_at")
    list_filter = (("retired_at", admin.EmptyFieldListFilter), "currency")
    list_select_related = ("organisation",)
    search_fields = ("=id", "name", "organisation__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    list_display = ("organisation", "fleet", "executor", "status", "priority", "created_at", "accepted_at", "ended_at")
    list_filter = ("status", "is_live")
    list_select_related = ("organisation", "fleet", "executor")
    search_fields = ("=id", "organisation__name", "fleet__name", "executor__name")
    ordering = ("-id",)
    show_full_result_count = False
