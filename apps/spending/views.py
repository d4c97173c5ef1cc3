"""Pages of an organization's limits, and of requests waiting for a second person."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.queries import organizations
from apps.common import keyset, spreadsheets
from apps.common.errors import Conflict, Invalid, NotFound
from apps.contracts.queries import milestones
from apps.spending import operations, policies, queries
from apps.spending.forms import BudgetForm, DecisionForm, RuleForm
from apps.spending.models import Approval, Spend, SpendingRuleChange

CSV_ROWS_MAX = 10_000


def _organization_id(request: HttpRequest) -> UUID:
    organization_id = actor(request).organization_id
    if organization_id is None:
        raise NotFound
    policies.check_can_see(actor(request), organization_id)
    return organization_id


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    organization_id = _organization_id(request)
    organization = organizations.organization(organization_id)
    now = timezone.now()
    today, change = now.date(), queries.pending_change(organization_id, now)
    spends = keyset.page(queries.spends_of(organization_id), order="-spent_on", cursor=request.GET.get("cursor", ""))
    context = {
        "rule": queries.rule_of(organization_id, now),
        "change": change,
        "may_agree": change is not None and policies.can_agree_to_loosen(actor(request), change, now),
        "changes": list(queries.changes_of(organization_id)[:5]),
        "spent": queries.spent_in_month(organization_id, organization.currency, today),
        "mine": queries.spent_in_month(organization_id, organization.currency, today, user_id=actor(request).user_id),
        "budgets": queries.uses_of(queries.open_budgets(organization_id)),
        "waiting": list(queries.waiting_approvals(organization_id)),
        "decided": list(queries.approvals_of(organization_id).exclude(status="asked")[:5]),
        "spends": spends,
        "next_cursor": spends.next_cursor,
        "may_manage": policies.can_manage(actor(request)),
        "today": today,
    }
    return render(request, "spending/overview.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest) -> HttpResponse:
    organization_id = _organization_id(request)
    policies.check_can_manage(actor(request), organization_id)
    organization = organizations.organization(organization_id)
    initial = RuleForm.initial_of(queries.rule_of(organization_id, timezone.now()))
    form = RuleForm(request.POST if request.method == "POST" else None, currency=organization.currency, initial=initial)
    if request.method == "POST" and form.is_valid():
        operations.set_rule(
            organization_id=organization_id, actor=actor(request), now=timezone.now(),
            approval_above=form.limits["approval_above"], monthly_limit=form.limits["monthly_limit"],
            member_limit=form.limits["member_limit"],
        )  # fmt: skip
        change = queries.pending_change(organization_id, timezone.now())
        messages.success(
            request, _("Saved. The limits hold from the next payment on.") if change is None else _SAYS[change.status]
        )
        return redirect("spending:overview")
    context = {"form": form, "currency": organization.currency}
    return render(request, "spending/rule_form.html", context, status=422 if form.errors else 200)


_SAYS = {
    "proposed": _lazy("What is stricter holds now. What is looser waits for a second person, and then for a day."),
    "agreed": _lazy("What is stricter holds now. What is looser holds in 24 hours; until then you can withdraw it."),
}


@login_required
@require_POST
def agree(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """The second person approves that a limit is loosened."""
    result = _change(request, change_id)
    operations.agree_to_loosen(change_id=result.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Agreed. The new limits hold in 24 hours; until then they can be withdrawn."))
    return redirect("spending:overview")


@login_required
@require_POST
def withdraw_change(request: HttpRequest, change_id: UUID) -> HttpResponse:
    result = _change(request, change_id)
    operations.withdraw_loosening(change_id=result.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("The limits stay as they are."))
    return redirect("spending:overview")


def _change(request: HttpRequest, change_id: UUID) -> SpendingRuleChange:
    change = queries.changes_of(_organization_id(request)).filter(id=change_id).first()
    if change is None:
        raise NotFound
    return change


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_budget(request: HttpRequest) -> HttpResponse:
    organization_id = _organization_id(request)
    policies.check_can_manage(actor(request), organization_id)
    organization = organizations.organization(organization_id)
    form = BudgetForm(request.POST if request.method == "POST" else None, currency=organization.currency)
    if request.method == "POST" and form.is_valid() and form.money is not None:
        try:
            operations.open_budget(
                organization_id=organization_id, name=form.cleaned_data["name"], amount=form.money,
                purchase_order=form.cleaned_data["purchase_order"], actor=actor(request), now=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("The budget is open."))
            return redirect("spending:overview")
        except policies.BudgetExists as error:
            form.add_error("name", str(error))
    context = {"form": form, "currency": organization.currency}
    return render(request, "spending/budget_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def close_budget(request: HttpRequest, budget_id: UUID) -> HttpResponse:
    _organization_id(request)
    operations.close_budget(budget_id=budget_id, actor=actor(request), now=timezone.now())
    messages.success(request, _("The budget is closed. What was paid from it stays listed."))
    return redirect("spending:overview")


# -- approvals


@login_required
@require_safe
def approval(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    result = _approval(request, approval_id)
    return render(request, "spending/approval_detail.html", _approval_context(request, result, DecisionForm()))


@login_required
@require_POST
def decide(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    result = _approval(request, approval_id)
    form = DecisionForm(request.POST)
    is_approved = request.POST.get("decision") == "approve"
    if form.is_valid():
        try:
            operations.decide(
                approval_id=result.id, is_approved=is_approved, reason=form.cleaned_data["reason"],
                actor=actor(request), now=timezone.now(),
            )  # fmt: skip
            messages.success(
                request,
                _("Approved: it can be paid now.")
                if is_approved
                else _("Refused. The person is notified with the reason."),
            )
            return redirect("spending:overview")
        except Invalid as error:
            form.add_error("reason", str(error))
    return render(request, "spending/approval_detail.html", _approval_context(request, result, form), status=422)


@login_required
@require_POST
def withdraw(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    result = _approval(request, approval_id)
    try:
        operations.withdraw(approval_id=result.id, actor=actor(request), now=timezone.now())
        messages.success(request, _("Taken back."))
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("spending:overview")


def _approval(request: HttpRequest, approval_id: UUID) -> Approval:
    result = queries.approvals_of(_organization_id(request)).filter(id=approval_id).first()
    if result is None:
        raise NotFound
    return result


def _approval_context(request: HttpRequest, approval: Approval, form: DecisionForm) -> dict[str, object]:
    return {
        "approval": approval,
        "form": form,
        "may_decide": approval.status == "asked" and policies.can_decide(actor(request), approval, timezone.now()),
        "is_mine": approval.requested_by_id == actor(request).user_id,
        "budget": queries.use_of(approval.budget) if approval.budget else None,
        "milestone": milestones.milestone_by_reference(approval.reference_id),
    }


# -- reports


@login_required
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Download all payments with budget and purchase order, for a spreadsheet."""
    spends = queries.spends_of(_organization_id(request))[:CSV_ROWS_MAX]
    head = ("date", "what", "budget", "purchase_order", "amount", "returned", "currency", "state", "by", "approved_by")
    return spreadsheets.download(f"spending-{timezone.now():%Y-%m-%d}", [head, *map(_cells, spends)])


def _cells(spend: Spend) -> list[object]:
    second = spend.approval.decided_by if spend.approval else None
    return [
        spend.spent_on.isoformat(),
        spend.memo,
        spend.budget.name if spend.budget else "",
        spend.purchase_order,
        spend.amount.as_decimal(),
        spend.returned.as_decimal(),
        spend.currency,
        spend.status,
        spend.spent_by.display_name if spend.spent_by else "",
        second.display_name if second else "",
    ]
