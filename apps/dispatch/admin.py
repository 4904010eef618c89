"""Offers and assignments in the admin: the record of who was asked and who had what. Only services write them."""

from django.contrib import admin

from apps.core.admin import ReadOnlyAdmin
from apps.dispatch.models import Assignment, FleetOffer, FleetRefusal, LearnedFigure, Offer, ProgressReport


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    list_display = ("offered_at", "leg", "courier", "status", "reason", "expires_at", "ended_at")
    list_filter = ("status",)
    list_select_related = ("leg__order", "courier")
    search_fields = ("=id", "=leg__id", "=leg__order__id", "courier__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(FleetOffer)
class FleetOfferAdmin(ReadOnlyAdmin):
    list_display = ("offered_at", "leg", "fleet", "status", "reason", "expires_at", "ended_at")
    list_filter = ("status", "fleet")
    list_select_related = ("leg__order", "fleet")
    search_fields = ("=id", "=leg__id", "=leg__order__id", "fleet__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(ProgressReport)
class ProgressReportAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "assignment", "action", "device_time", "client_id")
    list_filter = ("action",)
    list_select_related = ("assignment__leg__order", "assignment__courier")
    search_fields = ("=id", "=client_id", "=assignment__id")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    list_display = ("assigned_at", "leg", "courier", "assigned_by", "is_live", "epoch", "end", "ended_at")
    list_filter = ("is_live", "assigned_by", "end")
    list_select_related = ("leg__order", "courier")
    search_fields = ("=id", "=leg__id", "=leg__order__id", "courier__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(FleetRefusal)
class FleetRefusalAdmin(ReadOnlyAdmin):
    list_display = ("refused_at", "order", "fleet", "reason")
    list_filter = ("refused_at",)
    list_select_related = ("order", "fleet")
    search_fields = ("=id", "=order__id", "fleet__name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(LearnedFigure)
class LearnedFigureAdmin(ReadOnlyAdmin):
    list_display = ("zone", "kind", "key", "value", "spread", "samples", "days", "learned_at")
    list_filter = ("kind", "zone")
    list_select_related = ("zone",)
    search_fields = ("=id", "key", "zone__name")
    ordering = ("zone", "kind", "key")
    show_full_result_count = False
