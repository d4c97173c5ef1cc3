"""What ended in another way than paid teaches nothing: no skill, no accepted work."""

import pytest

from apps.contracts.operations import cancellations
from apps.matching.models import EventKind, MatchEvent
from apps.matching.queries import inputs
from tests.conftest import NOON
from tests.make.disputes import dispute

pytestmark = pytest.mark.django_db


def works_of(freelancer):
    [features] = inputs.freelancer_features([freelancer.id], NOON).values()
    return [work.accepted for work in features.works]


@pytest.mark.parametrize(("part", "accepted"), [("90.00", False), ("0.00", False), ("900.00", True)])
def test_a_dispute_counts_as_accepted_work_only_where_all_of_it_was_paid(make, outbox_drain, part, accepted):
    result = dispute(make, status="decided", part=part)
    outbox_drain(result.ended_at)
    freelancer = result.milestone.contract.freelancer
    assert works_of(freelancer) == [accepted]
    assert MatchEvent.objects.filter(kind=EventKind.COMPLETE).exists() == accepted
    weights = {link.skill_id: 1.0 for link in result.milestone.contract.task.skills.all()}
    candidates = inputs.candidates_by_skills(weights, 10)
    assert (freelancer.id in candidates[:1]) == accepted


def test_a_contract_of_which_nothing_was_ever_held_counts_for_nothing(make, outbox_drain):
    contract = make.contract()
    employer, freelancer = make.actor(contract.employer), make.actor(contract.freelancer)
    proposal = cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=0, reason="x", actor=employer, now=NOON
    )
    cancellations.accept_cancellation(proposal_id=proposal.id, actor=freelancer, now=NOON)
    outbox_drain()
    assert works_of(contract.freelancer) == []
