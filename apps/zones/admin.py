"""Zones in the admin."""

from django.contrib import admin

from apps.core.admin import Admin
from apps.zones.models import Zone


@admin.register(Zone)
class ZoneAdmin(Admin):
    list_display = ("name", "slug", "time_zone", "is_active", "pickup_service_s", "dropoff_service_s", "detour_factor")
    list_filter = ("is_active", "time_zone")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012 - Django's own declaration
    readonly_fields = ("created_at",)
