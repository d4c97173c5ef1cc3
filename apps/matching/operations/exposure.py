"""The weekly exposure report."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from apps.matching.models import FairnessReport
from apps.matching.queries import fairness


def week_before(now: datetime) -> date:
    """Return the Monday of the last complete week (UTC)."""
    today = now.astimezone(UTC).date()
    return today - timedelta(days=today.weekday() + 7)


@transaction.atomic
def write_fairness_report(*, week: date, now: datetime) -> FairnessReport | None:
    """
    Publish the figures of the week that starts on this Monday. None if the week is not over or nothing was shown.

    A report never changes: a second call returns the existing one.
    """
    if week.weekday() != 0 or week > week_before(now):
        return None
    published = FairnessReport.objects.filter(week=week).first()
    if published is not None:
        return published
    figures = fairness.measured_week(week)
    if figures is None:
        return None
    FairnessReport.objects.bulk_create([FairnessReport(week=week, made_at=now, figures=figures)], ignore_conflicts=True)
    return fairness.report_of(week)
