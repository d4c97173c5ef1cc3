"""What a role in an organization allows. Pure data: the page's button and the operation's guard ask the same."""

from apps.accounts.states import Role

VIEW, MESSAGE, POST_TASK, AWARD, BID, DELIVER, FUND, APPROVE, WITHDRAW, MANAGE_PROFILE, MANAGE_MEMBERS = (
    "view", "message", "post_task", "award", "bid", "deliver", "fund", "approve", "withdraw", "manage_profile",
    "manage_members",
)  # fmt: skip

_WORK = {VIEW, MESSAGE, POST_TASK, AWARD, BID, DELIVER, APPROVE, MANAGE_PROFILE}

CAPABILITIES: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset({*_WORK, FUND, WITHDRAW, MANAGE_MEMBERS}),
    Role.MANAGER: frozenset({*_WORK, FUND, MANAGE_MEMBERS}),
    Role.FINANCE: frozenset({VIEW, FUND, APPROVE, WITHDRAW}),
    Role.MEMBER: frozenset({VIEW, MESSAGE, POST_TASK, BID, DELIVER}),
    Role.VIEWER: frozenset({VIEW}),
}


def capabilities(role: str) -> frozenset[str]:
    return CAPABILITIES.get(role, frozenset())


def completeness(parts: dict[str, bool]) -> int:
    """Per cent of a profile's parts that are filled in."""
    return round(100 * sum(parts.values()) / len(parts)) if parts else 0
