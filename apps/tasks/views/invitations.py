"""Invitations to bid: from a profile, to a task, and as those invited see them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor, language
from apps.accounts.models import Organization
from apps.accounts.queries import organizations, profiles
from apps.bidding import queries as bids
from apps.common import keyset
from apps.common.errors import DomainError
from apps.messaging import queries as messaging
from apps.tasks import operations, policies, queries
from apps.tasks.forms import InviteForm, InvitePersonForm
from apps.tasks.models import Task, TaskInvitation
from apps.tasks.rules import Brief
from apps.track_records import queries as track_records

NEW_TASK = "new"
TASKS_OFFERED_MAX = 50
INVITED_SHOWN_MAX = 300


@login_required
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """The invitations that the organization received, with their state."""
    own_id = actor(request).organization_id
    cursor = request.GET.get("cursor", "")
    page = keyset.page(queries.invitations_of(own_id), order="-sent_at", cursor=cursor, has_nulls=False)
    own_bids = bids.own_bids(own_id, [row.task_id for row in page.rows]) if own_id else {}
    records = track_records.records(row.task.employer_id for row in page.rows)
    rows = [
        {
            "invitation": row,
            "state": row.state(has_bid=row.task_id in own_bids),
            "bid_id": own_bids.get(row.task_id),
            "record": records[row.task.employer_id],
        }
        for row in page.rows
    ]
    following = f"?cursor={page.next_cursor}" if page.next_cursor else ""
    return render(request, "tasks/invitations.html", {"rows": rows, "next": following})


@login_required
@require_safe
def sent(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Everybody whom the employer invited to a task, with their state."""
    task = get_object_or_404(Task, id=task_id, employer_id=actor(request).side_id)
    # Who has bid on a sealed task is not known before bidding closes, also of those invited.
    bidders = set() if bids.is_sealed(task, timezone.now()) else set(bids.bidders(task.id))
    invitations = list(queries.invitations_to(task.id)[:INVITED_SHOWN_MAX])
    for invitation in invitations:
        invitation.task = task
    records = track_records.records(row.organization_id for row in invitations)
    rows = [
        {
            "invitation": row,
            "state": row.state(has_bid=row.organization_id in bidders),
            "record": records[row.organization_id],
        }
        for row in invitations
    ]
    context = {
        "task": task,
        "rows": rows,
        "may_edit": policies.can_add_to(actor(request), task),
        "may_write": messaging.takes_messages(task),
    }
    return render(request, "tasks/invited.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite_person(request: HttpRequest, handle: str) -> HttpResponse:
    """Invite somebody from their profile: to an open task, a draft or a task that is described next."""
    asker = actor(request)
    policies.check_can_post(asker)
    profile = get_object_or_404(profiles.profiles_visible_to(asker), organization__handle=handle)
    person = profile.organization
    tasks = list(queries.tasks_to_invite_to(asker.side_id, person.id)[:TASKS_OFFERED_MAX])
    form = InvitePersonForm(request.POST or None, tasks=tasks)
    if form.is_valid():
        try:
            return _invite(request, person, form)
        except DomainError as error:
            form.add_error(None, str(error))
    context = {"person": person, "profile": profile, "form": form, "tasks": tasks}
    return render(request, "tasks/invite_person.html", context, status=422 if form.is_bound else 200)


def _invite(request: HttpRequest, person: Organization, form: InvitePersonForm) -> HttpResponse:
    now, asker, chosen = timezone.now(), actor(request), form.cleaned_data["task"]
    is_new = chosen == NEW_TASK
    task_id = _draft(request).id if is_new else UUID(chosen)
    invitation = operations.invite(
        task_id=task_id,
        organization_id=person.id,
        message=form.cleaned_data["message"],
        source_language=language(request),
        actor=asker,
        now=now,
    )
    if invitation.sent_at is None:
        messages.success(
            request, _("%(name)s is invited as soon as the task is published.") % {"name": person.display_name}
        )
        return redirect("tasks:edit", task_id)
    messages.success(request, _("Invitation sent to %(name)s.") % {"name": person.display_name})
    return redirect("tasks:invited", task_id)


def _draft(request: HttpRequest) -> Task:
    organization = organizations.organization(actor(request).side_id)
    brief = Brief(currency=organization.currency, source_language=get_language() or "en")
    return operations.start_draft(actor=actor(request), brief=brief, now=timezone.now())


@login_required
@require_POST
def invite(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Invite a recommended freelancer to the task."""
    task = get_object_or_404(queries.tasks_visible_to(actor(request)), id=task_id)
    form = InviteForm(request.POST)
    if form.is_valid():
        organization_id = form.cleaned_data["organization"]
        profile = get_object_or_404(profiles.profiles_visible_to(actor(request)), organization_id=organization_id)
        operations.invite(
            task_id=task.id,
            organization_id=profile.organization_id,
            message=form.cleaned_data["message"],
            source_language=language(request),
            actor=actor(request),
            now=timezone.now(),
        )
        messages.success(request, _("Invitation sent to %(name)s.") % {"name": profile.organization.display_name})
    return redirect(task)


@login_required
@require_POST
def take_back(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Remove an invitation that waits for the task's publication."""
    own = TaskInvitation.objects.filter(task__employer_id=actor(request).side_id, sent_at=None)
    invitation = get_object_or_404(own, id=invitation_id)
    operations.take_back_invitation(invitation_id=invitation.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Invitation removed."))
    return redirect("tasks:invited", invitation.task_id)


@login_required
@require_POST
def decline(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = get_object_or_404(queries.invitations_of(actor(request).organization_id), id=invitation_id)
    operations.decline_invitation(invitation_id=invitation.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Invitation declined."))
    return redirect("tasks:invitations")
