"""Public pages of liabilities and their coverage, and each organization's own proof."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.middleware import actor
from apps.accounts.queries import organizations
from apps.assurance import queries
from apps.assurance.models import Report
from apps.common.errors import NotFound
from apps.ledger.queries import chain
from apps.payments import policies as payments
from apps.treasury.queries import holdings

SCRIPT = Path(settings.BASE_DIR) / "scripts" / "verify_inclusion.py"


@require_safe
def transparency(request: HttpRequest, night: date | None = None) -> HttpResponse:
    """Show the newest report, or that of one night."""
    report = queries.latest_report() if night is None else queries.report_of(night)
    context: dict[str, Any] = {
        "report": report,
        "reports": queries.reports(14),
        "seals": chain.seals(7),
        "reserve": holdings.reserve_figures(timezone.now()),
        "has_balances": actor(request).organization_id is not None,
    }
    if report is not None:
        rows = queries.coverage(report)
        context |= {"rows": rows, "is_covered": all(row.is_covered for row in rows)}
    return render(request, "assurance/report_detail.html", context)


@require_safe
def report_json(request: HttpRequest, night: date) -> JsonResponse:
    """Return the report in the format of `verify_inclusion.py --report`."""
    return JsonResponse(queries.report_as_json(queries.report_of(night)))


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    report = _report(request)
    organization_id = actor(request).organization_id
    if organization_id is None:
        raise NotFound
    payments.check_can_see_money(actor(request), organization_id)
    proofs = queries.proofs_for(organization_id, report) if report else []
    context = {"report": report, "proofs": proofs, "are_sound": all(proof.is_sound for proof in proofs)}
    return render(request, "assurance/proof_list.html", context)


@login_required
@require_safe
def mine_json(request: HttpRequest) -> JsonResponse:
    report = _report(request)
    organization_id = actor(request).organization_id
    if report is None or organization_id is None:
        raise NotFound
    payments.check_can_see_money(actor(request), organization_id)
    organization = organizations.organization(organization_id)
    proofs_as_json = queries.proofs_as_json(organization, report, queries.proofs_for(organization_id, report))
    response = JsonResponse(proofs_as_json)
    response["Content-Disposition"] = f'attachment; filename="proof-{report.night:%Y-%m-%d}.json"'
    return response


@require_safe
def verifier(request: HttpRequest) -> FileResponse:
    """Download the stand-alone script that checks a proof."""
    return FileResponse(SCRIPT.open("rb"), as_attachment=True, filename=SCRIPT.name, content_type="text/x-python")


def _report(request: HttpRequest) -> Report | None:
    night = request.GET.get("night", "")
    if not night:
        return queries.latest_report()
    try:
        return queries.report_of(date.fromisoformat(night))
    except ValueError as error:
        raise NotFound from error
