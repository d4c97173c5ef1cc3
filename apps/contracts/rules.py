"""Arithmetic of a contract. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from apps.common.money import Money
from apps.contracts.states import MILESTONE_ENDS, ContractStatus, MilestoneStatus

FUNDING_REMINDER_DAYS = (2, 5, 10)
"""Days after which the employer is reminded to fund the next milestone."""
NOTICE_DAYS = 5
"""Business days of the freelancer that a last date for late work leaves."""
APPEAL_TIME = timedelta(days=14)
LINKS_MAX = 10
LINK_LENGTH_MAX = 500


def is_web_address(link: str) -> bool:
    """Return whether it is an absolute http or https URL with a host, without spaces and user names."""
    if len(link) > LINK_LENGTH_MAX or any(sign.isspace() or ord(sign) < 32 for sign in link):
        return False
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def split_held(held: Money, freelancer_share_bps: int) -> tuple[Money, Money]:
    """Split held money into (freelancer's part, employer's part); they sum to the whole."""
    freelancer, employer = held.allocate([freelancer_share_bps, 10_000 - freelancer_share_bps])
    return freelancer, employer


def part_of_exchange(exchange: Money, *, whole: Money, part: Money) -> Money:
    """Return a milestone's share of the exchange part, pro rata and rounded down. For display only."""
    return Money(exchange.amount_minor * part.amount_minor // whole.amount_minor, exchange.currency)


def is_late(*, due_at: datetime | None, delivered_at: datetime | None, now: datetime) -> bool:
    """Return whether the first version was delivered after the due date, or the date passed without one."""
    return due_at is not None and (delivered_at or now) > due_at


def waits_for_money(statuses: Iterable[str]) -> bool:
    """Return whether a milestone is still to be funded and no other one holds money."""
    open_statuses = set(statuses) - set(MILESTONE_ENDS)
    return bool(open_statuses) and open_statuses <= {MilestoneStatus.PLANNED, MilestoneStatus.AWAITING_PAYMENT}


def was_never_funded(statuses: Iterable[str]) -> bool:
    """Return whether no milestone has, or ever had, money: then the freelancer may leave alone."""
    return set(statuses) <= {MilestoneStatus.PLANNED, MilestoneStatus.AWAITING_PAYMENT, MilestoneStatus.CANCELLED}


def appeal_end(ended_at: datetime) -> datetime:
    """Return until when the freelancer may appeal against an end for a missed deadline."""
    return ended_at + APPEAL_TIME


def milestone_end(*, released: Money, refunded: Money) -> MilestoneStatus:
    """Return the final status of a milestone with no money held, depending on where the money went."""
    if not refunded:
        return MilestoneStatus.APPROVED if released else MilestoneStatus.CANCELLED
    return MilestoneStatus.SPLIT if released else MilestoneStatus.REFUNDED


def contract_end(statuses: Iterable[str]) -> ContractStatus | None:
    """Return the final status of a contract from its milestones' statuses; None if one of them has not ended."""
    ends = set(statuses)
    if not ends <= set(MILESTONE_ENDS):
        return None
    money = ends - {MilestoneStatus.CANCELLED}
    if not money:
        return ContractStatus.CANCELLED
    if money == {MilestoneStatus.REFUNDED}:
        return ContractStatus.REFUNDED
    if money == {MilestoneStatus.APPROVED}:
        return ContractStatus.COMPLETED if money == ends else ContractStatus.ENDED_EARLY
    return ContractStatus.SPLIT
