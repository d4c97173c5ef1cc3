"""Staff pages: login to the admin, and reviews of changed countries."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts import policies
from apps.accounts.middleware import actor, has_second_factor
from apps.accounts.operations import organizations
from apps.accounts.queries import organizations as organization_queries
from apps.accounts.rules import Act
from apps.accounts.views import questions


def may_administer(request: HttpRequest) -> bool:
    """Whether the admin is open to this user: staff, in a session with the required second factor."""
    return actor(request).is_staff


def admin_login(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """
    The admin has no login form of its own: users log in on the site, with its rate limits and its second factor.

    :raises PermissionDenied: if the user is logged in and not staff.
    """
    safe_next = questions.safe_next(request, reverse("admin:index"))
    if not request.user.is_authenticated:
        return redirect_to_login(safe_next, settings.LOGIN_URL)
    if may_administer(request):
        return redirect(safe_next)
    user = questions.user(request)
    if not user.is_staff or not user.staff_roles or has_second_factor(request):
        raise PermissionDenied
    if is_mfa_enabled(user):
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': safe_next})}")
    messages.warning(request, _("Staff log in with a second factor. Set one up, then log in again."))
    return redirect("mfa_index")


@login_required
@require_safe
def country_checks(request: HttpRequest) -> HttpResponse:
    """Organizations that changed their country and whose payouts wait for a review."""
    policies.check_staff_may(actor(request), Act.CLEAR_COUNTRY)
    context = {"rows": organization_queries.countries_to_check()[:100]}
    return render(request, "accounts/country_checks.html", context)


@login_required
@require_POST
def clear_country(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    organizations.clear_country(organization_id=organization_id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Checked: money may be paid out again."))
    return redirect("accounts:country_checks")
