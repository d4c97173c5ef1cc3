"""A month of the organization's money: page, CSV and JSON with the same figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.common import spreadsheets
from apps.common.money import Money
from apps.invoicing.queries import statements as statement_queries
from apps.invoicing.views.documents import organization_id_of
from apps.ledger.templatetags.books import event_label

LABELS: dict[str, str | Promise] = {
    "held": _("Held"),
    "frozen": _("Frozen"),
    "fee": _("Our fee, not yet earned"),
    "credit": _("Credit"),
    "available": _("Available"),
}
ROWS_MAX = 500
"""Maximum number of rows on the page; the files contain all."""


def _this_month() -> date:
    return timezone.now().astimezone(UTC).date().replace(day=1)


def _shifted(month: date, by: int) -> date:
    place = month.year * 12 + month.month - 1 + by
    return date(place // 12, place % 12 + 1, 1)


@login_required
@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    """Show the current month, or the month requested by the form."""
    typed = request.GET.get("month", "")
    try:
        month = datetime.strptime(typed, "%Y-%m").replace(tzinfo=UTC).date()
        return redirect("invoicing:statement", month)
    except (ValueError, NoReverseMatch):  # not a month, or a month of a year without a page
        return redirect("invoicing:statement", _this_month())


@login_required
@require_safe
def statement(request: HttpRequest, month: date) -> HttpResponse:
    monthly_statement = statement_queries.monthly_statement(organization_id_of(request), month)
    context = {
        "month": month,
        "currencies": [_shown(item) for item in monthly_statement],
        "before": _shifted(month, -1) if month.year > 2000 else None,
        "after": _shifted(month, 1) if month < _this_month() else None,
        "rows_max": ROWS_MAX,
    }
    return render(request, "invoicing/statement.html", context)


def _shown(statement: statement_queries.CurrencyStatement) -> dict[str, Any]:
    """Return one currency with a column per used bucket; each amount has its label, for the cards shown on phones."""
    labels = [(name, LABELS[name]) for name in statement.buckets]
    return {
        "currency": statement.currency,
        "labels": [label for _name, label in labels],
        "opening": [(label, statement.opening[name]) for name, label in labels],
        "closing": [(label, statement.closing[name]) for name, label in labels],
        "opening_total": statement.opening_total,
        "closing_total": statement.closing_total,
        "rows": [(row, [(label, row.parts[name]) for name, label in labels]) for row in statement.rows[:ROWS_MAX]],
        "is_cut": len(statement.rows) > ROWS_MAX,
    }


@login_required
@require_safe
def statement_csv(request: HttpRequest, month: date) -> StreamingHttpResponse:
    """Download every line, oldest first, between the opening and closing lines; amounts are plain decimals."""
    statements = statement_queries.monthly_statement(organization_id_of(request), month)
    head = ("date", "event", "what", "about", *statement_queries.BUCKETS, "change", "balance", "currency", "entry")
    return spreadsheets.download(
        f"statement-{month:%Y-%m}", [head, *(cells for statement_row in statements for cells in _cells(statement_row))]
    )


def _cells(statement: statement_queries.CurrencyStatement) -> Iterator[list[object]]:
    def parts(amounts: Mapping[str, Money]) -> list[object]:
        return [amounts[name].as_decimal() for name in statement_queries.BUCKETS]

    yield [
        "",
        "opening",
        "",
        "",
        *parts(statement.opening),
        "",
        statement.opening_total.as_decimal(),
        statement.currency,
        "",
    ]
    for row in statement.rows:
        cells = [row.happened_at.isoformat(), row.event, event_label(row.event), row.about]
        moved = [row.change.as_decimal(), row.balance.as_decimal(), statement.currency, row.journal_id]
        yield [*cells, *parts(row.parts), *moved]
    yield [
        "",
        "closing",
        "",
        "",
        *parts(statement.closing),
        "",
        statement.closing_total.as_decimal(),
        statement.currency,
        "",
    ]


@login_required
@require_safe
def statement_json(request: HttpRequest, month: date) -> JsonResponse:
    organization_id = organization_id_of(request)
    monthly_statement = statement_queries.monthly_statement(organization_id, month)
    response = JsonResponse(statement_queries.statement_as_json(organization_id, month, monthly_statement))
    response["Content-Disposition"] = f'attachment; filename="statement-{month:%Y-%m}.json"'
    return response
