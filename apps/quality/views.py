"""The queue of drawn deliveries for staff, and the published draws."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.middleware import actor
from apps.common import keyset
from apps.common.errors import DomainError
from apps.contracts.queries import milestones
from apps.quality import operations, policies, queries
from apps.quality.forms import JudgementForm

PAGE_SIZE = 20
DRAWS_MAX = 14


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    policies.check_can_see(actor(request))
    is_seen = request.GET.get("show") == "seen"
    rows, order = (queries.seen(), "-seen_at") if is_seen else (queries.waiting(), "drawn_at")
    page = keyset.page(rows, order=order, cursor=request.GET.get("cursor", ""), size=PAGE_SIZE, has_nulls=False)
    following = f"?{'show=seen&' if is_seen else ''}cursor={page.next_cursor}" if page.next_cursor else ""
    return render(request, "quality/queue.html", {"page": page, "is_seen": is_seen, "next": following})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sample(request: HttpRequest, sample_id: UUID) -> HttpResponse:
    """One drawn delivery: the work, what the checks said, and the judgement of our staff."""
    asker = actor(request)
    policies.check_can_see(asker)
    row = get_object_or_404(queries.samples(), id=sample_id)
    form = JudgementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.judge(
                sample_id=row.id,
                is_fine=form.cleaned_data["result"] == "fine",
                note=form.cleaned_data["note"],
                actor=asker,
                now=timezone.now(),
            )
        except DomainError as error:  # somebody else has noted the same meanwhile: the note stays
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your judgement is noted."))
            return redirect("quality:queue")
    contract = row.deliverable.milestone.contract
    context = {
        "sample": row,
        "contract": contract,
        "milestone": row.deliverable.milestone,
        "deliverable": next(item for item in milestones.deliverables(contract.id) if item.id == row.deliverable_id),
        "form": form,
        "may_judge": policies.can_judge(asker, row),
    }
    return render(request, "quality/sample.html", context, status=422 if form.errors else 200)


@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """For everybody: how deliveries are drawn, and the last draws with their seeds."""
    rows = queries.draws().defer("population", "before", "chosen")[:DRAWS_MAX]
    return render(request, "quality/draws.html", {"draws": [queries.heading(row) for row in rows]})
