"""Orders in the admin: to look at. Every change goes through a service, which guards the moves and writes the event."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from apps.core.admin import Inline, ReadOnlyAdmin
from apps.orders.models import Incident, Leg, Order, OrderWord, Parcel, PinCheck, Quote


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
    list_display = ("opened_at", "kind", "order", "parcel", "hub_id", "is_open", "resolved_at")
    list_filter = ("kind", "is_open")
    list_select_related = ("order", "parcel")
    search_fields = ("=order__id", "=hub_id", "note")
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
