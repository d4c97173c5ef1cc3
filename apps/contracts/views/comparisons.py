"""A change request, side by side: the terms before and after, and what happens to the money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.common.money import Money
from apps.contracts import terms
from apps.contracts.models import Contract
from apps.contracts.queries import changes as queries


@dataclass(frozen=True, slots=True)
class Row:
    """One milestone, before and after. `title` is the one that it has, `was_title` the earlier one if it differs."""

    kind: str
    title: str
    was_title: str
    amount_before: Money | None
    amount_after: Money | None
    days_before: int | None
    days_after: int | None
    due_before: datetime | None
    due_after: datetime | None
    to_fund: Money | None
    back: Money | None
    is_extra: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An acceptance criterion: kept, added or removed."""

    kind: str
    text: str


def comparison(contract: Contract, change: terms.Change, *, amount_before: Money | None = None) -> dict[str, Any]:
    """
    Return what the page shows of a change.

    :param amount_before: the contract's amount when the change was proposed; by default its amount now.
    """
    before = amount_before or contract.amount
    return {
        "rows": [_row(step, contract.currency) for step in change.steps],
        "is_reordered": bool(change.order) and not any(step.extra_for for step in change.steps),
        "criteria": _lines(*change.criteria) if change.criteria else [],
        "revisions": change.revisions,
        "amount_before": before,
        "amount_after": before + Money(change.delta_minor, contract.currency),
        "has_other_amount": bool(change.delta_minor),
        "to_fund": Money(max(0, sum(_to_fund(step) for step in change.steps)), contract.currency),
        "back": queries.returned(change, contract.currency),
    }


def _to_fund(step: terms.StepChange) -> int:
    return step.delta_minor if step.money == terms.PLANNED else 0


def _row(step: terms.StepChange, currency: str) -> Row:
    def pair(field: str) -> tuple[Any, Any]:
        return step.values.get(field, (None, None))

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, currency)

    title_before, title_after = pair("title")
    amount_before, amount_after = pair("amount_minor")
    days_before, days_after = pair("days")
    due_before, due_after = pair("due_at")
    return Row(
        kind=step.kind,
        title=title_after or step.title,
        was_title=title_before if title_before and title_after else "",
        amount_before=money(amount_before),
        amount_after=money(amount_after),
        days_before=days_before,
        days_after=days_after,
        due_before=due_before,
        due_after=due_after,
        to_fund=money(_to_fund(step)) if step.kind == terms.ADDED else None,
        back=money(-step.delta_minor) if step.returns_money else None,
        is_extra=step.extra_for is not None,
    )


def _lines(before: tuple[str, ...], after: tuple[str, ...]) -> list[Line]:
    removed = [Line("removed", text) for text in before if text not in after]
    return [*(Line("kept" if text in before else "added", text) for text in after), *removed]
