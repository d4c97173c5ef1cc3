"""Cash between the doors: wanted by one member of staff, agreed to by another, believed when the doors show it."""

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
from apps.gateways.names import DoorName
from apps.ledger.queries import books
from apps.payouts.queries import liquidity
from apps.treasury.forms import CashMoveForm
from apps.treasury.operations import internal_transfers as internal_transfer_operations
from apps.treasury.queries import internal_transfers as internal_transfer_queries
from apps.treasury.states import CASH_MOVE, CashMoveStatus


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cash_moves(request: HttpRequest) -> HttpResponse:
    """What each door holds, what was moved, and the form that asks for another move."""
    policies.check_is_staff(actor(request))
    cash = liquidity.cash_at_doors()
    currencies = sorted({cash_row.held.currency for cash_row in cash})
    initial = {"source": settings.PAYMENT_GATEWAY, "target": "bank", "move_id": uuid7()}
    form = CashMoveForm(request.POST or None, doors=registry.names(), currencies=currencies, initial=initial)
    if request.method == "POST" and form.is_valid() and form.money is not None:
        cleaned_data = form.cleaned_data
        try:
            move = internal_transfer_operations.propose_move(
                move_id=cleaned_data["move_id"],
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
            return redirect("treasury:cash_move", move.id)
    moves = [
        (cash_move_row, DoorName(cash_move_row.source).label, DoorName(cash_move_row.target).label)
        for cash_move_row in internal_transfer_queries.cash_moves()
    ]
    context = {"form": form, "cash": cash, "moves": moves, "may_move": len(registry.names()) > 1 and bool(currencies)}
    return render(request, "payments/cash_moves.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cash_move(request: HttpRequest, move_id: UUID) -> HttpResponse:
    """One move: who wanted it and who agreed, what to type at the door, and the lines that show it."""
    asker = actor(request)
    policies.check_is_staff(asker)
    if request.method == "POST":
        try:
            _step(request, move_id)
        except DomainError as error:
            messages.error(request, str(error))
        return redirect("treasury:cash_move", move_id)
    result = internal_transfer_queries.cash_move(move_id)
    is_waiting = result.status in (CashMoveStatus.AGREED, CashMoveStatus.LEFT)
    context = {
        "move": result,
        "source": DoorName(result.source).label,
        "target": DoorName(result.target).label,
        "may_agree": CASH_MOVE.allows(result.status, "agree") and result.proposed_by_id != asker.user_id,
        "may_call_off": CASH_MOVE.allows(result.status, "call_off"),
        "candidates": list(internal_transfer_queries.lines_of_move(result)[:20]) if is_waiting else [],
        "is_waiting": is_waiting,
        "entries": books.journals_of(move=result.id),
    }
    return render(request, "payments/cash_move.html", context)


def _step(request: HttpRequest, move_id: UUID) -> None:
    step, asker, now = request.POST.get("step"), actor(request), timezone.now()
    if step == "agree":
        internal_transfer_operations.agree_to_move(move_id=move_id, actor=asker, now=now)
        messages.success(request, _("Agreed. Make the transfer now, and write the move's number into it."))
    elif step == "call_off":
        internal_transfer_operations.call_move_off(move_id=move_id, actor=asker, now=now)
        messages.info(request, _("Called off. Nothing moved."))
    else:
        line_id = uuid_or_none(request.POST.get("line"))
        if line_id is None:
            raise NotFound
        internal_transfer_operations.point_to_line(move_id=move_id, line_id=line_id, actor=asker, now=now)
        messages.success(request, _("Booked. The entry is written."))
