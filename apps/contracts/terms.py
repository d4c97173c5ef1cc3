"""
The difference between the terms in force and those that one side proposes, and the terms after it. Pure.

A change request stores a `Change`: only what differs, with the values before and after. Acceptance applies it to the
milestones as they are then, and refuses if one of them is no longer as it was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.common.money import Money
from apps.contracts import errors
from apps.contracts.states import CHANGEABLE, HOLDS_MONEY, MilestoneStatus

STEPS_MAX = 30
CRITERIA_MAX = 20
DAYS_MAX = 730
REVISIONS_MAX = 20
AMOUNT_MAX = 10**15

PLANNED, HELD = "planned", "held"
ADDED, CHANGED, DROPPED = "added", "changed", "dropped"
FIELDS = ("title", "amount_minor", "days", "due_at")


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone as it is; `released_minor` is what the freelancer already received of it, before fees."""

    id: UUID
    title: str
    amount_minor: int
    days: int
    due_at: datetime | None
    status: str
    currency: str
    released_minor: int = 0

    @property
    def money(self) -> str:
        return HELD if self.status in HOLDS_MONEY else PLANNED


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    A milestone as proposed; without `id` a new one. A funded milestone has a date (`due_at`, None keeps it), the others
    a number of days.
    """

    id: UUID | None
    title: str
    amount_minor: int
    days: int = 0
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The terms as one side wants them. Milestones that it does not name are dropped, if they can be changed at all."""

    steps: tuple[Wanted, ...]
    criteria: tuple[str, ...]
    revisions: int


