"""All kinds of notification by name."""

from __future__ import annotations

from apps.notifications.catalogue import account, bids, contracts, frameworks, messages, money, reviews, tasks
from apps.notifications.catalogue.kinds import Kind

KINDS: dict[str, Kind] = {
    **account.KINDS,
    **bids.KINDS,
    **contracts.KINDS,
    **frameworks.KINDS,
    **messages.KINDS,
    **money.KINDS,
    **reviews.KINDS,
    **tasks.KINDS,
}
