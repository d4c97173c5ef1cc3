"""Pages about escrowed money: what is held, for whom and until when, and all journal entries behind it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.common import fmt, keyset
from apps.common.errors import DomainError, NotFound
from apps.common.ids import uuid7
from apps.common.views import ask_first, is_changing
from apps.escrow import policies
from apps.escrow.forms import AppealAnswerForm, AppealForm, GoodwillForm, RecoveryForm
from apps.escrow.models import Recovery
from apps.escrow.operations import claims, recoveries
from apps.escrow.operations import goodwill as goodwill_operations
from apps.escrow.queries import escrows, releases
from apps.escrow.queries import recoveries as recovery_queries
from apps.escrow.states import GoodwillTo
from apps.payments.queries import chargebacks, refunds


@login_required
@require_safe
def held(request: HttpRequest) -> HttpResponse:
    organization_id = actor(request).organization_id
    if organization_id is None:
        raise NotFound
    page = keyset.page(escrows.escrows_of(organization_id), order="-opened_at", cursor=request.GET.get("cursor", ""))
    context = {"escrows": page, "next_cursor": page.next_cursor, "own_id": organization_id}
    return render(request, "escrow/escrow_list.html", context)


@login_required
@require_safe
def escrow(request: HttpRequest, escrow_id: UUID) -> HttpResponse:
    result = escrows.escrow_visible_to(actor(request), escrow_id)
    context = {
        "escrow": result,
        "releases": list(result.releases.order_by("released_at")),
        "refunds": list(refunds.refunds_of_reference(result.id)),
        "entries": escrows.entries_of(result.id),
        "is_payer": actor(request).acts_for(result.payer_id),
    }
    return render(request, "escrow/escrow_detail.html", context)


@login_required
@require_safe
def release(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """The receipt of one release."""
    result = releases.release_visible_to(actor(request), release_id)
    context = {
        "release": result,
        "escrow": result.escrow,
        "entries": releases.entries_of_release(result.id),
        "may_give_goodwill": policies.can_give_goodwill(actor(request)),
    }
    return render(request, "escrow/release_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def goodwill(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """Staff refund part of our fee on one release: the form with amount and reason, a confirmation, then the entry."""
    result = releases.release_visible_to(actor(request), release_id)
    policies.check_is_staff(actor(request))
    left = releases.goodwill_left(result)[0]
    initial = {"goodwill_id": uuid7(), "to": GoodwillTo.EMPLOYER}
    form = GoodwillForm(request.POST or None, currency=result.currency, initial=initial)
    context = {"form": form, "release": result, "escrow": result.escrow, "left": left}
    if request.method != "POST" or not form.is_valid() or form.money is None:
        return render(request, "escrow/goodwill_form.html", context, status=422 if form.is_bound else 200)
    if request.POST.get("confirmed") != str(form.money):
        to = GoodwillTo(form.cleaned_data["to"])
        return render(request, "escrow/goodwill_confirm.html", context | {"amount": form.money, "to": to})
    try:
        goodwill_operations.give_goodwill(
            goodwill_id=form.cleaned_data["goodwill_id"],
            release_id=result.id,
            to=form.cleaned_data["to"],
            amount=form.money,
            reason=form.cleaned_data["reason"],
            actor=actor(request),
            now=timezone.now(),
        )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return render(request, "escrow/goodwill_form.html", context, status=422)
    messages.success(request, _("Given back. The recipient is notified."))
    return redirect("escrow:release", result.id)


@login_required
@require_POST
def dismiss_warning(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Staff have checked a fraud warning: the money can move again."""
    claims.dismiss_warning(claim_id=claim_id, actor=actor(request), now=timezone.now())
    messages.success(request, _("The warning is dismissed. The money can go on."))
    return redirect("payments:chargebacks")


# -- recoveries for fraud


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recover(request: HttpRequest, chargeback_id: UUID) -> HttpResponse:
    """
    Staff claim back, for fraud, the money a freelancer received from a payment lost in a chargeback: amount and
    reasons.
    """
    policies.check_decides_recoveries(actor(request))
    if (existing := recovery_queries.recovery_of_chargeback(chargeback_id)) is not None:
        return redirect("escrow:recovery", existing.id)
    chargeback = chargebacks.absorbed_chargeback(chargeback_id)
    if chargeback is None:
        raise NotFound
    result = escrows.escrow_visible_to(actor(request), chargeback.charge.reference_id)
    most = min(escrows.received(result), chargeback.amount)
    form = RecoveryForm(request.POST or None, currency=result.currency, initial={"amount": most.as_decimal()})
    if request.method == "POST" and form.is_valid() and form.money is not None:
        try:
            recovery = recoveries.decide_recovery(
                chargeback_id=chargeback_id,
                amount=form.money,
                reasons=form.cleaned_data["reasons"],
                actor=actor(request),
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Decided. The freelancer is notified and can appeal; nothing moves before."))
            return redirect("escrow:recovery", recovery.id)
    context = {"form": form, "chargeback": chargeback, "escrow": result, "most": most}
    return render(request, "escrow/recovery_form.html", context, status=422 if form.errors else 200)


def _ask_about_appeal(
    request: HttpRequest, form: AppealAnswerForm | AppealForm, recovery: Recovery
) -> HttpResponse | None:
    happens = (
        _("The decision is lifted: the freelancer keeps the money.")
        if form.cleaned_data["answer"] == "grant"
        else _("%(amount)s are taken from the freelancer's balance at once; what is missing there is owed.")
        % {"amount": fmt.money(recovery.amount)}
    )
    sentences = [happens, _("The freelancer reads your reasons."), _("This cannot be undone.")]
    return ask_first(request, form, title=_("Answer the appeal?"), sentences=sentences, label=_("Confirm decision"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recovery(request: HttpRequest, recovery_id: UUID) -> HttpResponse:
    """A recovery as the freelancer and staff see it: the amount, the reasons, the appeal and the answer."""
    asker, now = actor(request), timezone.now()
    result = recovery_queries.recovery_visible_to(asker, recovery_id)
    may_answer = policies.can_answer_appeal(asker, result, timezone.now())
    may_appeal = policies.can_appeal(asker, result, now)
    form = AppealAnswerForm(request.POST or None) if may_answer else AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and not is_changing(request):
        if may_answer and (question := _ask_about_appeal(request, form, result)):
            return question
        try:
            if may_answer:
                recoveries.answer_appeal(
                    recovery_id=result.id,
                    is_granted=form.cleaned_data["answer"] == "grant",
                    reasons=form.cleaned_data["reasons"],
                    actor=asker,
                    now=now,
                )
                messages.success(request, _("The appeal is answered. The freelancer is notified."))
            else:
                recoveries.appeal_recovery(recovery_id=result.id, text=form.cleaned_data["text"], actor=asker, now=now)
                messages.success(request, _("Your appeal is sent. Somebody else of our staff looks at it."))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect("escrow:recovery", result.id)
    context = {
        "recovery": result,
        "escrow": result.escrow,
        "form": form,
        "may_answer": may_answer,
        "may_appeal": may_appeal,
    }
    return render(request, "escrow/recovery_detail.html", context, status=422 if form.errors else 200)
