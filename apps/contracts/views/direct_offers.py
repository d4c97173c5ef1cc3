"""An offer to one person: the terms, what they cost, and then the offer."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.middleware import actor, language
from apps.accounts.models import Organization, Profile
from apps.accounts.queries import organizations, profiles
from apps.common.errors import DomainError
from apps.common.money import Money
from apps.contracts import policies, terms
from apps.contracts.forms import DirectOfferForm, StepForm, StepFormSet
from apps.contracts.operations import direct_offers
from apps.contracts.operations.direct_offers import CheckedOffer
from apps.contracts.queries import contracts
from apps.contracts.views.lines import PREFIX, edited
from apps.contracts.views.offer_forms import ContractToBe
from apps.pricing.queries import fees, previews

_OPTIONS: dict[str, Any] = {"prefix": PREFIX, "form_kwargs": {"held": {}}}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, handle: str) -> HttpResponse:
    """`?like=<contract>` fills the form with the terms of an earlier contract with the same person."""
    asker = actor(request)
    policies.check_can_offer_directly(asker)
    visible = profiles.profiles_visible_to(asker).filter(organization__works=True)
    profile = get_object_or_404(visible.exclude(organization_id=asker.side_id), organization__handle=handle)
    options = {"language": language(request), "currency": organizations.organization(asker.side_id).currency}
    to_be = ContractToBe(request, profile.organization_id)
    if earlier := to_be.sent_before():
        return earlier
    page = partial(_page, request, profile, to_be)
    if request.method != "POST":
        initial, rows = _like(request, profile) or _empty(options["currency"])
        return page(DirectOfferForm(initial=initial, **options), StepFormSet(initial=rows, **_OPTIONS))
    lines = edited(request)
    if lines is not None:
        typed = {name: request.POST.get(name, "") for name in DirectOfferForm.base_fields}
        return page(DirectOfferForm(initial=typed, **options), StepFormSet(initial=lines, **_OPTIONS))
    form = DirectOfferForm(request.POST, **options)
    steps: BaseFormSet[StepForm] = StepFormSet(request.POST, **_OPTIONS)
    if not (form.is_valid() and steps.is_valid()):
        return page(form, steps, status=422)
    offered = tuple(step for step in (line.wish(form.cleaned_data["currency"]) for line in steps) if step is not None)
    if not steps.is_valid():  # an amount with too many digits
        return page(form, steps, status=422)
    draft = terms.Draft(offered, form.cleaned_data["criteria"], form.cleaned_data["revisions"])
    return _send(request, profile, to_be, form, steps, draft)


def _send(
    request: HttpRequest,
    profile: Profile,
    to_be: ContractToBe,
    form: DirectOfferForm,
    steps: BaseFormSet[StepForm],
    draft: terms.Draft,
) -> HttpResponse:
    now, brief = timezone.now(), form.brief(form.cleaned_data["currency"])
    try:
        if "send" not in request.POST:
            checked = direct_offers.check_offer(
                freelancer_id=profile.organization_id, brief=brief, draft=draft, actor=actor(request), now=now
            )
            return _page(request, profile, to_be, form, steps, costs=costs_of(request, profile.organization, checked))
        contract = direct_offers.offer_directly(
            freelancer_id=profile.organization_id,
            brief=brief,
            draft=draft,
            message=form.cleaned_data["message"],
            actor=actor(request),
            now=now,
            contract_id=to_be.id,
        )
    except DomainError as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _page(request, profile, to_be, form, steps, status=problem.status)
    messages.success(request, _("The offer is made. You will be notified when it is answered."))
    return redirect(contract)


def costs_of(request: HttpRequest, payee: Organization, offer: CheckedOffer) -> dict[str, Any]:
    """What the employer would pay in all, and what the freelancer would receive, at today's fees."""
    payer, today = organizations.organization(actor(request).side_id), timezone.now().date()
    parts = [Money(step.amount_minor, offer.total.currency) for step in offer.draft.steps]
    cost = previews.employer_costs(payer.country, today, [(payee.id, payee.country, parts)], payer_id=payer.id)[0]
    received = previews.receive_preview(
        offer.total,
        payer.country,
        payee.country,
        payee.currency,
        today,
        paid_before=fees.paid_between(payer.id, payee.id),
        parts=parts,
    )
    return {"cost": cost, "received": received}


def _page(
    request: HttpRequest,
    profile: Profile,
    to_be: ContractToBe,
    form: DirectOfferForm,
    steps: BaseFormSet[StepForm],
    *,
    costs: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "person": profile.organization,
        "profile": profile,
        "offer": to_be.signed,
        "form": form,
        "steps": steps,
        "costs": costs,
    }
    return render(request, "contracts/direct_offer.html", context, status=status)


def _empty(currency: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return {"source_language": translation.get_language() or "en", "currency": currency}, [{"days": 7}]


def _like(request: HttpRequest, profile: Profile) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """The terms in force of a contract of both; None if the address names none."""
    try:
        contract_id = UUID(request.GET.get("like", ""))
    except ValueError:
        return None
    both = contracts.contracts_visible_to(actor(request)).filter(
        employer_id=actor(request).side_id, freelancer_id=profile.organization_id
    )
    earlier = both.select_related("task__category").filter(id=contract_id).first()
    if earlier is None:
        return None
    initial = {
        "title": earlier.title,
        "category": earlier.task.category.slug if earlier.task.category else "",
        "source_language": earlier.binding_language,
        "goal": earlier.terms.get("goal", ""),
        "requirements": earlier.terms.get("requirements", ""),
        "criteria": tuple(row.text for row in earlier.criteria),
        "revisions": earlier.revisions_included,
        "currency": earlier.currency,
    }
    rows = [
        {"title": step.title, "amount": step.amount.as_decimal(), "days": step.days}
        for step in earlier.milestones.filter(dropped_at=None).order_by("position")
    ]
    return initial, rows[: terms.STEPS_MAX]
