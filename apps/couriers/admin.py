"""Couriers in the admin: who they are may be changed; whether they are on duty and what they carry may not."""

from django.contrib import admin

from apps.core.admin import Admin, ReadOnlyAdmin
from apps.couriers.models import (
    Break,
    Courier,
    Device,
    Fleet,
    PositionTrack,
    Shift,
    SignInCode,
    TrackMark,
    Vehicle,
)


@admin.register(Fleet)
class FleetAdmin(Admin):
    list_display = ("name", "organisation", "mode", "is_open", "created_at")
    list_filter = ("mode", "is_open")
    list_select_related = ("organisation",)
    search_fields = ("name", "organisation__name")
    autocomplete_fields = ("organisation",)
    readonly_fields = ("created_at",)


@admin.register(Vehicle)
class VehicleAdmin(Admin):
    list_display = ("id", "kind", "label", "fleet", "speed_kmh", "max_weight_g", "max_parcels", "retired_at")
    list_filter = ("kind", "fleet", ("retired_at", admin.EmptyFieldListFilter))
    list_select_related = ("fleet",)
    search_fields = ("label", "kind", "external_id", "fleet__name")
    autocomplete_fields = ("fleet",)
    readonly_fields = ("retired_at",)


@admin.register(Courier)
class CourierAdmin(Admin):
    list_display = ("name", "fleet", "vehicle", "status", "zone", "load_legs", "max_legs", "is_active")
    list_filter = ("status", "is_active", "fleet", "zone")
    list_select_related = ("fleet", "vehicle", "zone")
    search_fields = ("name", "phone", "email", "external_id", "fleet__name")
    autocomplete_fields = ("fleet", "vehicle")
    readonly_fields = (
        "status",
        "version",
        "zone",
        "shift",
        "load_legs",
        "route_end",
        "last_lat",
        "last_lon",
        "silent_since",
        "positions_suspicious_since",
        "positions_suspected_at",
        "erased_at",
        "created_at",
    )


@admin.register(Shift)
class ShiftAdmin(Admin):
    list_display = ("courier", "zone", "starts_at", "ends_at", "started_at", "ended_at", "legs_done")
    list_filter = ("zone", ("started_at", admin.EmptyFieldListFilter), ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("courier", "zone")
    search_fields = ("courier__name", "courier__phone")
    autocomplete_fields = ("courier", "zone")
    readonly_fields = ("started_at", "ended_at", "late_at", "missed_at", "legs_done")
    ordering = ("-starts_at",)


@admin.register(Break)
class BreakAdmin(ReadOnlyAdmin):
    list_display = ("courier", "shift", "started_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    list_select_related = ("courier", "shift__courier")
    search_fields = ("courier__name", "courier__phone")
    ordering = ("-started_at",)


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    list_display = ("label", "courier", "created_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("courier",)
    search_fields = ("label", "courier__name", "courier__phone")
    exclude = ("token_hash",)
    ordering = ("-created_at",)


@admin.register(SignInCode)
class SignInCodeAdmin(ReadOnlyAdmin):
    list_display = ("phone", "expires_at", "tries_left", "used_at")
    list_filter = (("used_at", admin.EmptyFieldListFilter),)
    search_fields = ("phone",)
    exclude = ("code_hash",)
    ordering = ("-id",)


@admin.register(PositionTrack)
class PositionTrackAdmin(ReadOnlyAdmin):
    list_display = ("courier", "started_at", "ended_at", "is_suspicious", "is_reduced")
    list_filter = ("is_suspicious", "is_reduced")
    list_select_related = ("courier",)
    search_fields = ("courier__name", "courier__phone")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(TrackMark)
class TrackMarkAdmin(ReadOnlyAdmin):
    list_display = ("stream", "entry_id", "number")
    list_filter = ("stream",)
    search_fields = ("stream",)
    ordering = ("stream",)
