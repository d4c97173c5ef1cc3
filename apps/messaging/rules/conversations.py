"""Who may write how much before a contract, and whose name is shown. Plain values in and out."""

from __future__ import annotations

UNANSWERED_MAX = 3
"""How many messages the opener of a conversation may send before the other side has answered."""


def may_add(*, sent: int, received: int) -> bool:
    """
    Whether somebody may add a message to a conversation before a contract.

    :param sent: what their side has written in it; `received`: what the other side has written.
    """
    return received > 0 or sent < UNANSWERED_MAX


def hides_opener(*, is_about_task: bool, opener_is_employer: bool, is_sealed: bool) -> bool:
    """
    Whether the employer does not see yet who wrote to them.

    While the bids on a task are sealed nobody may learn who is interested, and a question about it would say so.
    """
    return is_about_task and is_sealed and not opener_is_employer
