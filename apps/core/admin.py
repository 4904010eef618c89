"""The admin site for platform administrators: its name, its door, and the kernel's tables."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from apps.core.models import Event, IdempotentAnswer


def enter(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # noqa: ARG001
    """The admin has no sign-in of its own, so that the limit on wrong passwords has one door to guard."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next") or request.get_full_path())
    if not admin.site.has_permission(request):
        raise PermissionDenied
    return redirect("admin:index")


admin.site.site_header = "Coursier administration"
admin.site.site_title = "Coursier"
admin.site.index_title = "Platform"
admin.site.index_template = "dashboard/admin_index.html"
admin.site.app_index_template = "dashboard/admin_app_index.html"
admin.site.login = enter  # type: ignore[method-assign,assignment]


if TYPE_CHECKING:  # generic in the stubs only
    _ModelAdmin = admin.ModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
else:
    _ModelAdmin, Inline = admin.ModelAdmin, admin.TabularInline


class Branded:
    """The product's colours."""

    class Media:
        css = {"all": ("board/admin.css",)}  # noqa: RUF012 - Django's own declaration


class Admin(Branded, _ModelAdmin):
    """Writes the columns that were changed on the form and no others: a service may write those at the same time."""

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            obj.save(update_fields=form.changed_data)


class ReadOnlyAdmin(Branded, _ModelAdmin):
    """For tables that only services write: looked at, never changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "name", "actor", "order_id", "organisation_id", "relayed_at")
    list_filter = ("name", ("relayed_at", admin.EmptyFieldListFilter))
    search_fields = ("=order_id", "=organisation_id", "actor")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(IdempotentAnswer)
class IdempotentAnswerAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "principal", "operation", "key", "status")
    list_filter = ("status", "operation")
    search_fields = ("key", "principal")
    ordering = ("-created_at",)
    show_full_result_count = False
