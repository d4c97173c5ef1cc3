"""Cancellation of a contract: proposed by one side, answered by the other."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.middleware import actor
from apps.common.errors import DomainError
from apps.contracts import policies
from apps.contracts.forms import CancellationForm, LeaveForm
from apps.contracts.models import CancellationProposal
from apps.contracts.operations import cancellations, leaving
from apps.contracts.queries import contracts
from apps.contracts.states import BONUS_STARTED
from apps.contracts.views.lookups import contract_or_404
from apps.contracts.views.rooms import room_context


@login_required
@require_POST
def propose_cancellation(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = contract_or_404(request, contract_id)
    form = CancellationForm(request.POST)
    if not form.is_valid():
        contract = contracts.contract_page(contract.id, actor(request)) or contract
        context = room_context(request, contract) | {"cancellation_form": form, "open_stop": True}
        return render(request, "contracts/contract_room.html", context, status=422)
    cancellations.propose_cancellation(
        contract_id=contract.id,
        freelancer_share_bps=form.cleaned_data["freelancer_share"] * 100,
        reason=form.cleaned_data["reason"],
        actor=actor(request),
        now=timezone.now(),
    )
    messages.success(request, _("Your proposal is sent. Nothing changes until the other side agrees."))
    return redirect(contract)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """The freelancer leaves a contract of which nothing was ever paid in."""
    contract = contract_or_404(request, contract_id)
    statuses = list(contract.milestones.values_list("status", flat=True))
    policies.check_can_leave(
        actor(request), contract, statuses, has_bonus=contract.bonuses.filter(status__in=BONUS_STARTED).exists()
    )
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            leaving.leave_contract(
                contract_id=contract.id, reason=form.cleaned_data["reason"], actor=actor(request), now=timezone.now()
            )
        except DomainError as error:  # a payment is on its way: the reason stays
            form.add_error(None, str(error))
        else:
            messages.success(request, _("You have left the contract. The employer has been notified."))
            return redirect(contract)
    status = 422 if form.errors else 200
    return render(request, "contracts/leave.html", {"form": form, "contract": contract}, status=status)


_ANSWERS = {
    "accept": cancellations.accept_cancellation,
    "decline": cancellations.decline_cancellation,
    "withdraw": cancellations.withdraw_cancellation,
}


@login_required
@require_POST
def answer_cancellation(request: HttpRequest, proposal_id: UUID, verb: str) -> HttpResponse:
    proposals = CancellationProposal.objects.filter(contract__in=contracts.contracts_visible_to(actor(request)))
    proposal = get_object_or_404(proposals.select_related("contract"), id=proposal_id)
    if verb not in _ANSWERS:
        raise Http404
    _ANSWERS[verb](proposal_id=proposal.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Your answer is recorded."))
    return redirect(proposal.contract)
