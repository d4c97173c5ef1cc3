"""The rules for a complete brief. Plain values in and out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.common.text import is_visible
from apps.tasks.states import AlertPace, InvitationState, TaskStatus

CRITERIA_MAX = 20
SKILLS_MAX = 15
ALERT_HOUR = 8
ALERT_PAUSE = timedelta(minutes=5)
"""How often a search whose alerts come at once looks for new tasks."""
BIDDING_MIN = timedelta(hours=1)
BIDDING_MAX = timedelta(days=60)
DECISION_MAX = timedelta(days=60)


PLAN_MAX = 12
"""Suggested milestones: as many as a bid may have."""
TITLE_MAX = 140
REVISIONS_MAX = 20


@dataclass(frozen=True, slots=True)
class PlannedMilestone:
    """:param share: per cent of the price, 1 to 100; None if the employer leaves it open."""

    title: str
    share: int | None = None

    @property
    def share_bps(self) -> int:
        return (self.share or 0) * 100


_SHARE = re.compile(r"^(?P<title>.*?)[\s:：,，·–-]*(?P<share>\d{1,3})\s*[%％٪]$")


def planned_milestone(line: str) -> PlannedMilestone:
    """
    Read one line of a plan: its title, and the share of the price at its end ("First draft 40 %"), in any digits.

    Whether it makes sense says `is_readable`.
    """
    text = " ".join(line.split()).lstrip("-•– ")
    matched = _SHARE.match(text)
    return PlannedMilestone(matched["title"], int(matched["share"])) if matched else PlannedMilestone(text)


def is_readable(milestone: PlannedMilestone) -> bool:
    """Whether the title is neither empty nor too long, and the share between 1 and 100."""
    is_share = milestone.share is None or 1 <= milestone.share <= 100
    return is_share and is_visible(milestone.title) and len(milestone.title) <= TITLE_MAX


def shares_add_up(plan: Sequence[PlannedMilestone]) -> bool:
    """Whether either no milestone has a share, or all have one and they sum to 100."""
    shares = [milestone.share for milestone in plan if milestone.share is not None]
    return not shares or (len(shares) == len(plan) and sum(shares) == 100)


@dataclass(frozen=True, slots=True)
class Brief:
    """What an employer fills in; None or an empty value means not filled in yet."""

    title: str = ""
    category_id: UUID | None = None
    background: str = ""
    goal: str = ""
    requirements: str = ""
    payment_terms: str = ""
    source_language: str = "en"
    budget_kind: str = "fixed"
    budget_min_minor: int | None = None
    budget_max_minor: int | None = None
    currency: str = "EUR"
    deadline_at: datetime | None = None
    deadline_time_zone: str = "UTC"
    visibility: str = "public"
    bid_window: str = "open"
    bidding_closes_at: datetime | None = None
    decision_due_at: datetime | None = None
    criteria: tuple[str, ...] = ()
    milestones: tuple[PlannedMilestone, ...] = ()
    revisions_included: int = 2
    skill_ids: tuple[UUID, ...] = field(default=())


BIDDING_DAYS, DECISION_DAYS = 7, 14
"""When bidding closes and when the employer decides, in days from now, unless somebody chooses otherwise."""


def evening_in(days: int, now: datetime, zone: ZoneInfo) -> datetime:
    """Return 18:00 in the given time zone, `days` days from now: people there are awake then."""
    return (now.astimezone(zone) + timedelta(days=days)).replace(hour=18, minute=0, second=0, microsecond=0)


def with_new_dates(brief: Brief, now: datetime, zone: ZoneInfo) -> Brief:
    """Return the brief with dates that begin now; the deadline stays as far from the decision as it was."""
    decision = evening_in(DECISION_DAYS, now, zone)
    deadline = None
    if brief.deadline_at and brief.decision_due_at:
        deadline = decision + max(brief.deadline_at - brief.decision_due_at, timedelta(days=1))
    closes = evening_in(BIDDING_DAYS, now, zone)
    return replace(brief, bidding_closes_at=closes, decision_due_at=decision, deadline_at=deadline)


_KEPT = (
    "title", "background", "goal", "requirements", "payment_terms", "source_language", "budget_kind",
    "budget_min_minor", "budget_max_minor", "currency", "visibility", "bid_window", "revisions_included",
)  # fmt: skip


def brief_to_json(brief: Brief) -> dict[str, Any]:
    """Return what a template keeps of a brief: everything but its dates, as plain values."""
    return {name: getattr(brief, name) for name in _KEPT} | {
        "category_id": str(brief.category_id) if brief.category_id else None,
        "criteria": list(brief.criteria),
        "milestones": [[milestone.title, milestone.share] for milestone in brief.milestones],
        "skill_ids": [str(skill_id) for skill_id in brief.skill_ids],
    }


def brief_from_json(values: dict[str, Any]) -> Brief:
    """Return the brief of a template, without dates. Values that a template from before lacks have their defaults."""
    category_id = values.get("category_id")
    return Brief(
        **{name: values[name] for name in _KEPT if name in values},
        category_id=UUID(category_id) if category_id else None,
        criteria=tuple(values.get("criteria", ())),
        milestones=tuple(PlannedMilestone(title, share) for title, share in values.get("milestones", ())),
        skill_ids=tuple(UUID(skill_id) for skill_id in values.get("skill_ids", ())),
    )


def problems(brief: Brief, now: datetime) -> dict[str, str]:
    """Return what prevents publishing: field -> reason code; empty if the brief is complete."""
    result: dict[str, str] = {}
    for name in ("title", "goal", "requirements"):
        if not is_visible(getattr(brief, name)):
            result[name] = "missing"
    if brief.category_id is None:
        result["category"] = "missing"
    if not brief.criteria:
        result["criteria"] = "missing"
    if not brief.skill_ids:
        result["skills"] = "missing"
    if brief.budget_min_minor is None or brief.budget_min_minor <= 0:
        result["budget_min"] = "missing"
    if brief.budget_kind == "range":
        if brief.budget_max_minor is None:
            result["budget_max"] = "missing"
        elif brief.budget_min_minor is not None and brief.budget_max_minor < brief.budget_min_minor:
            result["budget_max"] = "below_minimum"
    result |= _clock_problems(brief, now)
    return result


def _clock_problems(brief: Brief, now: datetime) -> dict[str, str]:
    clock_problems: dict[str, str] = {}
    closes, decides, deadline = brief.bidding_closes_at, brief.decision_due_at, brief.deadline_at
    if closes is None:
        clock_problems["bidding_closes_at"] = "missing"
    elif closes < now + BIDDING_MIN:
        clock_problems["bidding_closes_at"] = "too_soon"
    elif closes > now + BIDDING_MAX:
        clock_problems["bidding_closes_at"] = "too_late"
    if decides is None:
        clock_problems["decision_due_at"] = "missing"
    elif closes is not None and decides < closes:
        clock_problems["decision_due_at"] = "before_bidding_closes"
    elif closes is not None and decides > closes + DECISION_MAX:
        clock_problems["decision_due_at"] = "too_late"
    if deadline is None:
        clock_problems["deadline_at"] = "missing"
    elif closes is not None and deadline <= closes:
        clock_problems["deadline_at"] = "before_bidding_closes"
    return clock_problems


def invitation_state(*, is_sent: bool, is_declined: bool, has_bid: bool, status: str) -> InvitationState:
    """What became of an invitation. `has_bid` must be False where the reader may not know of the bid."""
    if not is_sent:
        return InvitationState.PREPARED
    if has_bid:
        return InvitationState.BID
    if is_declined:
        return InvitationState.DECLINED
    return InvitationState.WAITING if status == TaskStatus.OPEN else InvitationState.OVER


def next_look_at(pace: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """
    When a saved search looks for new tasks again: in minutes, or at 8:00 in the person's time zone tomorrow or on the
    next Monday; None for never.
    """
    if pace == AlertPace.AT_ONCE:
        return now + ALERT_PAUSE
    if pace not in (AlertPace.DAILY, AlertPace.WEEKLY):
        return None
    local = now.astimezone(zone)
    days = 7 - local.weekday() if pace == AlertPace.WEEKLY else 1
    morning = datetime.combine(local.date() + timedelta(days=days), time(ALERT_HOUR), tzinfo=zone)
    return morning.astimezone(UTC)
