"""What staff see of people. Read-mostly: what changes a person's standing goes through operations and is audited."""

from django.contrib import admin
from unfold.admin import ModelAdmin, TabularInline

from apps.accounts.models import Membership, Organization, Profile, User


class MembershipInline(TabularInline):  # type: ignore[misc]
    model = Membership
    extra = 0
    can_delete = False
    readonly_fields = ("user", "organization", "role")

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False


class ReadOnly(ModelAdmin):  # type: ignore[misc]
    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ("display_name", "email", "language", "time_zone", "is_active", "is_staff", "created_at")
    list_filter = ("is_active", "is_staff", "language")
    search_fields = ("email", "display_name", "legal_name")
    exclude = ("password",)
    inlines = (MembershipInline,)


@admin.register(Organization)
class OrganizationAdmin(ReadOnly):
    list_display = ("display_name", "kind", "country", "currency", "hires", "works", "is_active", "created_at")
    list_filter = ("kind", "country", "is_active")
    search_fields = ("display_name", "legal_name", "handle")
    inlines = (MembershipInline,)


@admin.register(Profile)
class ProfileAdmin(ReadOnly):
    list_display = ("organization", "headline", "availability", "is_public", "hidden_at")
    list_filter = ("availability", "is_public")
    search_fields = ("organization__display_name", "headline")
    list_select_related = ("organization",)
