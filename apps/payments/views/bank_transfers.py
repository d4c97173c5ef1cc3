from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from stdnum import iban as ibans
from stdnum import iso11649

from apps.accounts.middleware import actor
from apps.common.errors import NotFound
from apps.payments.queries import charges


@login_required
@require_safe
def bank_transfer(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """The checkout of the bank gateway: our account, the amount, and the reference that identifies the payment."""
    charge = charges.charge_visible_to(actor(request), charge_id)
    if charge.gateway != "bank":
        raise NotFound
    context = {
        "charge": charge,
        "iban": ibans.format(settings.BANK_IBAN),
        "holder": settings.BANK_HOLDER,
        "reference": iso11649.format(charge.remote_session_id) if charge.remote_session_id else "",
        "back": charge.cancel_url,
    }
    return render(request, "payments/bank_transfer.html", context)
