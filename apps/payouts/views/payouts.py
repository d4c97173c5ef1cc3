"""Pages to withdraw money and to see the payouts."""

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
from apps.common import currencies, fmt, keyset
from apps.common.errors import DomainError, NotFound
from apps.gateways.queries import pauses
from apps.payments.forms import WithdrawForm
from apps.payments.views.own_organization import organization_id_of
from apps.payouts import policies
from apps.payouts.operations import payouts as payout_operations
from apps.payouts.queries import accounts, wallet
from apps.payouts.queries import payouts as payout_queries
from apps.payouts.states import PAYOUT_WAITING


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, currency: str) -> HttpResponse:
    """Choose an amount; redirects to a quote to confirm. The whole balance is the default."""
    organization_id = organization_id_of(request)
    policies.check_can_withdraw(actor(request), organization_id)
    if currency not in currencies.exponents():
        raise NotFound
    account = accounts.payout_account_of(organization_id)
    if account is None:
        messages.info(request, str(policies.PayoutAccountMissing.message))
        return redirect("payouts:account")
    available = wallet.available(organization_id, currency)
    form = WithdrawForm(request.POST or None, currency=currency, initial={"amount": available.as_decimal()})
    if request.method == "POST" and (form.is_valid() or "all" in request.POST):
        try:
            fx_quote = payout_operations.quote_payout(
                organization_id=organization_id,
                currency=currency,
                amount=None if "all" in request.POST else form.money,
                actor=actor(request),
                now=timezone.now(),
            )
        except DomainError as error:
            form = form if form.is_bound and "amount" in form.data else WithdrawForm({}, currency=currency)
            form.is_valid()
            form.add_error("amount" if error.field == "amount" else None, str(error))
        else:
            return redirect("payouts:quote", fx_quote.id)
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "available": available, "currency": currency, "account": account}
    return render(request, "payouts/withdraw.html", context, status=status)


@login_required
@require_safe
def quote(request: HttpRequest, quote_id: UUID) -> HttpResponse:
    """The quote: the amount that will arrive, the rate, its date and expiry, and the button to accept it."""
    result = payout_queries.quote_visible_to(actor(request), quote_id)
    if hasattr(result, "payout"):
        return redirect("payouts:payout", result.payout.id)
    return render(
        request,
        "payouts/quote.html",
        {"quote": result, "account": result.account, "is_expired": result.expires_at <= timezone.now()},
    )


@login_required
@require_POST
def accept(request: HttpRequest, quote_id: UUID) -> HttpResponse:
    result = payout_queries.quote_visible_to(actor(request), quote_id)
    try:
        payout = payout_operations.accept_quote(quote_id=result.id, actor=actor(request), now=timezone.now())
    except policies.QuoteUsed:
        return redirect("payouts:quote", quote_id)
    except policies.QuoteExpired as error:
        messages.warning(request, str(error))
        return redirect("payouts:withdraw", result.currency_from)
    except policies.InsufficientLiquidity as error:
        messages.error(request, str(error))
        return redirect("payouts:withdraw", result.currency_from)
    messages.success(
        request, _("%(amount)s are on their way to your bank account.") % {"amount": fmt.money(payout.amount)}
    )
    return redirect("payouts:payout", payout.id)


@login_required
@require_safe
def payouts(request: HttpRequest) -> HttpResponse:
    page = keyset.page(
        payout_queries.payouts_of(organization_id_of(request)),
        order="-requested_at",
        cursor=request.GET.get("cursor", ""),
    )
    return render(request, "payouts/payout_list.html", {"payouts": page, "next_cursor": page.next_cursor})


@login_required
@require_safe
def payout(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    result = payout_queries.payout_visible_to(actor(request), payout_id)
    receipt = payout_queries.receipt_of_payout(result)
    context = {
        "payout": result,
        "quote": result.quote,
        "entries": receipt.entries,
        "attempts": result.attempts.all(),
        "is_paused": result.status in PAYOUT_WAITING and pauses.is_paused(),
    }
    return render(request, "payouts/payout_detail.html", context)
