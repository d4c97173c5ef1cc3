"""Deliveries, revision requests and approvals."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.middleware import actor
from apps.common.errors import Conflict, Invalid
from apps.contracts import policies
from apps.contracts.forms import ApprovalForm, DeliveryForm, RevisionForm
from apps.contracts.models import Milestone
from apps.contracts.operations import milestones
from apps.contracts.queries import hand_in
from apps.contracts.queries import milestones as milestone_queries
from apps.contracts.views.lookups import milestone_or_404
from apps.escrow.queries import escrows
from apps.files import operations as files
from apps.files.models import StoredFile

REVIEW, EDIT, SEND = "review", "edit", "send"
"""What the freelancer does with the form: look at the checks, change something, deliver."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def deliver(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    milestone, now = milestone_or_404(request, milestone_id), timezone.now()
    policies.check_can_deliver(actor(request), milestone)
    form = DeliveryForm(
        request.POST or None,
        request.FILES or None,
        milestone=milestone,
        user_id=actor(request).user_id,
        initial={"source_language": get_language() or "en"},
    )
    step = request.POST.get("step", REVIEW)
    status = 200
    if request.method == "POST":
        is_valid, stored = form.is_valid(), _store_uploads(request, form, now)
        is_valid = is_valid and form.is_valid()
        if is_valid and step == SEND and _deliver(request, milestone, form, stored, now):
            messages.success(request, _("Delivered. The employer has been notified and the review window runs."))
            return redirect(milestone.contract)
        form.keep(stored)
        if is_valid and step == REVIEW:
            return render(request, "contracts/deliver_review.html", _review(request, milestone, form, now))
        status = 200 if is_valid and step == EDIT else 422
    answer_by = milestone_queries.review_due_at(milestone.contract, now)
    context = {"form": form, "milestone": milestone, "contract": milestone.contract, "answer_by": answer_by}
    return render(request, "contracts/deliver.html", context, status=status)


def _review(request: HttpRequest, milestone: Milestone, form: DeliveryForm, now: datetime) -> dict[str, Any]:
    """Return what would be delivered, with the findings. Everything typed and uploaded is in the page's own form."""
    files = form.kept_files()
    findings = hand_in.check(
        milestone,
        file_ids=[file.id for file in files],
        links=form.links_given(),
        user_id=actor(request).user_id,
    )
    return {
        "form": form,
        "milestone": milestone,
        "contract": milestone.contract,
        "files": files,
        "links": form.links_given(),
        "findings": [finding.plain() for finding in findings],
        "answer_by": milestone_queries.review_due_at(milestone.contract, now),
    }


def _store_uploads(request: HttpRequest, form: DeliveryForm, now: datetime) -> list[StoredFile]:
    """Store every valid upload, even if the form has errors elsewhere; report invalid uploads at the field."""
    user_id = actor(request).user_id
    assert user_id is not None
    stored = []
    for upload in form.cleaned_data.get("files") or []:
        try:
            stored.append(files.store(upload=upload, uploaded_by_id=user_id, now=now))
        except Invalid as error:
            form.add_error("files", str(error))
    return stored


def _deliver(
    request: HttpRequest, milestone: Milestone, form: DeliveryForm, stored: list[StoredFile], now: datetime
) -> bool:
    try:
        milestones.deliver(
            milestone_id=milestone.id,
            note=form.cleaned_data["note"],
            source_language=form.cleaned_data["source_language"],
            checks=form.checks(),
            file_ids=list(dict.fromkeys(item.id for item in [*form.cleaned_data["kept"], *stored])),
            links=form.links_given(),
            actor=actor(request),
            now=now,
        )
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def request_revision(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    milestone = milestone_or_404(request, milestone_id)
    policies.check_can_request_revision(actor(request), milestone)
    form = RevisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        milestones.request_revision(
            milestone_id=milestone.id,
            text=form.cleaned_data["text"],
            source_language=get_language() or "en",
            actor=actor(request),
            now=timezone.now(),
        )
        messages.success(request, _("Your request is sent. The review window starts again with the next version."))
        return redirect(milestone.contract)
    context = {"form": form, "milestone": milestone, "contract": milestone.contract}
    status = 422 if request.method == "POST" else 200
    return render(request, "contracts/revision.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    """Release held money. The page shows all amounts before anything moves."""
    milestone = milestone_or_404(request, milestone_id)
    policies.check_can_approve(actor(request), milestone)
    held = escrows.held(milestone.escrow_id) if milestone.escrow_id else None
    form = ApprovalForm(request.POST if request.method == "POST" else None, currency=milestone.currency)
    if request.method == "POST" and form.is_valid():
        try:
            milestones.approve_milestone(
                milestone_id=milestone.id, amount=form.part, actor=actor(request), now=timezone.now()
            )
        except (Invalid, Conflict) as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Approved. The money is released to the freelancer."))
            return redirect(milestone.contract)
    context = {
        "form": form,
        "milestone": milestone,
        "contract": milestone.contract,
        "held": held,
        "latest": milestone.deliverables.order_by("-version")
        .prefetch_related("checks__criterion", "files__file")
        .first(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "contracts/approve.html", context, status=status)
