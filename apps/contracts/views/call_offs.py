"""An offer under a framework agreement: quantities of its rates, what they cost, and then the offer."""

from __future__ import annotations

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
from apps.common import fmt as common_fmt
from apps.common.errors import DomainError
from apps.contracts import policies
from apps.contracts.forms import CallOffLineForm, OfferForm, call_off_lines, typed_lines
from apps.contracts.operations import call_offs
from apps.contracts.queries import call_offs as queries
from apps.contracts.views.direct_offers import costs_of
from apps.contracts.views.offer_forms import ContractToBe
from apps.frameworks import fmt
from apps.frameworks import policies as framework_policies
from apps.frameworks.models import Framework
from apps.frameworks.queries import frameworks
from apps.frameworks.terms import Draft


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call_off(request: HttpRequest, framework_id: UUID) -> HttpResponse:
    asker = actor(request)
    framework = get_object_or_404(
        frameworks.frameworks_visible_to(asker), id=framework_id, employer_id=asker.organization_id
    )
    policies.check_can_offer_directly(asker)
    framework_policies.check_is_valid(framework, timezone.now().date())
    agreed = frameworks.newest_version(framework).draft()
    rates, reader = _choices(agreed), language(request)
    to_be = ContractToBe(request, framework.id)
    if earlier := to_be.sent_before():
        return earlier
    context = {
        "framework": framework,
        "agreed": fmt.facts(agreed),
        "left": queries.left(framework),
        "offer": to_be.signed,
    }
    if request.method != "POST":
        initial = {"source_language": translation.get_language() or "en"}
        return _page(request, context, OfferForm(initial=initial, language=reader), call_off_lines(rates=rates))
    if "add" in request.POST:
        typed = {name: request.POST.get(name, "") for name in OfferForm.base_fields}
        lines = call_off_lines(rates=rates, rows=typed_lines(request.POST))
        return _page(request, context, OfferForm(initial=typed, language=reader), lines)
    form, lines = OfferForm(request.POST, language=reader), call_off_lines(request.POST, rates=rates)
    if not (form.is_valid() and lines.is_valid()):
        return _page(request, context, form, lines, status=422)
    return _send(request, framework, context | {"contract_id": to_be.id}, form, lines)


def _choices(agreed: Draft) -> list[tuple[str, str]]:
    return [
        (str(number), f"{rate.description} · {rate.unit} · {common_fmt.money(rate.price)}")
        for number, rate in enumerate(fmt.rates(agreed), start=1)
    ]


def _send(
    request: HttpRequest,
    framework: Framework,
    context: dict[str, Any],
    form: OfferForm,
    lines: BaseFormSet[CallOffLineForm],
) -> HttpResponse:
    values: dict[str, Any] = {
        "brief": form.brief(framework.currency),
        "lines": [line for line in (row.line() for row in lines) if line is not None],
        "criteria": form.cleaned_data["criteria"],
        "actor": actor(request),
        "now": timezone.now(),
    }
    try:
        if "send" not in request.POST:
            offer = call_offs.check_call_off(framework=framework, **values)
            costs = costs_of(request, framework.freelancer, offer)
            return _page(request, context | {"costs": costs}, form, lines)
        message = form.cleaned_data["message"]
        contract_id = context["contract_id"]
        contract = call_offs.call_off(framework_id=framework.id, message=message, contract_id=contract_id, **values)
    except DomainError as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _page(request, context, form, lines, status=problem.status)
    messages.success(request, _("The offer is made. You will be notified when it is answered."))
    return redirect(contract)


def _page(
    request: HttpRequest,
    context: dict[str, Any],
    form: OfferForm,
    lines: BaseFormSet[CallOffLineForm],
    *,
    status: int = 200,
) -> HttpResponse:
    return render(request, "contracts/call_off.html", context | {"form": form, "lines": lines}, status=status)
