"""The account an organization is paid to: opened here, completed on the payment processor's own pages."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.queries import organizations
from apps.common.errors import DomainError, NotFound
from apps.compliance import queries as compliance
from apps.gateways import errors
from apps.payments.views.own_organization import organization_id_of
from apps.payouts import policies
from apps.payouts.forms import DirectAccountForm, RecipientForm
from apps.payouts.models import PayoutAccount
from apps.payouts.operations import accounts as account_operations
from apps.payouts.queries import accounts as account_queries
from apps.payouts.queries import methods
from apps.payouts.states import PayoutAccountStatus


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """
    Choose the currency and continue to the processor, whose pages ask for the bank. Changes require a recent login.
    """
    organization_id = organization_id_of(request)
    policies.check_can_change_account(actor(request), organization_id)
    organization = organizations.organization(organization_id)
    reachable = compliance.payout_currencies(organization.country)
    initial = {"holder_name": organization.legal_name or organization.display_name}
    form = RecipientForm(request.POST or None, currencies=reachable, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            payout_account = account_operations.start_onboarding(
                organization_id=organization_id,
                gateway=settings.PAYMENT_GATEWAY,
                actor=actor(request),
                now=timezone.now(),
                **form.cleaned_data,
            )
            return redirect(_page(request, payout_account))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
    context = {
        "form": form,
        "account": account_queries.payout_account_of(organization_id),
        "onboarding": account_queries.onboarding_account_of(organization_id),
        "organization": organization,
        "reachable": reachable,
        "others": methods.payout_methods_for(country=organization.country, on=timezone.now().date()),
    }
    return render(request, "payouts/account.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_by(request: HttpRequest, name: str) -> HttpResponse:
    """
    Be paid directly from our own bank or wallet. Shown only if the operator has such a gateway for the freelancer's
    country.
    """
    organization_id, now = organization_id_of(request), timezone.now()
    policies.check_can_change_account(actor(request), organization_id)
    organization = organizations.organization(organization_id)
    offered = methods.payout_methods_for(country=organization.country, on=now.date())
    method = next((item for item in offered if item.name == name), None)
    if method is None:
        raise NotFound
    initial = {"holder_name": organization.legal_name or organization.display_name}
    form = DirectAccountForm(request.POST or None, gateway=name, currencies=list(method.currencies), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            payout_account = account_operations.set_payout_account(
                organization_id=organization_id, gateway=name, actor=actor(request), now=now, **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request, _("You are paid to the account ending in %(last4)s.") % {"last4": payout_account.last4}
            )
            return redirect("payouts:wallet")
    context = {
        "form": form,
        "method": method,
        "account": account_queries.payout_account_of(organization_id),
    }
    return render(request, "payouts/account_by.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, account: PayoutAccount) -> str:
    return account_operations.onboarding_page(
        account_id=account.id,
        return_url=request.build_absolute_uri(reverse("payouts:account_return")),
        refresh_url=request.build_absolute_uri(reverse("payouts:account")),
        actor=actor(request),
    )


@login_required
@require_POST
def account_continue(request: HttpRequest) -> HttpResponse:
    """Open the processor's page again: each URL is valid for a few minutes and for one visit."""
    waiting = account_queries.onboarding_account_of(organization_id_of(request))
    if waiting is None:
        raise NotFound
    try:
        return redirect(_page(request, waiting))
    except errors.PaymentUnavailable as error:
        messages.warning(request, str(error))
        return redirect("payouts:account")


@login_required
@require_safe
def account_return(request: HttpRequest) -> HttpResponse:
    """Return from the processor. The return itself proves nothing, so the status is read from the processor."""
    waiting = account_queries.onboarding_account_of(organization_id_of(request))
    if waiting is None:
        return redirect("payouts:wallet")
    try:
        payout_account = account_operations.refresh_onboarding(
            account_id=waiting.id, actor=actor(request), now=timezone.now()
        )
    except errors.PaymentUnavailable as error:
        messages.warning(request, str(error))
        return redirect("payouts:account")
    if payout_account.status == PayoutAccountStatus.ACTIVE:
        messages.success(request, _("The bank account is ready to be paid to."))
        return redirect("payouts:wallet")
    return redirect("payouts:account")


@login_required
@require_POST
def automatic(request: HttpRequest) -> HttpResponse:
    is_automatic = request.POST.get("is_automatic") == "yes"
    account_operations.set_automatic(
        organization_id=organization_id_of(request),
        is_automatic=is_automatic,
        actor=actor(request),
        now=timezone.now(),
    )
    message = _("Balances are now paid out automatically.") if is_automatic else _("Automatic payout is off.")
    messages.success(request, message)
    return redirect("payouts:wallet")
