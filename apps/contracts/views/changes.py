"""Change requests: the form with its before/after view, the answer, and another date in two clicks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.common.errors import Conflict, Invalid
from apps.common.money import Money
from apps.contracts import policies, terms
from apps.contracts.forms import ChangeForm, ExtensionForm, StepForm, StepFormSet
from apps.contracts.models import ChangeRequest, Contract, Milestone
from apps.contracts.operations import changes
from apps.contracts.queries import changes as queries
from apps.contracts.states import CHANGEABLE, HOLDS_MONEY, ChangeStatus
from apps.contracts.views.comparisons import comparison
from apps.contracts.views.lines import PREFIX, edited
from apps.contracts.views.lookups import contract_or_404, milestone_or_404


def _change_or_404(request: HttpRequest, change_id: UUID) -> ChangeRequest:
    return get_object_or_404(queries.changes_visible_to(actor(request)), id=change_id)


# -- propose


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = contract_or_404(request, contract_id)
    policies.check_can_propose_change(actor(request), contract)
    opened = queries.open_change(contract.id)
    if opened is not None:
        return redirect(opened)
    return _form(request, contract, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """The same form, filled with what the other side proposed."""
    change = _change_or_404(request, change_id)
    policies.check_can_answer_change(actor(request), change)
    if change.status != ChangeStatus.OPEN:
        return redirect(change)
    return _form(request, change.contract, change)


def _form(request: HttpRequest, contract: Contract, countered: ChangeRequest | None) -> HttpResponse:
    milestones = list(queries.milestones_in_force(contract))
    held = {str(milestone.id): milestone for milestone in milestones if milestone.status in HOLDS_MONEY}
    options: dict[str, Any] = {"prefix": PREFIX, "form_kwargs": {"held": held}}
    if request.method != "POST":
        offered = terms.from_json(countered.change) if countered else None
        form = ChangeForm(initial=_initial(contract, offered))
        steps: BaseFormSet[StepForm] = StepFormSet(initial=_rows(contract, milestones, offered), **options)
        return _page(request, contract, countered, form, steps, milestones)
    rows = edited(request)
    if rows is not None:
        form = ChangeForm(initial={name: request.POST.get(name, "") for name in ChangeForm.base_fields})
        return _page(request, contract, countered, form, StepFormSet(initial=rows, **options), milestones)
    form, steps = ChangeForm(request.POST), StepFormSet(request.POST, **options)
    if not (form.is_valid() and steps.is_valid()):
        return _page(request, contract, countered, form, steps, milestones, status=422)
    wish = tuple(step for step in (line.wish(contract.currency) for line in steps) if step is not None)
    if not steps.is_valid():  # an amount with too many digits
        return _page(request, contract, countered, form, steps, milestones, status=422)
    fixed = tuple(
        terms.Wanted(step.id, step.title, step.amount_minor) for step in milestones if step.status not in CHANGEABLE
    )
    criteria = tuple(form.cleaned_data["criteria"].splitlines())
    draft = terms.Draft((*fixed, *wish), criteria, form.cleaned_data["revisions"])
    return _send(request, contract, countered, form, steps, milestones, draft)


def _send(
    request: HttpRequest,
    contract: Contract,
    countered: ChangeRequest | None,
    form: ChangeForm,
    steps: BaseFormSet[StepForm],
    milestones: list[Milestone],
    draft: terms.Draft,
) -> HttpResponse:
    try:
        if "send" not in request.POST:
            preview = changes.preview_change(contract=contract, draft=draft, now=timezone.now())
            return _page(request, contract, countered, form, steps, milestones, preview=preview)
        values: dict[str, Any] = {
            "draft": draft,
            "reason": form.cleaned_data["reason"],
            "source_language": form.cleaned_data["source_language"],
            "actor": actor(request),
            "now": timezone.now(),
        }
        if countered is None:
            change = changes.propose_change(contract_id=contract.id, **values)
        else:
            change = changes.counter_change(change_id=countered.id, **values)
    except (Conflict, Invalid) as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _page(request, contract, countered, form, steps, milestones, status=problem.status)
    messages.success(request, _("Your proposal is sent. Nothing changes until the other side accepts it."))
    return redirect(change)


def _page(
    request: HttpRequest,
    contract: Contract,
    countered: ChangeRequest | None,
    form: ChangeForm,
    steps: BaseFormSet[StepForm],
    milestones: list[Milestone],
    *,
    preview: terms.Change | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "contract": contract,
        "countered": countered,
        "form": form,
        "steps": steps,
        "fixed": [milestone for milestone in milestones if milestone.status not in CHANGEABLE],
        "is_employer": actor(request).acts_for(contract.employer_id),
        "compared": comparison(contract, preview) if preview else None,
    }
    return render(request, "contracts/change_form.html", context, status=status)


def _initial(contract: Contract, offered: terms.Change | None) -> dict[str, Any]:
    criteria = [row.text for row in contract.criteria]
    return {
        "criteria": "\n".join(offered.criteria[1] if offered and offered.criteria else criteria),
        "revisions": offered.revisions[1] if offered and offered.revisions else contract.revisions_included,
        "source_language": translation.get_language() or contract.binding_language,
    }


def _rows(contract: Contract, milestones: list[Milestone], offered: terms.Change | None) -> list[dict[str, Any]]:
    """The milestones that can be changed, as they are, or as the other side wants them."""
    rows: dict[UUID, dict[str, Any]] = {
        step.id: {
            "id": step.id,
            "title": step.title,
            "amount": step.amount.as_decimal(),
            "days": step.days,
            "due_at": step.due_at,
        }
        for step in milestones
        if step.status in CHANGEABLE
    }
    for item in offered.steps if offered else ():
        if item.kind == terms.DROPPED:
            rows.get(item.id, {})["drop"] = True
            continue
        row = rows.setdefault(item.id, {"id": None})
        row |= {field: after for field, (_before, after) in item.values.items() if field != "amount_minor"}
        if "amount_minor" in item.values:
            row["amount"] = Money(item.after("amount_minor"), contract.currency).as_decimal()
    order = list(offered.order) if offered and offered.order else list(rows)
    first = [milestone_id for milestone_id in order if milestone_id in rows]
    return [rows[milestone_id] for milestone_id in [*first, *(each for each in rows if each not in first)]]


# -- read and answer


@login_required
@require_safe
def change(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """One request: before and after, and the answer."""
    row = _change_or_404(request, change_id)
    asker, proposed = actor(request), terms.from_json(row.change)
    is_open = row.status == ChangeStatus.OPEN
    amount_before = Money(int(row.base.terms["amount_minor"]), row.contract.currency)
    context = {
        "change": row,
        "contract": row.contract,
        "compared": comparison(row.contract, proposed, amount_before=amount_before),
        "is_employer": asker.acts_for(row.contract.employer_id),
        "may_answer": is_open and policies.can_answer_change(asker, row),
        "may_accept": is_open and policies.can_answer_change(asker, row, returns_money=proposed.returns_money),
        "may_withdraw": is_open and policies.can_withdraw_change(asker, row),
    }
    return render(request, "contracts/change.html", context)


@login_required
@require_POST
def answer(request: HttpRequest, change_id: UUID, verb: str) -> HttpResponse:
    row = _change_or_404(request, change_id)
    values: dict[str, Any] = {"change_id": row.id, "actor": actor(request), "now": timezone.now()}
    if verb == "accept":
        changes.accept_change(**values)
        messages.success(request, _("Accepted: the contract has a new version."))
    elif verb == "decline":
        changes.decline_change(**values, reason=request.POST.get("reason", ""))
        messages.success(request, _("Declined: the contract stays as it is."))
    elif verb == "withdraw":
        changes.withdraw_change(**values)
        messages.success(request, _("Your proposal is withdrawn."))
    else:
        raise Http404
    return redirect(row.contract)


@login_required
@require_POST
def extend(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    """Propose another date for a funded milestone: some days more than the date it has, or a date."""
    milestone = milestone_or_404(request, milestone_id)
    form, now = ExtensionForm(request.POST), timezone.now()
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
        return redirect(milestone)
    due_at = form.cleaned_data["due_at"]
    if due_at is None:
        due_at = max(milestone.due_at or now, now) + timedelta(days=form.cleaned_data["days"])
    row = changes.propose_extension(
        milestone_id=milestone.id,
        due_at=due_at,
        reason=form.cleaned_data["reason"],
        source_language=translation.get_language() or "en",
        actor=actor(request),
        now=now,
    )
    messages.success(request, _("Your proposal is sent. Nothing changes until the other side accepts it."))
    return redirect(row)