@dataclass(frozen=True, slots=True)
class StepChange:
    """
    One milestone's difference. `values` has (before, after) for each field that differs; before is None for an added
    milestone, after is None for a dropped one.

    :param money: whether money was held for it when the change was proposed.
    :param title: what the milestone was called then, or is to be called if it is added.
    :param extra_for: the funded milestone whose price is raised by this added one.
    """

    id: UUID
    kind: str
    money: str
    title: str
    values: dict[str, tuple[Any, Any]]
    extra_for: UUID | None = None

    def before(self, field: str) -> Any:
        return self.values[field][0]

    def after(self, field: str) -> Any:
        return self.values[field][1]

    @property
    def delta_minor(self) -> int:
        """By how much the contract's amount grows."""
        before, after = self.values.get("amount_minor", (0, 0))
        return (after or 0) - (before or 0)

    @property
    def returns_money(self) -> bool:
        """Whether held money goes back to the employer."""
        return self.money == HELD and self.delta_minor < 0


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that differs. `order` is that of all changeable milestones after it, or empty if it stays."""

    steps: tuple[StepChange, ...]
    order: tuple[UUID, ...]
    criteria: tuple[tuple[str, ...], tuple[str, ...]] | None
    revisions: tuple[int, int] | None

    @property
    def is_empty(self) -> bool:
        return not (self.steps or self.order or self.criteria or self.revisions)

    @property
    def delta_minor(self) -> int:
        return sum(step.delta_minor for step in self.steps)

    @property
    def returns_money(self) -> bool:
        return any(step.returns_money for step in self.steps)

    @property
    def is_date_only(self) -> bool:
        return not (self.order or self.criteria or self.revisions) and all(
            step.kind == CHANGED and set(step.values) <= {"days", "due_at"} for step in self.steps
        )

    def is_about(self, milestone_id: UUID) -> bool:
        """Whether the work of this milestone would be judged by other terms."""
        return self.criteria is not None or any(milestone_id in (step.id, step.extra_for) for step in self.steps)


def difference(
    current: Sequence[Step],
    criteria: Sequence[str],
    revisions: int,
    draft: Draft,
    *,
    now: datetime,
    new_id: Callable[[], UUID],
) -> Change:
    """
    What the draft changes. A higher price of a funded milestone becomes a new milestone with the difference, so that
    the new money is funded before the new work.

    :raises Invalid, Conflict: one of `apps.contracts.errors`.
    """
    by_id = {step.id: step for step in current}
    changeable = [step for step in current if step.status in CHANGEABLE]
    named = [wish.id for wish in draft.steps if wish.id is not None]
    if len(set(named)) != len(named) or not set(named) <= set(by_id):
        raise errors.MilestoneUnknown
    changes: list[StepChange] = []
    order: list[UUID] = []
    for wish in draft.steps:
        _check_readable(wish)
        if wish.id is None:
            added = _added(new_id(), wish)
            changes.append(added)
            order.append(added.id)
            continue
        step = by_id[wish.id]
        order.append(step.id)
        values = _values(step, wish, now)
        extra = None
        if step.money == HELD and wish.amount_minor > step.amount_minor:
            more = Wanted(None, wish.title.strip(), wish.amount_minor - step.amount_minor, max(1, step.days))
            extra = _added(new_id(), more, extra_for=step.id)
            del values["amount_minor"]
        if values and step.status not in CHANGEABLE:
            raise errors.MilestoneFixed(title=step.title)
        if extra is not None and step.status not in CHANGEABLE:
            raise errors.MilestoneFixed(title=step.title)
        if values:
            changes.append(StepChange(step.id, CHANGED, step.money, step.title, values))
        if extra is not None:
            changes.append(extra)
            order.append(extra.id)
    for step in changeable:
        if step.id not in named:
            changes.append(_dropped(step))
    change = Change(
        steps=tuple(changes),
        order=_order(changeable, changes, order),
        criteria=_criteria(criteria, draft.criteria),
        revisions=(revisions, draft.revisions) if revisions != draft.revisions else None,
    )
    _check_whole(change, current, draft)
    return change


def check_new(draft: Draft) -> Draft:
    """
    Return the terms of a new contract, tidied.

    :raises Invalid: one of `apps.contracts.errors`.
    """
    if not draft.steps:
        raise errors.MilestonesMissing
    if len(draft.steps) > STEPS_MAX:
        raise errors.TooManyMilestones(most=STEPS_MAX)
    for step in draft.steps:
        _check_readable(step)
    if not 0 <= draft.revisions <= REVISIONS_MAX:
        raise errors.TermNotReadable(field="revisions")
    criteria = _criteria((), draft.criteria)
    if criteria is None:
        raise errors.CriteriaMissing
    return replace(draft, criteria=criteria[1])


def _check_readable(wish: Wanted) -> None:
    title = wish.title.strip()
    is_amount = 0 < wish.amount_minor <= AMOUNT_MAX
    is_days = 1 <= wish.days <= DAYS_MAX if wish.id is None else 0 <= wish.days <= DAYS_MAX
    if not title or len(title) > 140 or not is_amount or not is_days:
        raise errors.TermNotReadable(field="milestones")


def _added(milestone_id: UUID, wish: Wanted, *, extra_for: UUID | None = None) -> StepChange:
    values: dict[str, tuple[Any, Any]] = {
        "title": (None, wish.title.strip()),
        "amount_minor": (None, wish.amount_minor),
        "days": (None, wish.days),
    }
    return StepChange(milestone_id, ADDED, PLANNED, wish.title.strip(), values, extra_for)


def _dropped(step: Step) -> StepChange:
    """Of a milestone that was partly released only the rest is dropped: its price becomes what was released."""
    _check_no_payment(step)
    if step.released_minor:
        values = {"amount_minor": (step.amount_minor, step.released_minor)}
        return StepChange(step.id, CHANGED, HELD, step.title, values)
    return StepChange(step.id, DROPPED, step.money, step.title, {"amount_minor": (step.amount_minor, None)})


def _check_no_payment(step: Step) -> None:
    if step.status == MilestoneStatus.AWAITING_PAYMENT:
        raise errors.PaymentStarted(title=step.title)


def _values(step: Step, wish: Wanted, now: datetime) -> dict[str, tuple[Any, Any]]:
    values: dict[str, tuple[Any, Any]] = {}
    if wish.title.strip() != step.title:
        values["title"] = (step.title, wish.title.strip())
    if wish.amount_minor != step.amount_minor:
        _check_no_payment(step)
        if wish.amount_minor < step.released_minor:
            raise errors.BelowReleased(title=step.title, released=Money(step.released_minor, step.currency))
        values["amount_minor"] = (step.amount_minor, wish.amount_minor)
    if step.money == HELD:
        if wish.due_at is not None and wish.due_at != step.due_at:
            if wish.due_at <= now:
                raise errors.DateInThePast(title=step.title)
            values["due_at"] = (step.due_at, wish.due_at)
    elif wish.days not in (0, step.days):
        values["days"] = (step.days, wish.days)
    return values


def _order(changeable: Sequence[Step], changes: Sequence[StepChange], wish: Sequence[UUID]) -> tuple[UUID, ...]:
    """The order after the change; empty if it is the order that comes about without moving anything."""
    gone = {step.id for step in changes if step.kind == DROPPED}
    extras = {step.extra_for: step.id for step in changes if step.extra_for is not None}
    added = [step.id for step in changes if step.kind == ADDED]
    kept = [step.id for step in changeable if step.id not in gone]
    allowed = {*kept, *added}
    after = [milestone_id for milestone_id in wish if milestone_id in allowed]
    after += [milestone_id for milestone_id in kept if milestone_id not in after]  # the released part of a dropped one
    return () if after == [*kept, *added] and not extras else tuple(after)


def _criteria(before: Sequence[str], after: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    kept = tuple(" ".join(text.split()) for text in after if text.strip())
    if list(kept) == [" ".join(text.split()) for text in before]:
        return None
    if not kept:
        raise errors.CriteriaMissing
    if len(kept) > CRITERIA_MAX:
        raise errors.TooManyCriteria(most=CRITERIA_MAX)
    if any(len(text) > 400 for text in kept):
        raise errors.TermNotReadable(field="criteria")
    return tuple(before), kept


def _check_whole(change: Change, current: Sequence[Step], draft: Draft) -> None:
    if change.is_empty:
        raise errors.NothingChanged
    added = sum(1 for step in change.steps if step.kind == ADDED)
    dropped = sum(1 for step in change.steps if step.kind == DROPPED)
    if len(current) + added - dropped < 1:
        raise errors.NoMilestoneLeft
    if len(current) + added - dropped > STEPS_MAX:
        raise errors.TooManyMilestones(most=STEPS_MAX)
    if not 0 <= draft.revisions <= REVISIONS_MAX:
        raise errors.TermNotReadable(field="revisions")


def check_still_fits(change: Change, current: Sequence[Step]) -> None:
    """
    :raises ChangeOutdated: if a milestone is no longer as it was when the change was proposed.
    :raises PaymentStarted: if its price would change while a payment of it is open.
    """
    by_id = {step.id: step for step in current}
    for item in change.steps:
        subject = by_id.get(item.extra_for or item.id)
        if item.kind == ADDED and item.extra_for is None:
            continue
        if subject is None or subject.status not in CHANGEABLE:
            raise errors.ChangeOutdated(title=item.title)
        if subject.money != (HELD if item.extra_for else item.money):
            raise errors.ChangeOutdated(title=subject.title)
        if item.kind == ADDED:
            continue
        if any(getattr(subject, field) != before for field, (before, _after) in item.values.items()):
            raise errors.ChangeOutdated(title=subject.title)
        if "amount_minor" in item.values:
            _check_no_payment(subject)
            if subject.released_minor > (item.after("amount_minor") or 0):
                raise errors.ChangeOutdated(title=subject.title)


def terms_after(
    terms: dict[str, Any],
    change: Change,
    current: Sequence[Step],
    *,
    number: int,
    previous_sha256: str,
    criteria: Iterable[str],
    revisions: int,
    reason: str,
) -> dict[str, Any]:
    """
    The full terms of the next version, as plain values.

    :param terms: the terms in force.
    :param current: the milestones in force, in their order.
    """
    before_minor, agreed = int(terms["amount_minor"]), _agreed_dates(terms)
    steps = _steps_after(change, current, agreed)
    amount_minor = sum(step["amount_minor"] for step in steps)
    return {
        **terms,
        "version": number,
        "previous_sha256": previous_sha256,
        "change_reason": reason,
        "amount_minor": amount_minor,
        "exchange_minor": int(terms.get("exchange_minor", 0)) * amount_minor // before_minor,
        "days": sum(step["days"] for step in steps),
        "criteria": list(change.criteria[1] if change.criteria else criteria),
        "revisions_included": change.revisions[1] if change.revisions else revisions,
        "milestones": steps,
    }


def _agreed_dates(terms: dict[str, Any]) -> dict[str, str]:
    """The dates that earlier changes agreed on, by milestone; the others follow from the days."""
    return {step["id"]: step["due_at"] for step in terms["milestones"] if step.get("id") and step.get("due_at")}


def _steps_after(change: Change, current: Sequence[Step], agreed: dict[str, str]) -> list[dict[str, Any]]:
    changes = {step.id: step for step in change.steps}
    rows: dict[UUID, dict[str, Any]] = {}
    for step in current:
        item = changes.get(step.id)
        if item is not None and item.kind == DROPPED:
            continue
        row: dict[str, Any] = {
            "id": str(step.id),
            "title": step.title,
            "amount_minor": step.amount_minor,
            "days": step.days,
        }
        if str(step.id) in agreed:
            row["due_at"] = agreed[str(step.id)]
        if item is not None:
            row |= {field: _plain(after) for field, (_before, after) in item.values.items()}
        rows[step.id] = row
    for item in change.steps:
        if item.kind == ADDED:
            rows[item.id] = {"id": str(item.id)} | {field: after for field, (_before, after) in item.values.items()}
            if item.extra_for is not None:
                rows[item.id]["extra_for"] = str(item.extra_for)
    return [rows[milestone_id] for milestone_id in order_after(change, list(rows), current)]


def order_after(change: Change, ids: Sequence[UUID], current: Sequence[Step]) -> list[UUID]:
    """The milestones' order after the change: those that cannot change first, then the rest as proposed."""
    fixed = [step.id for step in current if step.status not in CHANGEABLE and step.id in ids]
    if not change.order:
        return list(ids)
    ordered = [milestone_id for milestone_id in change.order if milestone_id in ids and milestone_id not in fixed]
    rest = [milestone_id for milestone_id in ids if milestone_id not in ordered and milestone_id not in fixed]
    return [*fixed, *ordered, *rest]


