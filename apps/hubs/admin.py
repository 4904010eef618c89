"""Hubs in the admin: to look at. Changes go through the API's services, which publish them."""

from django.contrib import admin

from apps.core.admin import ReadOnlyAdmin
from apps.hubs.models import Hub, Scan


@admin.register(Hub)
class HubAdmin(ReadOnlyAdmin):
    list_display = ("name", "organisation", "zone", "address", "is_active", "is_open_to_others")
    list_filter = ("is_active", "is_open_to_others", "zone")
    list_select_related = ("organisation", "zone")
    search_fields = ("name", "address", "organisation__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Scan)
class ScanAdmin(ReadOnlyAdmin):
    list_display = ("shown_at", "hub", "parcel", "direction", "by", "device_time", "received_at")
    list_filter = ("direction", "hub")
    list_select_related = ("hub", "parcel")
    search_fields = ("=parcel__id", "=parcel__order__id", "=client_id")
    ordering = ("-id",)
    show_full_result_count = False
