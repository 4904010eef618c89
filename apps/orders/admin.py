"""Orders in the admin: to look at. Every change goes through a service, which guards the moves and writes the event."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from apps.core.admin import Inline, ReadOnlyAdmin
from apps.orders.models import HandOn, Incident, Leg, Order, OrderWord, Parcel, PinCheck, ProofFile, Quote, StopScan


class ReadOnlyInline(Inline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


class LegInline(ReadOnlyInline):
    model = Leg
    fields = ("sequence", "status", "courier", "epoch", "assigned_at", "picked_up_at", "delivered_at")


class ParcelInline(ReadOnlyInline):
    model = Parcel
    fields = ("description", "size", "weight_g", "barcode")


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = (
        "short_code",
        "status",
        "organisation",
        "zone",
        "needs_attention",
        "placed_at",
        "promised_dropoff_at",
    )
    list_filter = ("status", "needs_attention", "network_policy", "is_test", "zone")
    list_select_related = ("organisation", "zone")
    search_fields = ("=id", "external_id", "organisation__name")
    exclude = ("tracking_token",)
    ordering = ("-id",)
    inlines = (LegInline, ParcelInline)
    show_full_result_count = False


@admin.register(Leg)
class LegAdmin(ReadOnlyAdmin):
    list_display = ("id", "order", "sequence", "status", "courier", "zone", "due_at", "unassigned_reason")
    list_filter = ("status", "is_pinned", "zone")
    list_select_related = ("order", "courier", "zone")
    search_fields = ("=id", "=order__id", "courier__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Parcel)
class ParcelAdmin(ReadOnlyAdmin):
    list_display = ("id", "order", "description", "size", "weight_g", "barcode")
    list_filter = ("size",)
    list_select_related = ("order",)
    search_fields = ("=order__id", "barcode", "description")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Quote)
class QuoteAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "organisation", "amount_cents", "currency", "expires_at", "used_by_order_id")
    list_filter = (("used_by_order_id", admin.EmptyFieldListFilter), "currency")
    list_select_related = ("organisation",)
    search_fields = ("=id", "=used_by_order_id", "organisation__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    list_display = ("opened_at", "kind", "order", "parcel", "hub_id", "courier", "is_open", "resolved_at")
    list_filter = ("kind", "is_open")
    list_select_related = ("order", "parcel", "courier")
    search_fields = ("=order__id", "=hub_id", "note")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(ProofFile)
class ProofFileAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "stop", "order", "courier", "received_bytes", "completed_at")
    list_filter = ("kind", "stop")
    list_select_related = ("order", "courier")
    search_fields = ("=id", "=order__id", "=sha256", "courier__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(StopScan)
class StopScanAdmin(ReadOnlyAdmin):
    list_display = ("scanned_at", "parcel", "stop", "leg", "courier")
    list_filter = ("stop",)
    list_select_related = ("parcel", "leg__order", "courier")
    search_fields = ("=id", "=leg__id", "=leg__order__id", "parcel__barcode", "courier__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(HandOn)
class HandOnAdmin(ReadOnlyAdmin):
    list_display = ("handed_on_at", "leg", "from_fleet", "to_fleet", "is_live", "end", "ended_at")
    list_filter = ("is_live", "end")
    list_select_related = ("leg__order", "from_fleet", "to_fleet")
    search_fields = ("=id", "=leg__id", "=leg__order__id", "from_fleet__name", "to_fleet__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(PinCheck)
class PinCheckAdmin(ReadOnlyAdmin):
    list_display = ("order", "tries", "right_at")
    list_filter = ("right_at", ("order__is_test", admin.BooleanFieldListFilter))
    list_select_related = ("order",)
    search_fields = ("=id", "=order__id")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(OrderWord)
class OrderWordAdmin(ReadOnlyAdmin):
    list_display = ("word", "order", "organisation_id")
    list_filter = (("order__is_test", admin.BooleanFieldListFilter),)
    list_select_related = ("order",)
    search_fields = ("=id", "=word", "=order__id")
    ordering = ("-id",)
    show_full_result_count = False
