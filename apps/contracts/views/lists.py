"""The organization's contracts, with this side's next action in each."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.middleware import actor
from apps.common import keyset
from apps.common.actors import Actor
from apps.contracts import policies
from apps.contracts.models import Contract, Milestone
from apps.contracts.queries import contracts as contract_queries
from apps.contracts.queries import milestones as milestone_queries
from apps.contracts.states import ContractStatus

CONTRACT_FILTERS: dict[str, list[ContractStatus]] = {
    "offered": [ContractStatus.OFFERED],
    "active": [ContractStatus.ACTIVE],
    "ended": [item for item in ContractStatus if item not in (ContractStatus.OFFERED, ContractStatus.ACTIVE)],
}


@login_required
@require_safe
def contract_list(request: HttpRequest) -> HttpResponse:
    asker = actor(request)
    if asker.organization_id is None:
        return redirect("accounts:organizations")
    status = request.GET.get("status", "")
    status = status if status in CONTRACT_FILTERS else ""
    contracts = contract_queries.with_change_to_answer(contract_queries.contracts_visible_to(asker), asker)
    if status:
        contracts = contracts.filter(status__in=CONTRACT_FILTERS[status])
    page = keyset.page(contracts, order="-offered_at", cursor=request.GET.get("cursor", ""))
    active = [row.id for row in page.rows if row.status == ContractStatus.ACTIVE]
    milestones = list(milestone_queries.milestones_of_contracts(active))
    steps = _next_steps(asker, page.rows, milestones)
    late = {step.contract_id for step in milestones if policies.is_overdue(step, timezone.now())}
    rows = [
        {
            "contract": row,
            "is_employer": asker.acts_for(row.employer_id),
            "is_party": asker.acts_for(row.employer_id) or asker.acts_for(row.freelancer_id),
            "action": steps.get(row.id, ""),
            "is_late": row.id in late,
        }
        for row in page.rows
    ]
    tabs = [("", _("All")), ("offered", _("Offers")), ("active", _("Active")), ("ended", _("Ended"))]
    context = {"rows": rows, "next_cursor": page.next_cursor, "status": status, "tabs": tabs}
    return render(request, "contracts/contract_list.html", context)


def _next_steps(asker: Actor, contracts: Sequence[Contract], milestones: Sequence[Milestone]) -> dict[UUID, str]:
    """Return the text of this side's next action per contract; empty if the other side must act."""
    words = {"fund": _("Fund a milestone"), "approve": _("Review the delivery"), "deliver": _("Deliver the work")}
    next_steps: dict[UUID, str] = {}
    for contract in contracts:
        if contract.status == ContractStatus.OFFERED and asker.acts_for(contract.freelancer_id):
            next_steps[contract.id] = _("Answer the offer")
        elif contract.status == ContractStatus.ACTIVE and contract.has_change_to_answer:  # type: ignore[attr-defined]
            next_steps[contract.id] = _("Answer a change request")
    for step in milestones:
        if step.contract_id not in next_steps and (action := policies.needs_action(asker, step)):
            next_steps[step.contract_id] = words[action]
    return next_steps
