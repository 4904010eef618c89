"""What couriers' phones sent, in the admin: to look at."""

from django.contrib import admin

from apps.core.admin import ReadOnlyAdmin
from apps.mobile.models import CourierAction


@admin.register(CourierAction)
class CourierActionAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "courier", "kind", "sequence", "device_time", "client_id")
    list_filter = ("kind",)
    list_select_related = ("courier",)
    search_fields = ("=client_id", "courier__name", "courier__phone")
    ordering = ("-id",)
    show_full_result_count = False
