"""Staff pages for bank statements and bank files."""

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
from apps.banking import queries
from apps.banking.formats.reader import BYTES_MAX
from apps.banking.forms import StatementForm
from apps.banking.operations import orders, statements
from apps.common.errors import DomainError
from apps.gateways import policies


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bank(request: HttpRequest) -> HttpResponse:
    """Import statements, create files, and see the waiting orders."""
    policies.check_is_staff(actor(request))
    form = StatementForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["statement"]
        try:
            bank_statement = statements.import_statement(
                name=upload.name, body=upload.read(BYTES_MAX + 1), actor=actor(request), now=timezone.now()
            )
        except DomainError as error:
            form.add_error("statement", str(error))
        else:
            values = {"name": bank_statement.name, "count": bank_statement.lines.count()}
            messages.success(request, _("%(name)s is taken in, with %(count)s bookings of its own.") % values)
            return redirect("banking:bank")
    context = {
        "form": form,
        "orders": queries.bank_orders(),
        "files": queries.bank_files(),
        "statements": queries.bank_statements(),
    }
    return render(request, "banking/bank.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def bank_export(request: HttpRequest) -> HttpResponse:
    try:
        bank_file = orders.export_orders(actor=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("File %(number)s is made. Take it to the bank.") % {"number": bank_file.number})
    return redirect("banking:bank")


@login_required
@require_safe
def bank_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    policies.check_is_staff(actor(request))
    result = queries.bank_file(file_id)
    answer = HttpResponse(result.body, content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="pain.001-{result.number}.xml"'
    return answer


@login_required
@require_POST
def bank_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Staff record the outcome of an order they have seen at the bank."""
    is_executed = request.POST.get("end") == "executed"
    try:
        orders.end_order(order_id=order_id, is_executed=is_executed, actor=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("banking:bank")
