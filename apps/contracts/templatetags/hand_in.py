"""Findings of hand-in checks beside the criteria, and facts below the files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template

from apps.contracts.hand_in import texts
from apps.contracts.hand_in.texts import FindingText
from apps.files.models import StoredFile

register = template.Library()


@register.filter
def about(findings: Iterable[Mapping[str, Any]], criterion_id: object) -> list[FindingText]:
    """The findings about one criterion; with an empty id those that every delivery gets."""
    return [texts.finding_text(finding) for finding in findings if finding["criterion_id"] == str(criterion_id)]


@register.filter
def facts(file: StoredFile) -> Sequence[str]:
    return texts.facts_text(file.facts)
