"""
Internal transfers between gateways: proposed by one staff member, approved by another, completed when the gateways'
statement lines show them.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.middleware import actor
from apps.common.errors import DomainError, NotFound
from apps.common.ids import uuid7, uuid_or_none
from apps.gateways import policies, registry
from apps.gateways.names import GatewayName
from apps.ledger.queries import books
from apps.payouts.queries import liquidity
from apps.treasury.forms import InternalTransferForm
from apps.treasury.operations import internal_transfers as internal_transfer_operations
from apps.treasury.queries import internal_transfers as internal_transfer_queries
from apps.treasury.states import INTERNAL_TRANSFER, InternalTransferStatus

TONES: dict[str, str] = {InternalTransferStatus.ARRIVED: "ok", InternalTransferStatus.CANCELLED: ""}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def internal_transfers(request: HttpRequest) -> HttpResponse:
    """The cash at each gateway, the transfers, and the form for a new transfer."""
    policies.check_is_staff(actor(request))
    cash = liquidity.cash_by_gateway()
    currencies = sorted({cash_row.held.currency for cash_row in cash})
    initial = {"source": settings.PAYMENT_GATEWAY, "target": "bank", "transfer_id": uuid7()}
    form = InternalTransferForm(request.POST or None, gateways=registry.names(), currencies=currencies, initial=initial)
    if request.method == "POST" and form.is_valid() and form.money is not None:
        cleaned_data = form.cleaned_data
        try:
            transfer = internal_transfer_operations.propose_transfer(
                transfer_id=cleaned_data["transfer_id"],
                source=cleaned_data["source"],
                target=cleaned_data["target"],
                amount=form.money,
                reason=cleaned_data["reason"],
                actor=actor(request),
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Written down. A second person has to agree before anything is promised."))
            return redirect("treasury:internal_transfer", transfer.id)
    transfers = [
        (
            internal_transfer_row,
            GatewayName(internal_transfer_row.source).label,
            GatewayName(internal_transfer_row.target).label,
        )
        for internal_transfer_row in internal_transfer_queries.internal_transfers()
    ]
    context = {
        "form": form,
        "cash": cash,
        "transfers": transfers,
        "may_move": len(registry.names()) > 1 and bool(currencies),
    }
    return render(request, "treasury/internal_transfers.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def internal_transfer(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """
    One transfer: who proposed and approved it, the data to enter at the gateway, and the statement lines that show it.
    """
    asker = actor(request)
    policies.check_is_staff(asker)
    if request.method == "POST":
        try:
            _step(request, transfer_id)
        except DomainError as error:
            messages.error(request, str(error))
        return redirect("treasury:internal_transfer", transfer_id)
    result = internal_transfer_queries.internal_transfer(transfer_id)
    is_waiting = result.status in (InternalTransferStatus.AGREED, InternalTransferStatus.LEFT)
    context = {
        "transfer": result,
        "tone": TONES.get(str(result.status), "brand"),
        "source": GatewayName(result.source).label,
        "target": GatewayName(result.target).label,
        "may_approve": INTERNAL_TRANSFER.allows(result.status, "approve") and result.proposed_by_id != asker.user_id,
        "may_cancel": INTERNAL_TRANSFER.allows(result.status, "cancel"),
        "candidates": list(internal_transfer_queries.lines_of_transfer(result)[:20]) if is_waiting else [],
        "is_waiting": is_waiting,
        "entries": books.journals_of(transfer=result.id),
    }
    return render(request, "treasury/internal_transfer.html", context)


def _step(request: HttpRequest, transfer_id: UUID) -> None:
    step, asker, now = request.POST.get("step"), actor(request), timezone.now()
    if step == "approve":
        internal_transfer_operations.approve_transfer(transfer_id=transfer_id, actor=asker, now=now)
        messages.success(request, _("Agreed. Make the transfer now, and write the number into its purpose."))
    elif step == "cancel":
        internal_transfer_operations.cancel_transfer(transfer_id=transfer_id, actor=asker, now=now)
        messages.info(request, _("Cancelled. Nothing moved."))
    else:
        line_id = uuid_or_none(request.POST.get("line"))
        if line_id is None:
            raise NotFound
        internal_transfer_operations.match_statement_line(
            transfer_id=transfer_id, line_id=line_id, actor=asker, now=now
        )
        messages.success(request, _("Booked. The entry is written."))
