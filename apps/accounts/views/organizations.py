"""Pages about organizations: members, roles and invitations."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import forms, policies
from apps.accounts.middleware import actor, actor_for_organization
from apps.accounts.models import Membership, MembershipInvitation, Organization
from apps.accounts.operations import members
from apps.accounts.operations import organizations as organization_operations
from apps.accounts.queries import members as member_queries
from apps.accounts.queries import organizations as organization_queries
from apps.accounts.rules import Act
from apps.accounts.states import OrganizationKind, Role
from apps.accounts.views import questions
from apps.common.errors import Conflict, DomainError, Invalid, NotAllowed
from apps.common.ids import uuid_or_none


@login_required
@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    memberships = Membership.objects.filter(user=questions.user(request), organization__is_active=True)
    context = {"memberships": memberships.select_related("organization").order_by("created_at")}
    return render(request, "accounts/organization_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def create_organization(request: HttpRequest) -> HttpResponse:
    user = questions.user(request)
    initial = {"kind": OrganizationKind.COMPANY, "time_zone": user.time_zone, "currency": user.display_currency}
    form = forms.OrganizationForm(request.POST or None, initial=initial)
    if form.is_valid():
        created = organization_operations.create_organization(owner=user, now=timezone.now(), **form.cleaned_data)
        organization_operations.switch_organization(user=user, organization_id=created.id)
        messages.success(request, _("You now act for %(name)s.") % {"name": created.display_name})
        return redirect("accounts:organization", created.id)
    context = {"form": form, "title": _("New organization")}
    return render(request, "accounts/organization_form.html", context, status=questions.status(form.is_bound))


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    chosen = uuid_or_none(request.POST.get("organization"))
    if chosen is None:
        raise Http404
    organization = organization_operations.switch_organization(user=questions.user(request), organization_id=chosen)
    messages.success(request, _("You now act for %(name)s.") % {"name": organization.display_name})
    return questions.back(request, reverse("accounts:organizations"))


def _own_organization(request: HttpRequest, organization_id: UUID) -> Organization:
    return get_object_or_404(organization_queries.organizations_of(questions.user(request)), id=organization_id)


@login_required
@require_safe
def organization(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    return _organization_page(request, _own_organization(request, organization_id), forms.InviteForm())


def _organization_page(request: HttpRequest, own: Organization, form: forms.InviteForm) -> HttpResponse:
    # Roles are checked for this organization, whichever one is current.
    there = actor_for_organization(request, own.id)
    context = {
        "own": own,
        "members": member_queries.members(own.id),
        "invitations": member_queries.pending_invitations(own.id, timezone.now()),
        "can_manage": policies.may(there, Act.MANAGE_MEMBERS, own.id),
        "can_edit": policies.may(there, Act.CHANGE_ORGANIZATION, own.id),
        "is_acting": actor(request).acts_for(own.id),
        "roles": Role.choices,
        "form": form,
    }
    return render(request, "accounts/organization_detail.html", context, status=questions.status(form.is_bound))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_organization(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    own = _own_organization(request, organization_id)
    there = actor_for_organization(request, own.id)
    policies.check_may(there, Act.CHANGE_ORGANIZATION, own.id)
    form = forms.OrganizationForm(request.POST or None, instance=own)
    if form.is_valid():
        organization_operations.update_organization(
            organization_id=own.id, actor=there, now=timezone.now(), changes=dict(form.cleaned_data)
        )
        messages.success(request, _("Saved."))
        return redirect("accounts:organization", own.id)
    context = {"form": form, "title": _("Edit organization"), "own": own}
    return render(request, "accounts/organization_form.html", context, status=questions.status(form.is_bound))


@login_required
@require_POST
def invite(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    own = _own_organization(request, organization_id)
    form = forms.InviteForm(request.POST)
    if form.is_valid():
        try:
            members.invite_member(
                organization_id=own.id,
                email=form.cleaned_data["email"],
                role=form.cleaned_data["role"],
                actor=actor_for_organization(request, own.id),
                now=timezone.now(),
            )
        except (Conflict, Invalid) as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % form.cleaned_data)
            return redirect("accounts:organization", own.id)
    return _organization_page(request, own, form)


def _membership(request: HttpRequest, membership_id: UUID) -> Membership:
    mine = organization_queries.organizations_of(questions.user(request))
    return get_object_or_404(Membership.objects.filter(organization__in=mine), id=membership_id)


@login_required
@require_POST
def change_role(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    membership = _membership(request, membership_id)
    role = request.POST.get("role", "")
    if role not in Role.values:
        raise Http404
    there = actor_for_organization(request, membership.organization_id)
    try:
        members.change_role(membership_id=membership.id, role=role, actor=there, now=timezone.now())
    except (Conflict, NotAllowed) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Role changed."))
    return redirect("accounts:organization", membership.organization_id)


@login_required
@require_POST
def remove_member(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    membership = _membership(request, membership_id)
    there = actor_for_organization(request, membership.organization_id)
    try:
        members.remove_member(membership_id=membership.id, actor=there, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("accounts:organization", membership.organization_id)
    if membership.user_id == there.user_id:
        messages.success(request, _("You have left the organization."))
        return redirect("accounts:organizations")
    messages.success(request, _("The member was removed."))
    return redirect("accounts:organization", membership.organization_id)


@login_required
@require_POST
def revoke_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = get_object_or_404(
        MembershipInvitation.objects.filter(
            organization__in=organization_queries.organizations_of(questions.user(request))
        ),
        id=invitation_id,
    )
    there = actor_for_organization(request, invitation.organization_id)
    members.revoke_invitation(invitation_id=invitation.id, actor=there, now=timezone.now())
    messages.success(request, _("The invitation was withdrawn."))
    return redirect("accounts:organization", invitation.organization_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    invitation = member_queries.invitation_by_token(token, timezone.now())
    if invitation is None:
        raise members.InvitationGone
    if request.method == "POST":
        membership = members.accept_invitation(token=token, user=questions.user(request), now=timezone.now())
        organization_operations.switch_organization(
            user=questions.user(request), organization_id=membership.organization_id
        )
        messages.success(request, _("Welcome to %(name)s.") % {"name": invitation.organization.display_name})
        return redirect("accounts:organization", membership.organization_id)
    return render(request, "accounts/invitation.html", {"invitation": invitation})
