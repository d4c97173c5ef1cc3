"""Funding a milestone, and the status of the payment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from apps.accounts.middleware import actor
from apps.common import fmt
from apps.common.actors import Actor
from apps.common.errors import Conflict, Unavailable
from apps.common.money import Money
from apps.contracts import policies, rules
from apps.contracts.models import Milestone
from apps.contracts.operations import milestones
from apps.contracts.views.lookups import milestone_or_404
from apps.escrow.queries import escrows as escrow_queries
from apps.invoicing.queries import documents as invoicing_documents
from apps.payments import policies as payment_policies
from apps.payments.models import Charge
from apps.payments.queries import charges as charge_queries
from apps.payments.queries import methods
from apps.payments.states import ChargeStatus
from apps.pricing.queries import fees as fee_queries
from apps.spending import queries as spending_queries
from apps.spending.forms import PurposeForm


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment of a milestone that is not funded yet, as the employer sees it."""

    charge: Charge
    is_on_its_way: bool
    was_declined: bool
    method: str
    may_cancel: bool


def payment_of(asker: Actor, step: Milestone, charges: dict[UUID, Charge]) -> Payment | None:
    charge = charges.get(step.escrow_id) if step.escrow_id else None
    if charge is None or step.status not in ("planned", "awaiting_payment"):
        return None
    if not asker.acts_for(step.contract.employer_id) or charge.status not in charge_queries.UNFINISHED:
        return None
    return Payment(
        charge=charge,
        is_on_its_way=charge_queries.is_on_its_way(charge),
        was_declined=bool(charge.decline_code),
        method=str(methods.label_of(charge.gateway)),
        may_cancel=payment_policies.can_cancel_charge(asker, charge),
    )


