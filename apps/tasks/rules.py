"""The rules for a complete brief. Plain values in and out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
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
