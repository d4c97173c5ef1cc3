"""Who may look at the quality of deliveries."""

from __future__ import annotations

from apps.accounts.policies import check_is_not_own_case, check_staff_may, staff_may
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.common.errors import DomainError
from apps.quality.models import Sample


def check_can_see(actor: Actor) -> None:
    check_staff_may(actor, Act.LOOK_AT_QUALITY)


def can_see(actor: Actor) -> bool:
    return staff_may(actor, Act.LOOK_AT_QUALITY)


def check_can_judge(actor: Actor, sample: Sample) -> None:
    """:raises OwnCase: for staff who are, or recently were, members of one of the two sides."""
    check_staff_may(actor, Act.LOOK_AT_QUALITY)
    contract = sample.deliverable.milestone.contract
    check_is_not_own_case(actor, (contract.employer_id, contract.freelancer_id), since=contract.offered_at)


def can_judge(actor: Actor, sample: Sample) -> bool:
    try:
        check_can_judge(actor, sample)
    except DomainError:
        return False
    return True
