"""Staff pages for chargebacks."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.middleware import actor
from apps.common.errors import DomainError
from apps.common.views import ask_first, is_changing
from apps.escrow.queries import claims, recoveries
from apps.gateways import policies as gateway_policies
from apps.ledger.queries import books
from apps.payments import policies
from apps.payments.forms import EvidenceForm
from apps.payments.operations import chargebacks as chargeback_operations
from apps.payments.queries import chargebacks as chargeback_queries


@login_required
@require_safe
def chargebacks(request: HttpRequest) -> HttpResponse:
    """Open chargebacks first, the nearest deadline on top."""
    gateway_policies.check_is_staff(actor(request))
    result = list(chargeback_queries.chargebacks()[:200])
    context = {"chargebacks": result, "warnings": claims.open_warnings(), "appeals": recoveries.open_appeals()}
    return render(request, "payments/chargeback_list.html", context)


def _ask_about_evidence(request: HttpRequest, form: EvidenceForm) -> HttpResponse | None:
    sentences = [
        _("The evidence goes to the bank as it reads below."),
        _("The bank takes it once: it cannot be changed or sent again."),
    ]
    title, label = _("Hand in this evidence?"), _("Hand in the evidence")
    return ask_first(request, form, title=title, sentences=sentences, label=label, variant="primary")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def chargeback(request: HttpRequest, chargeback_id: UUID) -> HttpResponse:
    """
    One chargeback: the amount, who bears it, and the evidence to read and submit. The app that holds the work, in a
    higher layer, assembles the evidence as a part of the page; staff send exactly the text they saw.
    """
    result = chargeback_queries.chargeback_visible_to(actor(request), chargeback_id)
    form = EvidenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and not is_changing(request):
        if policies.can_submit_evidence(result) and (question := _ask_about_evidence(request, form)):
            return question
        try:
            chargeback_operations.submit_evidence(
                chargeback_id=result.id,
                text=form.cleaned_data["text"],
                product=result.charge.memo,
                customer_name=result.charge.payer.legal_name or result.charge.payer.display_name,
                actor=actor(request),
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("The evidence is with the bank."))
            return redirect("payments:chargeback", result.id)
    context = {
        "chargeback": result,
        "charge": result.charge,
        "form": form,
        "entries": books.journals_of(chargeback=result.id),
        "may_submit": policies.can_submit_evidence(result),
        "days": (result.evidence_due_at - timezone.now()).days if result.evidence_due_at else None,
    }
    return render(request, "payments/chargeback_detail.html", context, status=422 if form.errors else 200)
