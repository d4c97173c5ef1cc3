from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.middleware import actor
from apps.common import currencies, fmt
from apps.common.errors import DomainError, NotFound
from apps.common.views import ask_first, is_changing
from apps.payments import policies
from apps.payments.forms import CreditBackForm
from apps.payments.operations import refunds
from apps.payments.queries import credits


def _ask_about_credit(request: HttpRequest, form: CreditBackForm) -> HttpResponse | None:
    assert form.money is not None
    leaves = _("%(amount)s leave your credit and go back through the payments that you made.")
    sentences = [
        leaves % {"amount": fmt.money(form.money)},
        _("That takes some days, and the money cannot be called back."),
    ]
    title, label = _("Send this credit back?"), _("Send it back")
    return ask_first(request, form, title=title, sentences=sentences, label=label, variant="primary")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def credit(request: HttpRequest, currency: str) -> HttpResponse:
    """An employer requests a refund of its credit through the payments it came from."""
    organization_id = actor(request).organization_id
    if organization_id is None or currency not in currencies.exponents():
        raise NotFound
    policies.check_can_pay(actor(request), organization_id)
    available = credits.credit(organization_id, currency)
    form = CreditBackForm(request.POST or None, currency=currency, initial={"amount": available.as_decimal()})
    if request.method == "POST" and form.is_valid() and form.money is not None and not is_changing(request):
        # An amount above the credit needs no confirmation: the operation refuses it.
        if form.money <= available and (question := _ask_about_credit(request, form)):
            return question
        try:
            refunds.send_credit_back(
                organization_id=organization_id, amount=form.money, actor=actor(request), now=timezone.now()
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("%(amount)s go back to you.") % {"amount": fmt.money(form.money)})
            return redirect("payouts:wallet")
    context = {"form": form, "available": available, "currency": currency}
    return render(request, "payments/credit.html", context, status=422 if form.errors else 200)