def paid_again(steps: list[Milestone], charges: list[Charge] | None = None) -> dict[UUID, Money]:
    """
    Return duplicate payments by escrow: money beyond the payment that funded it. The employer may use it or withdraw
    it.

    :param charges: the payments for these milestones, if the caller has them.
    """
    escrows = [step.escrow for step in steps if step.escrow is not None]
    rows = charge_queries.charges_for([escrow.id for escrow in escrows]) if charges is None else charges
    return charge_queries.paid_again({escrow.id: escrow.funding_charge_id for escrow in escrows}, rows)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def fund(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    """Show what will be paid before the payment; POST redirects to the checkout."""
    milestone = milestone_or_404(request, milestone_id)
    policies.check_can_ask_to_fund(actor(request), milestone)
    may_pay = policies.can_fund(actor(request), milestone)
    is_asking = request.method == "POST" and request.POST.get("step") == "ask"
    if may_pay and not is_asking and invoicing_documents.needs_billing_details(milestone.contract.employer):
        onward = urlencode({"next": reverse("contracts:fund", args=[milestone.id])})
        return redirect(f"{reverse('invoicing:details')}?{onward}")
    budgets = spending_queries.open_budgets(milestone.contract.employer_id)
    approval = spending_queries.open_approval(milestone.id)
    booked_on = {"budget": approval.budget_id, "purchase_order": approval.purchase_order} if approval else {}
    form = PurposeForm(request.POST if request.method == "POST" else None, budgets=budgets, initial=booked_on)
    refusal: str = ""
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("step") == "ask":
                return _ask(request, milestone, form)
            return _pay(request, milestone, form)
        except Unavailable as problem:
            messages.error(request, str(problem))
            return redirect("contracts:fund", milestone.id)
        except Conflict as problem:
            refusal = str(problem)  # one of the employer's own limits; the form keeps its values
    charges = charge_queries.last_charges_of([milestone.escrow_id] if milestone.escrow_id else [])
    context = _what_is_paid(milestone) | {
        "form": form,
        "payment": payment_of(actor(request), milestone, charges),
        "methods": _methods(milestone),
        "refusal": refusal,
        "approval": approval,
        "may_pay": may_pay,
        "lacks_details": may_pay and invoicing_documents.lacks_billing_details(milestone.contract.employer),
        "rule": spending_queries.rule_of(milestone.contract.employer_id, timezone.now()),
    }
    return render(request, "contracts/fund.html", context, status=409 if refusal else 422 if form.errors else 200)


def _pay(request: HttpRequest, milestone: Milestone, form: PurposeForm) -> HttpResponse:
    budget = form.cleaned_data.get("budget")
    back = request.build_absolute_uri(reverse("contracts:paid", args=[milestone.id]))
    charge = milestones.fund_milestone(
        milestone_id=milestone.id,
        actor=actor(request),
        now=timezone.now(),
        return_url=f"{back}?result=done",
        cancel_url=f"{back}?result=left",
        despite_pending=request.POST.get("despite_pending") == "yes",
        use_credit=request.POST.get("use_credit") == "yes",
        budget_id=budget.id if budget else None,
        purchase_order=form.cleaned_data["purchase_order"],
        method=request.POST.get("method", ""),
    )
    if charge is None:
        messages.success(request, _("Paid from your credit. The milestone is funded and work can begin."))
        return redirect(milestone.contract)
    if charge.gateway != request.POST.get("method", charge.gateway):
        label = next((method.label for method in _methods(milestone) if method.name == charge.gateway), charge.gateway)
        text = _("The way you chose to pay does not answer just now. Nothing was charged. You can pay so: %(method)s.")
        messages.warning(request, text % {"method": label})
    return redirect(charge.checkout_url)


def _methods(milestone: Milestone) -> list[methods.Method]:
    """The payment methods the employer can use today."""
    country, today = milestone.contract.employer.country, timezone.now().date()
    return methods.methods_for(country=country, currency=milestone.currency, on=today)


def _ask(request: HttpRequest, milestone: Milestone, form: PurposeForm) -> HttpResponse:
    budget = form.cleaned_data.get("budget")
    approval = milestones.request_approval(
        milestone_id=milestone.id,
        actor=actor(request),
        now=timezone.now(),
        budget_id=budget.id if budget else None,
        purchase_order=form.cleaned_data["purchase_order"],
        note=request.POST.get("note", "")[:2000],
    )
    messages.success(request, _("A second person was asked. You will be notified when they have decided."))
    return redirect("spending:approval", approval.id)


def _what_is_paid(milestone: Milestone) -> dict[str, Any]:
    """The lines of the bill, by the terms of the escrow if there is one."""
    contract = milestone.contract
    together = fee_queries.paid_between(contract.employer_id, contract.freelancer_id)
    fees = fee_queries.fee_terms(
        contract.employer.country, contract.freelancer.country, timezone.now().date(), paid_before=together
    )
    fee = milestone.amount.share_bps(fees.employer_fee_bps)
    total = milestone.amount + fee
    credit = escrow_queries.usable_credit(contract.employer_id, amount=milestone.amount, total=total)
    return {
        "milestone": milestone,
        "contract": contract,
        "exchange": rules.part_of_exchange(contract.exchange, whole=contract.amount, part=milestone.amount),
        "fee": fee,
        "fee_bps": fees.employer_fee_bps,
        "total": total,
        "credit": credit,
        "rest": total - credit,
    }


@login_required
@require_safe
def back_from_checkout(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    """
    The page a checkout redirects back to. Only the processor's signed notification funds the milestone.

    The URL has `?result=done` after a payment, `?result=left` without one. The page shows the processor's state: paid,
    pending, declined with the page still open, or closed; until the processor reports it, the page says that we are
    waiting.
    """
    milestone = milestone_or_404(request, milestone_id)
    waiting_page = request.htmx  # type: ignore[attr-defined]
    if milestone.status not in ("planned", "awaiting_payment"):
        again = paid_again([milestone]).get(milestone.escrow_id) if milestone.escrow_id else None
        if again:
            text = _("This milestone was paid twice. %(amount)s is your credit: use it, or have it refunded.")
            messages.warning(request, text % {"amount": fmt.money(again)})
        elif milestone.status == "funded":
            messages.success(request, _("The milestone is funded. Work can begin."))
        address = milestone.contract.get_absolute_url()
        return HttpResponseClientRedirect(address) if waiting_page else redirect(address)
    charge = next(iter(charge_queries.last_charges_of([milestone.escrow_id or milestone.id]).values()), None)
    state = _payment_state(charge, request.GET.get("result", ""))
    if waiting_page and state != "waiting":
        return HttpResponseClientRefresh()
    context = {
        "milestone": milestone,
        "contract": milestone.contract,
        "charge": charge,
        "state": state,
        "payment": payment_of(actor(request), milestone, {charge.reference_id: charge} if charge else {}),
    }
    return render(request, "contracts/paid.html", context)


def _payment_state(charge: Charge | None, result: str) -> str:
    """One of waiting, on_its_way, declined, left, closed. A decline before a successful payment is ignored."""
    if charge is None or charge.status in (ChargeStatus.EXPIRED, ChargeStatus.CANCELLED):
        return "closed"
    if charge.status == ChargeStatus.SUCCEEDED:
        return "waiting"
    if charge_queries.is_on_its_way(charge):
        return "on_its_way"
    if result == "done":
        return "waiting"
    if charge.decline_code:
        return "declined"
    return "left" if result == "left" else "waiting"
