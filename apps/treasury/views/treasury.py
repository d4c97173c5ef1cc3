"""The treasury page for staff. Each operation is shown for confirmation before it is recorded."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.common import currencies, fmt
from apps.common.errors import DomainError, NotFound
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.gateways import policies, registry
from apps.payouts.operations import dispatch
from apps.payouts.queries import liquidity, reversals
from apps.treasury.forms import TreasuryForm
from apps.treasury.models.treasury import TreasuryKind
from apps.treasury.operations import top_ups
from apps.treasury.operations import treasury as treasury_operations
from apps.treasury.queries import holdings
from apps.treasury.states import TopUpStatus


@login_required
@require_safe
def treasury(request: HttpRequest) -> HttpResponse:
    """Tax to remit, our own money, the amounts missing in each currency, and the latest operations."""
    policies.check_is_staff(actor(request))
    context = {
        "rows": [(holding, TreasuryKind(holding.kind).label) for holding in holdings.holdings()],
        "operations": holdings.recent_operations(),
        "top_up_currencies": holdings.currencies_at(settings.PAYMENT_GATEWAY),
        "gateway": settings.PAYMENT_GATEWAY,
        "unfinished": holdings.unfinished_top_ups(),
        "cash": liquidity.cash_by_gateway(),
        "may_move_cash": len(registry.names()) > 1,
        "shortages": liquidity.recent_liquidity_shortages(),
        "unanswered": reversals.unfinished_reversals(),
        "stranded": reversals.payouts_with_cash_at_the_processor(),
    }
    return render(request, "treasury/treasury.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def treasury_operation(request: HttpRequest, kind: str, currency: str, subject: str = "") -> HttpResponse:
    """The form with amount and reason, a confirmation, then the recorded operation."""
    policies.check_is_staff(actor(request))
    if kind not in TreasuryKind.values or currency not in currencies.exponents():
        raise NotFound
    if kind == TreasuryKind.TOP_UP and subject not in registry.names():
        raise NotFound
    most = _most(kind, subject, currency)
    initial = {"amount": most.as_decimal() or "", "operation_id": uuid7()}
    form = TreasuryForm(request.POST or None, currency=currency, initial=initial)
    context = {
        "form": form,
        "kind": kind,
        "label": TreasuryKind(kind).label,
        "subject": subject,
        "currency": currency,
        "most": most,
    }
    if request.method != "POST" or not form.is_valid() or form.money is None:
        return render(request, "treasury/treasury_form.html", context, status=422 if form.is_bound else 200)
    if request.POST.get("confirmed") != str(form.money):
        return render(request, "treasury/treasury_confirm.html", context | {"amount": form.money})
    try:
        _carry_out(request, kind, subject, form)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return render(request, "treasury/treasury_form.html", context, status=422)
    return redirect("treasury:treasury")


def _most(kind: str, subject: str, currency: str) -> Money:
    if kind == TreasuryKind.TOP_UP:
        return holdings.shortfall(currency)
    return treasury_operations.movable(kind, subject, currency)


def _carry_out(request: HttpRequest, kind: str, subject: str, form: TreasuryForm) -> None:
    assert form.money is not None
    values = {"amount": form.money, "reason": form.cleaned_data["reason"], "actor": actor(request)}
    operation_id, now, amount = form.cleaned_data["operation_id"], timezone.now(), {"amount": fmt.money(form.money)}
    if kind == TreasuryKind.TOP_UP:
        top_up = top_ups.top_up(top_up_id=operation_id, gateway=subject, now=now, **values)
        if top_up.status != TopUpStatus.SUCCEEDED:
            messages.info(request, _("%(amount)s are on their way; the entry is written when they arrive.") % amount)
            return
    else:
        treasury_operations.record_operation(operation_id=operation_id, kind=kind, subject=subject, now=now, **values)
    messages.success(request, _("Written into the books: %(amount)s.") % amount)


@login_required
@require_POST
def reverse_transfer(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    policies.check_is_staff(actor(request))
    try:
        payout = dispatch.reverse_transfer(payout_id=payout_id, actor=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(amount)s are on our own account again.") % {"amount": fmt.money(payout.amount)})
    return redirect("treasury:treasury")
