"""Staff pages for reconciliation: the runs, the suspense items, and their booking by two people."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.common.errors import DomainError
from apps.common.money import Money
from apps.gateways import policies, registry
from apps.gateways.errors import GatewayUnavailable
from apps.ledger.queries import books
from apps.payouts.queries import payouts, wallet
from apps.treasury.forms import BookingForm
from apps.treasury.operations import reconciliation as reconciliation_operations
from apps.treasury.operations import suspense as suspense_operations
from apps.treasury.queries import reconciliation as reconciliation_queries
from apps.treasury.states import SUSPENSE


@login_required
@require_safe
def reconciliation(request: HttpRequest) -> HttpResponse:
    policies.check_is_staff(actor(request))
    runs = reconciliation_queries.reconciliation_runs()
    latest = {run.gateway: run for run in reversed(runs)}
    balances = [
        (run, Money(pair[0], currency), Money(pair[1], currency))
        for run in latest.values()
        for currency, pair in run.summary["balances"].items()
    ]
    context = {
        "runs": runs,
        "balances": balances,
        "connected": [
            (row["organization_id"], Money(row["processor"], row["currency"]), Money(row["books"], row["currency"]))
            for run in latest.values()
            for row in run.summary["connected_differences"]
        ],
        "items": reconciliation_queries.suspense_items(),
        "stuck": payouts.stuck_payouts(timezone.now()),
        "transit_left": wallet.transit_left(),
    }
    return render(request, "treasury/reconciliation.html", context)


@login_required
@require_POST
def reconcile_now(request: HttpRequest) -> HttpResponse:
    policies.check_is_staff(actor(request))
    try:
        runs = [reconciliation_operations.reconcile(gateway=name) for name in registry.names()]
    except GatewayUnavailable:
        messages.error(request, _("The payment processor does not answer just now. Nothing was compared."))
    else:
        if all(run.is_clean for run in runs):
            messages.success(request, _("Processor and books agree."))
        else:
            messages.warning(request, _("Processor and books do not agree. See below."))
    return redirect("treasury:reconciliation")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def suspense(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One suspense item: both sides, the proposal of one person and the confirmation of another."""
    policies.check_is_staff(actor(request))
    item = reconciliation_queries.suspense_item(item_id)
    form = BookingForm(request.POST if request.POST.get("step") == "propose" else None)
    if request.method == "POST":
        try:
            if _act(request, item_id, form):
                return redirect("treasury:suspense", item_id)
        except DomainError as error:
            if form.is_bound:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.error(request, str(error))
                return redirect("treasury:suspense", item_id)
    theirs, ours = reconciliation_queries.lines_of_item(item)
    context = {
        "item": item,
        "form": form,
        "theirs": theirs,
        "ours": ours,
        "entries": books.journals_of(suspense=item.id),
        "may_propose": SUSPENSE.allows(item.status, "propose"),
        "may_confirm": SUSPENSE.allows(item.status, "confirm") and item.proposed_by_id != actor(request).user_id,
    }
    return render(request, "treasury/suspense.html", context, status=422 if form.is_bound else 200)


def _act(request: HttpRequest, item_id: UUID, form: BookingForm) -> bool:
    step, now = request.POST.get("step"), timezone.now()
    if step == "confirm":
        suspense_operations.confirm_booking(item_id=item_id, actor=actor(request), now=now)
        messages.success(request, _("Booked. The entry is written."))
    elif step == "reject":
        suspense_operations.reject_booking(item_id=item_id, actor=actor(request), now=now)
        messages.info(request, _("Sent back. Another booking can be proposed."))
    elif not form.is_valid():
        return False
    else:
        suspense_operations.propose_booking(item_id=item_id, actor=actor(request), now=now, **form.cleaned_data)
        messages.success(request, _("Proposed. A second person has to confirm it."))
    return True