# -- as JSON


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def to_json(change: Change) -> dict[str, Any]:
    return {
        "steps": [
            {
                "id": str(step.id),
                "kind": step.kind,
                "money": step.money,
                "title": step.title,
                "values": {field: [_plain(before), _plain(after)] for field, (before, after) in step.values.items()},
                "extra_for": str(step.extra_for) if step.extra_for else None,
            }
            for step in change.steps
        ],
        "order": [str(milestone_id) for milestone_id in change.order],
        "criteria": [list(part) for part in change.criteria] if change.criteria else None,
        "revisions": list(change.revisions) if change.revisions else None,
    }


def from_json(data: dict[str, Any]) -> Change:
    return Change(
        steps=tuple(
            StepChange(
                id=UUID(step["id"]),
                kind=step["kind"],
                money=step["money"],
                title=step["title"],
                values={field: _pair(field, pair) for field, pair in step["values"].items()},
                extra_for=UUID(step["extra_for"]) if step["extra_for"] else None,
            )
            for step in data["steps"]
        ),
        order=tuple(UUID(milestone_id) for milestone_id in data["order"]),
        criteria=(tuple(data["criteria"][0]), tuple(data["criteria"][1])) if data["criteria"] else None,
        revisions=(data["revisions"][0], data["revisions"][1]) if data["revisions"] else None,
    )


def _pair(field: str, pair: list[Any]) -> tuple[Any, Any]:
    if field != "due_at":
        return pair[0], pair[1]
    before, after = (datetime.fromisoformat(value) if value else None for value in pair)
    return before, after
