"""A bonus: the amount, then its fee and the payment."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.middleware import actor
from apps.common.errors import Conflict, Invalid, Unavailable
from apps.contracts import policies
from apps.contracts.forms import BonusForm
from apps.contracts.models import Bonus
from apps.contracts.operations import bonuses
from apps.contracts.queries import bonuses as queries
from apps.contracts.states import BonusStatus
from apps.contracts.views.lookups import contract_or_404
from apps.contracts.views.payments import Payment
from apps.escrow.queries import escrows
from apps.invoicing.queries import documents
from apps.payments import policies as payment_policies
from apps.payments.queries import charges, methods
from apps.pricing.queries import fees, previews
from apps.spending import queries as spending
from apps.spending.forms import PurposeForm


def _bonus_or_404(request: HttpRequest, bonus_id: UUID) -> Bonus:
    return get_object_or_404(queries.bonuses_payable_by(actor(request)), id=bonus_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = contract_or_404(request, contract_id)
    policies.check_can_give_bonus(actor(request), contract)
    form = BonusForm(request.POST if request.method == "POST" else None, currency=contract.currency)
    if request.method == "POST" and form.is_valid():
        assert form.money is not None
        try:
            bonus = bonuses.give_bonus(
                contract_id=contract.id,
                amount=form.money,
                note=form.cleaned_data["note"],
                source_language=translation.get_language() or "en",
                actor=actor(request),
                now=timezone.now(),
            )
        except Invalid as problem:
            form.add_error("amount", str(problem))
        else:
            return redirect(bonus)
    context = {"contract": contract, "form": form}
    return render(request, "contracts/bonus_form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, bonus_id: UUID) -> HttpResponse:
    """Show what will be paid and received before the payment; POST redirects to the checkout."""
    bonus = _bonus_or_404(request, bonus_id)
    contract, asker = bonus.contract, actor(request)
    if bonus.status in (BonusStatus.PAID, BonusStatus.CANCELLED):
        return redirect(contract)
    may_pay = policies.can_pay_bonus(asker, bonus)
    is_asking = request.method == "POST" and request.POST.get("step") == "ask"
    if may_pay and not is_asking and documents.needs_billing_details(contract.employer):
        onward = urlencode({"next": bonus.get_absolute_url()})
        return redirect(f"{reverse('invoicing:details')}?{onward}")
    form = PurposeForm(
        request.POST if request.method == "POST" else None, budgets=spending.open_budgets(contract.employer_id)
    )
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            return _ask(request, bonus, form) if is_asking else _pay(request, bonus, form)
        except Unavailable as problem:
            messages.error(request, str(problem))
            return redirect(bonus)
        except Conflict as problem:
            refusal = str(problem)  # one of the employer's own limits; the form keeps its values
    context = _what_is_paid(bonus) | {
        "form": form,
        "payment": _payment_of(request, bonus),
        "methods": _methods(bonus),
        "refusal": refusal,
        "approval": spending.open_approval(bonus.id),
        "may_pay": may_pay,
        "lacks_details": may_pay and documents.lacks_billing_details(contract.employer),
        "rule": spending.rule_of(contract.employer_id, timezone.now()),
    }
    return render(request, "contracts/pay_bonus.html", context, status=409 if refusal else 422 if form.errors else 200)


def _what_is_paid(bonus: Bonus) -> dict[str, Any]:
    contract, today = bonus.contract, timezone.now().date()
    together = fees.paid_between(contract.employer_id, contract.freelancer_id)
    countries = (contract.employer.country, contract.freelancer.country)
    terms = fees.fee_terms(*countries, today, paid_before=together)
    fee = bonus.escrow.employer_fee if bonus.escrow else bonus.amount.share_bps(terms.employer_fee_bps)
    total = bonus.amount + fee
    credit = escrows.usable_credit(contract.employer_id, amount=bonus.amount, total=total)
    return {
        "bonus": bonus,
        "contract": contract,
        "fee": fee,
        "fee_bps": terms.employer_fee_bps,
        "total": total,
        "credit": credit,
        "rest": total - credit,
        "received": previews.receive_preview(
            bonus.amount, *countries, contract.freelancer.currency, today, paid_before=together
        ),
    }


def _payment_of(request: HttpRequest, bonus: Bonus) -> Payment | None:
    charge = charges.last_charges_of([bonus.escrow_id]).get(bonus.escrow_id) if bonus.escrow_id else None
    if charge is None or charge.status not in charges.UNFINISHED:
        return None
    return Payment(
        charge=charge,
        is_on_its_way=charges.is_on_its_way(charge),
        was_declined=bool(charge.decline_code),
        method=str(methods.label_of(charge.gateway)),
        may_cancel=payment_policies.can_cancel_charge(actor(request), charge),
    )


def _methods(bonus: Bonus) -> list[methods.Method]:
    country, today = bonus.contract.employer.country, timezone.now().date()
    return methods.methods_for(country=country, currency=bonus.currency, on=today)


def _pay(request: HttpRequest, bonus: Bonus, form: PurposeForm) -> HttpResponse:
    budget = form.cleaned_data.get("budget")
    back = request.build_absolute_uri(reverse("contracts:pay-bonus", args=[bonus.id]))
    charge = bonuses.pay_bonus(
        bonus_id=bonus.id,
        actor=actor(request),
        now=timezone.now(),
        return_url=request.build_absolute_uri(bonus.contract.get_absolute_url()),
        cancel_url=back,
        despite_pending=request.POST.get("despite_pending") == "yes",
        use_credit=request.POST.get("use_credit") == "yes",
        budget_id=budget.id if budget else None,
        purchase_order=form.cleaned_data["purchase_order"],
        method=request.POST.get("method", ""),
    )
    if charge is None:
        messages.success(request, _("Paid from your credit. The bonus goes to the freelancer now."))
        return redirect(bonus.contract)
    return redirect(charge.checkout_url)


def _ask(request: HttpRequest, bonus: Bonus, form: PurposeForm) -> HttpResponse:
    budget = form.cleaned_data.get("budget")
    approval = bonuses.request_approval(
        bonus_id=bonus.id,
        actor=actor(request),
        now=timezone.now(),
        budget_id=budget.id if budget else None,
        purchase_order=form.cleaned_data["purchase_order"],
        note=request.POST.get("note", "")[:2000],
    )
    messages.success(request, _("A second person was asked. You will be notified when they have decided."))
    return redirect("spending:approval", approval.id)


@login_required
@require_POST
def cancel(request: HttpRequest, bonus_id: UUID) -> HttpResponse:
    bonus = _bonus_or_404(request, bonus_id)
    bonuses.cancel_bonus(bonus_id=bonus.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("The bonus is cancelled. Nothing was taken."))
    return redirect(bonus.contract)
