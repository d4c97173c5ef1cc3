"""The admin pages about people, read-only. Changes go through operations, which are audited."""

from allauth.account import admin as allauth_account
from allauth.mfa import admin as allauth_mfa
from allauth.usersessions import admin as allauth_sessions
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import admin as auth

from apps.accounts.models import AccessEvent, Membership, Organization, Profile, StaffAssignment, User
from apps.common.admin import ReadOnlyAdmin, ReadOnlyInline

# Second factors, sessions and e-mail addresses are private: staff neither read nor write them. Groups are not used as
# roles.
_ = (allauth_account, allauth_mfa, allauth_sessions, auth)  # imported first, so that they are already registered
for name in ("account.EmailAddress", "mfa.Authenticator", "usersessions.UserSession", "auth.Group"):
    admin.site.unregister(apps.get_model(name))


class MembershipInline(ReadOnlyInline):
    model = Membership
    fields = ("user", "organization", "role")


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("display_name", "email", "language", "time_zone", "is_active", "is_staff", "created_at")
    list_filter = ("is_active", "is_staff", "language")
    search_fields = ("email", "display_name", "legal_name")
    exclude = ("password",)
    inlines = (MembershipInline,)


@admin.register(StaffAssignment)
class StaffAssignmentAdmin(ReadOnlyAdmin):
    list_display = ("user", "role", "granted_by", "granted_at")
    list_filter = ("role",)
    list_select_related = ("user", "granted_by")


@admin.register(AccessEvent)
class AccessEventAdmin(ReadOnlyAdmin):
    list_display = ("happened_at", "action", "user", "organization")
    list_filter = ("action",)
    search_fields = ("user__email", "organization__display_name")
    list_select_related = ("user", "organization")


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ("display_name", "kind", "country", "currency", "hires", "works", "is_active", "created_at")
    list_filter = ("kind", "country", "is_active")
    search_fields = ("display_name", "legal_name", "handle")
    inlines = (MembershipInline,)


@admin.register(Profile)
class ProfileAdmin(ReadOnlyAdmin):
    list_display = ("organization", "headline", "availability", "is_public", "hidden_at")
    list_filter = ("availability", "is_public")
    search_fields = ("organization__display_name", "headline")
    list_select_related = ("organization",)
