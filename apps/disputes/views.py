"""Pages of disputes: open one, the dispute page for both sides, and the staff queue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor, language
from apps.common import keyset
from apps.common.errors import Conflict, Invalid
from apps.common.money import Money
from apps.contracts.queries import milestones
from apps.disputes import operations, policies, queries
from apps.disputes.forms import DecisionForm, OpenForm, SplitForm, StatementForm
from apps.disputes.models import Dispute, SplitProposal
from apps.escrow.queries import escrows

QUEUE_SIZE = 100


def _dispute(request: HttpRequest, dispute_id: UUID) -> Dispute:
    return get_object_or_404(queries.disputes_visible_to(actor(request)), id=dispute_id)


@login_required
@require_safe
def dispute_list(request: HttpRequest) -> HttpResponse:
    """List the organization's own disputes."""
    asker = actor(request)
    if asker.organization_id is None:
        return redirect("accounts:organizations")
    page = keyset.page(
        queries.disputes_of(asker.organization_id), order="-opened_at", cursor=request.GET.get("cursor", "")
    )
    context = {"disputes": page.rows, "next_cursor": page.next_cursor, "own_id": asker.organization_id}
    return render(request, "disputes/dispute_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_dispute(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    """Open a dispute: the reason, what happened, and a proposed split of the held money."""
    milestone = get_object_or_404(milestones.milestones_visible_to(actor(request)), id=milestone_id)
    if (running := queries.open_of_milestone(milestone.id)) is not None:
        return redirect(running)
    policies.check_can_open(actor(request), milestone)
    held = escrows.held(milestone.escrow_id) if milestone.escrow_id else Money.zero(milestone.currency)
    form = OpenForm(request.POST or None, whole=held, initial={"source_language": language(request)})
    if not form.is_bound:
        form.offer(policies.possible_reasons(milestone, timezone.now()))
    if request.method == "POST" and form.is_valid() and form.part is not None:
        try:
            dispute = operations.open_dispute(
                milestone_id=milestone.id,
                reason=form.cleaned_data["reason"],
                text=form.cleaned_data["text"],
                source_language=form.cleaned_data["source_language"],
                freelancer_part=form.part,
                actor=actor(request),
                now=timezone.now(),
            )
        except (Invalid, Conflict) as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request, _("The dispute is open and the money is frozen. The other side has been notified.")
            )
            return redirect(dispute)
    context = {"form": form, "milestone": milestone, "contract": milestone.contract, "held": held}
    return render(request, "disputes/dispute_form.html", context, status=422 if form.is_bound else 200)


# -- dispute page


@login_required
@require_safe
def room(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    return _room_page(request, _dispute(request, dispute_id))


def _room_page(request: HttpRequest, dispute: Dispute, status: int = 200, **forms: Any) -> HttpResponse:
    """Show the statements, the proposals with their exact amounts, and the outcome."""
    asker, now = actor(request), timezone.now()
    contract = dispute.milestone.contract
    own_id = asker.organization_id
    initial = {"source_language": language(request)}
    may_decide = policies.can_decide(asker, dispute, now)
    owes_answer = dispute.status == "open" and own_id == dispute.respondent_id
    context = {
        "dispute": dispute,
        "contract": contract,
        "milestone": dispute.milestone,
        "other": contract.freelancer if asker.acts_for(contract.employer_id) else contract.employer,
        "timeline": queries.timeline(dispute),
        "proposals": [
            _proposal_row(asker, dispute, standing_proposal)
            for standing_proposal in queries.standing_proposals(dispute.id)
        ],
        "entries": queries.entries_of(dispute.id),
        "own_id": own_id,
        "is_party": own_id in (dispute.opened_by_id, dispute.respondent_id),
        "owes_answer": owes_answer,
        "standing": _standing(dispute, owes_answer=owes_answer),
        "may_speak": policies.can_speak(asker, dispute),
        "may_propose": policies.can_propose(asker, dispute),
        "may_withdraw": policies.can_withdraw(asker, dispute),
        "may_decide": may_decide,
        "statement_form": forms.get("statement_form") or StatementForm(initial=initial),
        "split_form": forms.get("split_form") or SplitForm(whole=dispute.amount),
        "decision_form": (forms.get("decision_form") or DecisionForm(whole=dispute.amount)) if may_decide else None,
    }
    return render(request, "disputes/dispute_room.html", context, status=status)


def _standing(dispute: Dispute, *, owes_answer: bool) -> dict[str, Any]:
    """Return the dispute's status: a title with its tone, what is waited for and until when, and a note."""
    if dispute.status == "open":
        return {
            "tone": "warn" if owes_answer else "brand",
            "title": _("Your answer is awaited") if owes_answer else _("Waiting for the other side"),
            "until": (_("Answer by"), dispute.answer_due_at),
            "text": _("After that our staff may decide without an answer."),
        }
    if dispute.status == "answered":
        says = _("You can still settle between yourselves. Otherwise our staff decides by")
        return {"tone": "brand", "title": _("Both sides have spoken"), "until": (says, dispute.decide_by)}
    if dispute.status == "decided":
        by_whom = _("A person of our staff decided this, not a machine. You may still take the matter to a court.")
        return {
            "tone": "brand",
            "title": _("Our staff decided"),
            "reasons": dispute.decision_reasons,
            "by_whom": by_whom,
        }
    if dispute.status == "settled":
        return {"tone": "ok", "title": _("Settled by both"), "shows_end": True}
    if dispute.status == "withdrawn":
        text = _("The money is held as before and the work goes on.")
        return {"tone": "", "title": _("Withdrawn"), "text": text}
    text = _("The law limits how long money may be held. The limit came first, so it went back to the employer.")
    return {"tone": "warn", "title": _("Ended by the limit of holding"), "text": text}


def _proposal_row(asker: Any, dispute: Dispute, proposal: SplitProposal) -> dict[str, Any]:
    is_own = proposal.organization_id == asker.organization_id
    return {
        "proposal": proposal,
        "is_own": is_own,
        "outcome": queries.outcome(dispute, proposal.freelancer_part),
        "may_accept": policies.can_accept(asker, dispute, proposal),
    }


@login_required
@require_POST
def say(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    dispute = _dispute(request, dispute_id)
    form = StatementForm(request.POST)
    if not form.is_valid():
        return _room_page(request, dispute, 422, statement_form=form)
    operations.say(dispute_id=dispute.id, actor=actor(request), now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Your statement is recorded. The other side has been notified."))
    return redirect(dispute)


@login_required
@require_POST
def propose(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    dispute = _dispute(request, dispute_id)
    form = SplitForm(request.POST, whole=dispute.amount)
    if not form.is_valid() or form.part is None:
        return _room_page(request, dispute, 422, split_form=form)
    operations.propose_split(dispute_id=dispute.id, freelancer_part=form.part, actor=actor(request), now=timezone.now())
    messages.success(request, _("Your proposal stands until the other side accepts it or you make another."))
    return redirect(dispute)


@login_required
@require_POST
def accept(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    visible = queries.disputes_visible_to(actor(request))
    proposal = get_object_or_404(SplitProposal.objects.filter(dispute__in=visible), id=proposal_id)
    dispute = operations.accept_split(proposal_id=proposal.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Settled. The money moves as proposed."))
    return redirect(dispute)


@login_required
@require_POST
def withdraw(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    dispute = _dispute(request, dispute_id)
    operations.withdraw(dispute_id=dispute.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("The dispute is withdrawn. The money is held as before."))
    return redirect(dispute.milestone.contract)


# -- staff


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List the disputes waiting for a decision, oldest first; of the same day, the larger first."""
    policies.check_is_staff(actor(request))
    now = timezone.now()
    rows = [(item, policies.can_decide(actor(request), item, now)) for item in queries.queue()[:QUEUE_SIZE]]
    return render(request, "disputes/queue.html", {"rows": rows, "now": now})


@login_required
@require_POST
def decide(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """Show what each side would get; after confirmation, decide."""
    dispute, now = _dispute(request, dispute_id), timezone.now()
    policies.check_can_decide(actor(request), dispute, now)
    form = DecisionForm(request.POST, whole=dispute.amount)
    if not form.is_valid() or form.part is None:
        return _room_page(request, dispute, 422, decision_form=form)
    if request.POST.get("confirmed") != str(form.part):
        context = {
            "dispute": dispute,
            "form": form,
            "part": form.part,
            "outcome": queries.outcome(dispute, form.part),
            "contract": dispute.milestone.contract,
        }
        return render(request, "disputes/decision_confirm.html", context)
    operations.decide(
        dispute_id=dispute.id,
        freelancer_part=form.part,
        reasons=form.cleaned_data["reasons"],
        actor=actor(request),
        now=now,
    )
    messages.success(request, _("Decided. Both sides are notified with your reasons."))
    return redirect(dispute)
