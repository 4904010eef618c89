"""Accounts in the admin. Secrets never show, not even their hashes."""

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.accounts.models import ApiKey, Membership, Organisation, User
from apps.accounts.services import revoke_api_key
from apps.core.admin import Admin, Branded, Inline


class MembershipInline(Inline):
    model = Membership
    extra = 0
    autocomplete_fields = ("user", "organisation")


admin.site.unregister(Group)  # rights come from memberships

if TYPE_CHECKING:
    UserAdminBase = DjangoUserAdmin[User]
else:
    UserAdminBase = DjangoUserAdmin


@admin.register(User)
class UserAdmin(Branded, UserAdminBase):
    list_display = ("email", "name", "is_active", "is_superuser", "last_login", "created_at")
    list_filter = ("is_active", "is_superuser", "memberships__role")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Times", {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)
    inlines = (MembershipInline,)


@admin.register(Organisation)
class OrganisationAdmin(Admin):
    list_display = ("name", "slug", "is_merchant", "is_hub_operator", "is_fleet_owner", "currency", "time_zone")
    list_filter = ("is_merchant", "is_hub_operator", "is_fleet_owner")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012 - Django's own declaration
    readonly_fields = ("created_at",)
    inlines = (MembershipInline,)


@admin.register(Membership)
class MembershipAdmin(Admin):
    list_display = ("user", "organisation", "role")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    search_fields = ("user__email", "user__name", "organisation__name")
    autocomplete_fields = ("user", "organisation")


@admin.register(ApiKey)
class ApiKeyAdmin(Admin):
    """Keys are made by the service, which shows the secret once; here they are looked at and revoked."""

    list_display = ("prefix", "name", "organisation", "is_test", "created_at", "expires_at", "revoked_at")
    list_filter = ("is_test", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("organisation",)
    search_fields = ("prefix", "name", "organisation__name")
    exclude = ("secret_hash",)
    readonly_fields = ("prefix", "organisation", "scopes", "is_test", "created_at", "revoked_at")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    @admin.action(description="Revoke the selected keys now", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset:
            revoke_api_key(key_id=key.pk)
        self.message_user(request, "Revoked.", messages.SUCCESS)
