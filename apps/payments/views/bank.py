"""Bank transfers: what the payer has to transfer, and the staff's desk of statements and files."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from stdnum import iban as ibans
from stdnum import iso11649

from apps.accounts.middleware import actor
from apps.common.errors import DomainError, NotFound
from apps.payments import policies
from apps.payments.forms import StatementForm
from apps.payments.gateways.statements import BYTES_MAX
from apps.payments.operations import bank as bank_operations
from apps.payments.queries import bank as bank_queries
from apps.payments.queries import documents


@login_required
@require_safe
def bank_transfer(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """The checkout of the bank door: our account, the amount, and the reference that makes it the payer's."""
    charge = documents.charge_visible_to(actor(request), charge_id)
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


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bank(request: HttpRequest) -> HttpResponse:
    """Statements in, files out, and what waits between."""
    policies.check_is_staff(actor(request))
    form = StatementForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["statement"]
        try:
            made = bank_operations.import_statement(
                name=upload.name, body=upload.read(BYTES_MAX + 1), actor=actor(request), now=timezone.now()
            )
        except DomainError as refusal:
            form.add_error("statement", str(refusal))
        else:
            told = {"name": made.name, "count": made.lines.count()}
            messages.success(request, _("%(name)s is taken in, with %(count)s bookings of its own.") % told)
            return redirect("payments:bank")
    context = {
        "form": form,
        "orders": bank_queries.bank_orders(),
        "files": bank_queries.bank_files(),
        "statements": bank_queries.bank_statements(),
    }
    return render(request, "payments/bank.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def bank_export(request: HttpRequest) -> HttpResponse:
    try:
        made = bank_operations.export_orders(actor=actor(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("File %(number)s is made. Take it to the bank.") % {"number": made.number})
    return redirect("payments:bank")


@login_required
@require_safe
def bank_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    policies.check_is_staff(actor(request))
    found = bank_queries.bank_file(file_id)
    answer = HttpResponse(found.body, content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="pain.001-{found.number}.xml"'
    return answer


@login_required
@require_POST
def bank_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Staff have seen at the bank what became of it."""
    is_executed = request.POST.get("end") == "executed"
    try:
        bank_operations.end_order(order_id=order_id, is_executed=is_executed, actor=actor(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("payments:bank")
