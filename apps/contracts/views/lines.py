"""The buttons between the lines of a form of milestones: add, split, move up. They need no script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from apps.contracts import terms
from apps.contracts.forms import StepForm

PREFIX = "steps"
_FIELDS = ("id", "title", "amount", "days", "due_at", "drop")


def edited(request: HttpRequest) -> list[dict[str, Any]] | None:
    """
    Return the lines after one of the form's own buttons (add, split, move up), as typed; None if the form was sent.
    """
    data = request.POST
    number = min(int(data.get(f"{PREFIX}-TOTAL_FORMS") or 0), terms.STEPS_MAX) if _is_count(data) else 0
    rows = [{name: data.get(f"{PREFIX}-{index}-{name}", "") for name in _FIELDS} for index in range(number)]
    if "add" in data:
        return [*rows, dict[str, Any](days=7)][: terms.STEPS_MAX]
    edits: dict[str, Callable[[list[dict[str, Any]], int], list[dict[str, Any]]]] = {"split": _split, "up": _move_up}
    for verb, edit in edits.items():
        index = data.get(verb, "")
        if index.isdecimal() and int(index) < len(rows):
            return edit(rows, int(index))[: terms.STEPS_MAX]
    return None


def _is_count(data: Any) -> bool:
    return str(data.get(f"{PREFIX}-TOTAL_FORMS", "")).isdecimal()


def _split(rows: list[dict[str, Any]], index: int) -> list[dict[str, Any]]:
    """One line becomes two with half of the amount each, if the amount can be read."""
    first, second = dict(rows[index]), dict(rows[index], id="", drop="")
    try:
        whole = StepForm.base_fields["amount"].clean(first["amount"])
    except ValidationError:
        whole = None
    if whole is not None:
        half = (whole / 2).quantize(whole)
        first["amount"], second["amount"] = whole - half, half
    return [*rows[:index], first, second, *rows[index + 1 :]]


def _move_up(rows: list[dict[str, Any]], index: int) -> list[dict[str, Any]]:
    if index:
        rows[index - 1], rows[index] = rows[index], rows[index - 1]
    return rows
