"""Public pages of the weekly exposure report."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.common import fmt, spreadsheets
from apps.matching.models import FairnessReport
from apps.matching.queries import fairness as fairness_queries

WEEKS = 26
BAR = 160
LORENZ = 200

REGIONS = {
    "africa": _("Africa"), "americas": _("The Americas"), "asia": _("Asia"), "europe": _("Europe"),
    "oceania": _("Oceania"), "elsewhere": _("Elsewhere"),
}  # fmt: skip
NEWCOMERS = {"newcomer": _("No completed contract yet"), "known": _("One completed contract or more")}
TITLES = {"region": _("By region"), "language": _("By language of the site"), "newcomer": _("Newcomers and others")}
HEADS = {"region": _("Region"), "language": _("Language"), "newcomer": _("Experience here")}


@require_safe
def fairness(request: HttpRequest, week: date | None = None) -> HttpResponse:
    """Show the newest report, or the one of the given week."""
    report = fairness_queries.latest_report() if week is None else fairness_queries.report_of(week)
    reports = fairness_queries.reports(WEEKS)
    context: dict[str, Any] = {"report": report, "reports": [_line(report) for report in reports]}
    if report is not None:
        figures = report.figures
        context |= {
            "figures": figures,
            "until": report.week + timedelta(days=6),
            "gini": _decimal(figures.get("gini")),
            "newcomer_share": _bps(figures.get("newcomer_share")),
            "newcomer_interval": [_bps(item) for item in figures.get("newcomer_share_interval", [])],
            "lorenz": _curve(figures.get("lorenz", [])),
            "lorenz_rows": _quarters(figures.get("lorenz", [])),
            "groups": [_group(name, figures["groups"][name]) for name in TITLES] if "groups" in figures else [],
            "history": _bars(list(reversed(reports))[-12:]),
        }
    return render(request, "matching/fairness_report.html", context)


@require_safe
def fairness_csv(request: HttpRequest, week: date) -> StreamingHttpResponse:
    """Download one week as a table."""
    return spreadsheets.download(
        f"fairness-{week.isoformat()}", fairness_queries.report_rows(fairness_queries.report_of(week))
    )


def _line(report: FairnessReport) -> dict[str, Any]:
    figures = report.figures
    return {
        "week": report.week, "lists": figures["lists"], "gini": _decimal(figures.get("gini")),
        "newcomer_share": _bps(figures.get("newcomer_share")),
        "below": sum(row["verdict"] == "below" for rows in figures.get("groups", {}).values() for row in rows),
    }  # fmt: skip


def _group(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    widest = max((max(row["exposure"] or 0, row["relevance"] or 0) for row in rows), default=0) or 1
    return {
        "name": name,
        "title": TITLES[name],
        "head": HEADS[name],
        "rows": [
            {
                "label": _label(name, row["group"]),
                "people": row["people"],
                "exposure": _bps(row["exposure"]),
                "relevance": _bps(row["relevance"]),
                "exposure_bar": round(BAR * (row["exposure"] or 0) / widest),
                "relevance_bar": round(BAR * (row["relevance"] or 0) / widest),
                "ratio": _decimal(row["ratio"]),
                "ratio_interval": [_decimal(item) for item in row["ratio_interval"]],
                "impact": _decimal(row["impact"]),
                "impact_interval": [_decimal(item) for item in row["impact_interval"]],
                "verdict": row["verdict"],
            }
            for row in rows
        ],
    }


def _label(name: str, group: str) -> Any:
    if name == "language":
        return fmt.language_name(group)
    return (REGIONS if name == "region" else NEWCOMERS).get(group, group)


def _curve(points: list[float]) -> str:
    """Return the points of the Lorenz curve in a square, for an SVG polyline, where y grows downwards."""
    last = max(len(points) - 1, 1)
    return " ".join(f"{round(LORENZ * at / last)},{round(LORENZ * (1 - item))}" for at, item in enumerate(points))


def _quarters(points: list[float]) -> list[tuple[int, int | None]]:
    """Return (least shown share of the people, their share of all attention) in basis points, as text for the chart."""
    steps = len(points) - 1
    if steps < 1:
        return []
    return [(100 * per_cent, _bps(points[steps * per_cent // 100])) for per_cent in (25, 50, 75, 90)]


def _bars(reports: list[FairnessReport]) -> list[dict[str, int]]:
    """Return newcomers' share of the first ten per week; the full height of the chart is one half."""
    shares = [report.figures.get("newcomer_share") or 0 for report in reports]
    return [{"x": 40 * at, "height": min(100, round(200 * share))} for at, share in enumerate(shares)]


def _bps(share: float | None) -> int | None:
    return None if share is None else round(10_000 * share)


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))
