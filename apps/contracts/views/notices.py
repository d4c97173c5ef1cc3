"""Late work: a last date, the end of the work after it, the freelancer's appeal, and our staff's answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.common.errors import Invalid
from apps.contracts import policies
from apps.contracts.forms import AppealAnswerForm, AppealForm
from apps.contracts.models import LateNotice
from apps.contracts.operations import notices
from apps.contracts.queries import notices as queries
from apps.contracts.states import NoticeStatus
from apps.contracts.views.lookups import milestone_or_404

APPEALS_MAX = 100


def _notice_or_404(request: HttpRequest, notice_id: UUID) -> LateNotice:
    return get_object_or_404(queries.notices_visible_to(actor(request)), id=notice_id)


@login_required
@require_POST
def give(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    milestone = milestone_or_404(request, milestone_id)
    notices.give_notice(
        milestone_id=milestone.id,
        text=request.POST.get("text", ""),
        source_language=translation.get_language() or "en",
        actor=actor(request),
        now=timezone.now(),
    )
    messages.success(request, _("The last date is set and the freelancer is notified."))
    return redirect(milestone)


@login_required
@require_POST
def end(request: HttpRequest, notice_id: UUID, verb: str) -> HttpResponse:
    notice = _notice_or_404(request, notice_id)
    if verb == "withdraw":
        notices.withdraw_notice(notice_id=notice.id, actor=actor(request), now=timezone.now())
        messages.success(request, _("The last date is withdrawn."))
    elif verb == "enforce":
        with_unfunded = request.POST.get("with_unfunded") == "yes"
        notices.enforce_notice(
            notice_id=notice.id, with_unfunded=with_unfunded, actor=actor(request), now=timezone.now()
        )
        messages.success(request, _("The work has ended. The money that was held for it goes back to you."))
    else:
        raise Http404
    return redirect(notice.milestone.contract)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One last date and what came of it; the freelancer's appeal; the answer of our staff."""
    row = _notice_or_404(request, notice_id)
    asker, now = actor(request), timezone.now()
    may_answer = row.status == NoticeStatus.APPEALED and policies.can_answer_appeals(asker)
    sent = request.POST if request.method == "POST" else None
    form: AppealForm | AppealAnswerForm = AppealAnswerForm(sent) if may_answer else AppealForm(sent)
    if sent is not None and form.is_valid():
        try:
            if isinstance(form, AppealAnswerForm):
                notices.answer_appeal(
                    notice_id=row.id,
                    is_at_fault=form.cleaned_data["decision"] == "uphold",
                    answer=form.cleaned_data["answer"],
                    actor=asker,
                    now=now,
                )
                messages.success(request, _("The appeal is answered; both sides are notified."))
            else:
                notices.appeal(notice_id=row.id, text=form.cleaned_data["text"], actor=asker, now=now)
                messages.success(request, _("Your appeal is sent. Our staff will answer it."))
        except Invalid as problem:
            form.add_error(None, str(problem))
        else:
            return redirect(row)
    context = {
        "notice": row,
        "milestone": row.milestone,
        "contract": row.milestone.contract,
        "form": form,
        "may_answer": may_answer,
        "may_appeal": row.status == NoticeStatus.ENFORCED and policies.can_appeal_notice(asker, row, now),
    }
    return render(request, "contracts/notice.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def appeals(request: HttpRequest) -> HttpResponse:
    """The appeals that wait for an answer of our staff."""
    policies.check_can_see_appeals(actor(request))
    return render(request, "contracts/appeals.html", {"appeals": queries.appeals()[:APPEALS_MAX]})
