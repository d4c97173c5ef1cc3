"""Offers: make, answer and withdraw them; the agreed terms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.middleware import actor
from apps.bidding import queries as bids
from apps.common.money import Money
from apps.contracts.forms import BidChoiceForm
from apps.contracts.operations import offers
from apps.contracts.queries import changes, contracts, documents
from apps.contracts.views.lookups import contract_or_404


@login_required
@require_POST
def award(request: HttpRequest, bid_id: UUID) -> HttpResponse:
    bid = get_object_or_404(bids.bids_readable_by(actor(request), timezone.now()), id=bid_id)
    contract = offers.award(bid_id=bid.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("The offer is made. You will be notified when it is answered."))
    return redirect(contract)


@login_required
@require_POST
def accept(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = contract_or_404(request, contract_id)
    offers.accept_offer(contract_id=contract.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("You accepted. Begin when the first milestone is funded."))
    return redirect(contract)


@login_required
@require_POST
def decline(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = contract_or_404(request, contract_id)
    reason = request.POST.get("reason", "")[:1000]
    offers.decline_offer(contract_id=contract.id, actor=actor(request), now=timezone.now(), reason=reason)
    messages.success(request, _("You declined the offer."))
    return redirect(contract)


@login_required
@require_POST
def take_back(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = contract_or_404(request, contract_id)
    offers.take_back_offer(contract_id=contract.id, actor=actor(request), now=timezone.now())
    if contract.bid_id is None:
        messages.success(request, _("The offer is withdrawn."))
        return redirect(contract)
    messages.success(request, _("The offer is withdrawn. You can choose another bid."))
    return redirect("bidding:compare", contract.task_id)


@login_required
@require_POST
def offer_again(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Offer the work of a contract that ended early to another bidder."""
    contract = contract_or_404(request, contract_id)
    readable = bids.bids_readable_by(actor(request), timezone.now()).filter(task_id=contract.task_id)
    form = BidChoiceForm(request.POST)
    if not form.is_valid():
        raise Http404
    bid = get_object_or_404(readable, id=form.cleaned_data["bid"])
    offer = offers.offer_to_other_bidder(
        contract_id=contract.id, bid_id=bid.id, actor=actor(request), now=timezone.now()
    )
    messages.success(request, _("The offer is made. You will be notified when it is answered."))
    return redirect(offer)


@login_required
@require_POST
def hire_again(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = contract_or_404(request, contract_id)
    draft = offers.hire_again(contract_id=contract.id, actor=actor(request), now=timezone.now())
    text = _("A draft of the same work, for %(who)s alone. Look it over, then publish it.")
    messages.success(request, text % {"who": contract.freelancer.display_name})
    return redirect("tasks:edit", draft.id)


@login_required
@require_safe
def terms(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """
    Show the terms in the original words of both sides, with their fingerprint: those in force, or an earlier version.
    """
    contract = contract_or_404(request, contract_id)
    is_employer = actor(request).acts_for(contract.employer_id)
    versions = changes.versions(contract.id)
    number = request.GET.get("version", "")
    version = next((row for row in versions if str(row.number) == number), versions[0] if versions else None)
    if number and (version is None or str(version.number) != number):
        raise Http404
    is_in_force = version is None or version == versions[0]
    context = {
        "contract": contract,
        "terms": version.terms if version else contract.terms,
        "sha256": version.sha256 if version else contract.terms_sha256,
        "amount": Money(int((version.terms if version else contract.terms)["amount_minor"]), contract.currency),
        "revisions": (version.terms if version else {}).get("revisions_included", contract.revisions_included),
        "version": version,
        "versions": versions,
        "is_in_force": is_in_force,
        "steps": _steps((version.terms if version else contract.terms)["milestones"], contract.currency),
        "cost": contracts.employer_cost(contract, timezone.now()) if is_employer and is_in_force else None,
    }
    return render(request, "contracts/terms.html", context)


@login_required
@require_safe
def document(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Download the contract as PDF, in the reader's language; the words of both sides stay as they are."""
    contract = contract_or_404(request, contract_id)
    body = documents.pdf(contract, timezone.now(), reader=actor(request), language=get_language() or "en")
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="contract-{contract.id}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _steps(rows: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    return [row | {"amount": Money(int(row["amount_minor"]), currency)} for row in rows]
