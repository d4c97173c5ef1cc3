"""One person on both sides of the same work: no bid, no award, no review, and nothing that it would have counted for."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator

from apps.accounts.models import Membership
from apps.accounts.operations import members
from apps.accounts.policies import ActsOnBothSides, OnePersonOnBothSides
from apps.accounts.queries import actors, related
from apps.contracts.operations import cancellations, milestones, offers
from apps.pricing import operations as pricing
from apps.pricing.queries import fees
from apps.reviews import operations as reviews
from apps.reviews import queries as ratings
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(make):
    return make.task()


def join(user, organization, role="member"):
    return Membership.objects.create(user=user, organization=organization, role=role)


def owner_of(organization):
    return organization.memberships.get(role="owner").user


def test_strangers_are_not_related(make):
    assert not related.are_related(make.employer().id, make.freelancer().id, since=NOON)


def test_who_founded_both_does_not_bid(make, task):
    second = make.freelancer(owner=owner_of(task.employer))
    with pytest.raises(OnePersonOnBothSides):
        make.bid(task=task, bidder=second)


@pytest.mark.parametrize("role", ["viewer", "finance"])
def test_any_shared_member_is_enough_whatever_the_role(make, task, role):
    bidder = make.freelancer()
    join(owner_of(bidder), task.employer, role)
    with pytest.raises(OnePersonOnBothSides):
        make.bid(task=task, bidder=bidder)


def test_who_left_after_the_task_was_posted_still_counts(make, task):
    bidder = make.freelancer()
    membership = join(owner_of(bidder), task.employer)
    members.remove_member(
        membership_id=membership.id, actor=make.actor(task.employer), now=task.created_at + timedelta(minutes=5)
    )
    with pytest.raises(OnePersonOnBothSides):
        make.bid(task=task, bidder=bidder)


@pytest.mark.parametrize(("days", "is_stranger"), [(1, False), (89, False), (91, True)])
def test_who_left_long_before_is_a_stranger(make, task, days, is_stranger):
    bidder = make.freelancer()
    membership = join(owner_of(bidder), task.employer)
    members.remove_member(
        membership_id=membership.id, actor=make.actor(task.employer), now=task.created_at - timedelta(days=days)
    )
    if is_stranger:
        assert make.bid(task=task, bidder=bidder).status == "submitted"
    else:
        with pytest.raises(OnePersonOnBothSides):
            make.bid(task=task, bidder=bidder)


def test_who_joined_after_the_bid_is_not_awarded(make):
    bid = make.bid()
    join(owner_of(bid.bidder), bid.task.employer)
    with pytest.raises(OnePersonOnBothSides):
        offers.award(bid_id=bid.id, actor=make.actor(bid.task.employer), now=NOON)


def test_the_same_passkey_is_the_same_person(make):
    employer, freelancer = make.employer(), make.freelancer()
    for organization in (employer, freelancer):
        Authenticator.objects.create(
            user=owner_of(organization), type=Authenticator.Type.WEBAUTHN,
            data={"name": "Key", "credential": {"id": "c2FtZQ"}},
        )  # fmt: skip
    assert related.are_related(employer.id, freelancer.id, since=NOON)


@pytest.mark.parametrize(("number", "is_same"), [("000123456789", True), ("000999888777", False)])
def test_the_same_payout_account_is_the_same_people(make, number, is_same):
    item, other = make.freelancer("One"), make.freelancer("Other")
    make.payout_account(item, number="0001 2345 6789")
    make.payout_account(other, number=number)
    assert related.are_related(item.id, other.id, since=NOON) is is_same


def test_who_became_related_reviews_nobody_and_earlier_stars_count_no_more(make):
    contract = make.contract(status="completed")
    stars = {"quality": 5, "communication": 5, "skill": 5, "text": "", "source_language": "en", "now": NOON}
    for side in (contract.employer, contract.freelancer):
        reviews.submit(contract_id=contract.id, actor=make.actor(side), **stars)
    assert ratings.rating(contract.freelancer_id).count == 1

    second = make.contract(status="completed")
    for item in (contract, second):
        join(owner_of(item.freelancer), item.employer)
    assert ratings.rating(contract.freelancer_id).count == 0
    with pytest.raises(OnePersonOnBothSides):
        reviews.submit(contract_id=second.id, actor=make.actor(second.employer), **stars)


def test_what_related_organizations_pay_each_other_makes_no_fee_smaller(make):
    employer, freelancer, stranger = make.employer(), make.freelancer(), make.freelancer()
    join(owner_of(freelancer), employer)
    for payee in (freelancer, stranger):
        pricing.record_paid_work(work_id=uuid4(), payer_id=employer.id, payee_id=payee.id, now=NOON)
    assert fees.paid_between(employer.id, freelancer.id) == 0
    assert fees.paid_between(employer.id, stranger.id) == 1


class TestWhoJoinsTheOtherSideLater:
    """The sides became related after the award: nobody decides about the money of both."""

    def test_an_offer_is_not_accepted(self, make):
        contract = make.contract(status="offered")
        join(owner_of(contract.freelancer), contract.employer, "viewer")
        with pytest.raises(OnePersonOnBothSides):
            offers.accept_offer(contract_id=contract.id, actor=make.actor(contract.freelancer), now=NOON)

    def test_nothing_is_paid_in(self, make):
        milestone = make.milestone()
        join(owner_of(milestone.contract.freelancer), milestone.contract.employer, "viewer")
        with pytest.raises(OnePersonOnBothSides):
            make.fund(milestone)

    def test_the_freelancer_does_not_approve_for_the_employer_but_somebody_else_does(self, make):
        milestone = make.milestone(status="delivered")
        both = owner_of(milestone.contract.freelancer)
        join(both, milestone.contract.employer, "manager")
        actor = actors.actor_for(both, organization_id=milestone.contract.employer_id)
        with pytest.raises(ActsOnBothSides):
            milestones.approve_milestone(milestone_id=milestone.id, amount=None, actor=actor, now=NOON)

        employer = make.actor(milestone.contract.employer)
        milestones.approve_milestone(milestone_id=milestone.id, amount=None, actor=employer, now=NOON)

    def test_nor_agrees_with_themselves_to_stop(self, make):
        milestone = make.milestone(status="funded")
        contract = milestone.contract
        both = owner_of(contract.freelancer)
        join(both, contract.employer, "manager")
        proposal = cancellations.propose_cancellation(
            contract_id=contract.id, freelancer_share_bps=10_000, reason="no time", actor=make.actor(contract.freelancer),
            now=NOON,
        )  # fmt: skip
        actor = actors.actor_for(both, organization_id=contract.employer_id)
        with pytest.raises(ActsOnBothSides):
            cancellations.accept_cancellation(proposal_id=proposal.id, actor=actor, now=NOON)
