from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.views.questions import back
from apps.common import keyset
from apps.common.errors import Conflict, Unavailable
from apps.common.money import Money
from apps.payments import policies
from apps.payments.operations import charges as charge_operations
from apps.payments.queries import chargebacks, receipts
from apps.payments.queries import charges as charge_queries
from apps.payments.views.own_organization import organization_id_of


@login_required
@require_safe
def charges(request: HttpRequest) -> HttpResponse:
    page = keyset.page(
        charge_queries.charges_of(organization_id_of(request)),
        order="-created_at",
        cursor=request.GET.get("cursor", ""),
    )
    return render(request, "payments/charge_list.html", {"charges": page, "next_cursor": page.next_cursor})


@login_required
@require_safe
def charge(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    result = charge_queries.charge_visible_to(actor(request), charge_id)
    context: dict[str, Any] = {
        "charge": result,
        "entries": receipts.receipt_of_charge(result).entries,
        "refunds": list(result.refunds.order_by("created_at")),
        "chargebacks": list(chargebacks.chargebacks_of_charge(result.id)),
        "fee": Money(result.fee_minor, result.currency) if result.fee_minor is not None else None,
        "may_cancel": policies.can_cancel_charge(actor(request), result),
    }
    return render(request, "payments/charge_detail.html", context)


@login_required
@require_POST
def cancel_charge(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Cancel a payment that was not made yet, then return to the previous page."""
    result = charge_queries.charge_visible_to(actor(request), charge_id)
    try:
        charge_operations.cancel_charge(charge_id=result.id, actor=actor(request), now=timezone.now())
    except (Conflict, Unavailable) as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The payment is cancelled. Nothing was taken."))
    return back(request, reverse("payments:charge", args=[result.id]))
