"""What a person does to others is counted: work handed in, changes asked for, offers, answers and approvals."""

from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.operations import keys, organizations
from apps.bidding import operations as bidding
from apps.common import limits
from apps.common.errors import TooManyRequests
from apps.common.money import Money
from apps.contracts.models import Contract, Deliverable, RevisionRequest
from apps.contracts.operations import milestones, offers
from apps.payouts.operations import accounts as account_operations
from apps.spending import operations as spending
from apps.spending.models import Approval, SpendingRule
from apps.tasks import operations as tasks
from tests.make.contracts import WORK

pytestmark = pytest.mark.django_db


@pytest.fixture
def limit_of(settings, monkeypatch):
    """Sets how often a person may do one of them in an hour."""
    settings.LIMITS_ARE_ON = True

    def set_limit(name: str, most: int) -> None:
        monkeypatch.setitem(limits.LIMITS, name, (limits.Rate(most, 3600),))

    return set_limit


def test_work_is_handed_in_so_often_and_nobody_else_is_held_up(make, limit_of):
    mine, others = make.milestone(status="funded"), make.milestone(status="funded")
    limit_of("deliver", 1)
    make.deliver(mine)
    employer = make.actor(mine.contract.employer)
    milestones.request_revision(milestone_id=mine.id, text="Page 3", source_language="en", actor=employer, now=make.now)

    with pytest.raises(TooManyRequests):
        make.deliver(mine)

    assert Deliverable.objects.filter(milestone=mine).count() == 1
    mine.refresh_from_db()
    assert mine.status == "in_revision"
    assert make.deliver(others).version == 1
    make.now = make.later(hours=1)
    assert make.deliver(mine).version == 2


def test_changes_are_asked_for_so_often(make, limit_of):
    milestone = make.milestone(status="delivered")
    limit_of("request_revision", 0)
    with pytest.raises(TooManyRequests):
        milestones.request_revision(
            milestone_id=milestone.id, text="Page 3", source_language="en",
            actor=make.actor(milestone.contract.employer), now=make.now,
        )  # fmt: skip
    assert not RevisionRequest.objects.exists()


def test_the_api_answers_with_when_to_try_again(make, limit_of):
    make.now = timezone.now()
    milestone = make.milestone(status="funded")
    freelancer = milestone.contract.freelancer
    _row, text = keys.create_token(
        user=freelancer.memberships.get().user, actor=make.actor(freelancer), name="robot", scopes=["work"],
        expires_at=None, now=make.now,
    )  # fmt: skip
    limit_of("deliver", 0)
    checks = [{"criterion_id": str(criterion.id), "is_met": True} for criterion in milestone.contract.criteria.all()]

    answer = APIClient(headers={"Authorization": f"Bearer {text}"}).post(
        f"/api/v1/milestones/{milestone.id}/deliver/", {"note": "All", "checks": checks, "links": [WORK]}
    )

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert int(answer["Retry-After"]) > 0


def test_bids_are_judged_and_awarded_so_often(make, limit_of):
    bid = make.bid()
    employer = make.actor(bid.task.employer)
    limit_of("judge_bid", 1)
    limit_of("award", 0)
    bidding.shortlist(bid_id=bid.id, actor=employer, now=make.now)
    with pytest.raises(TooManyRequests):
        bidding.decline_bid(bid_id=bid.id, reason="price", note="", actor=employer, now=make.now)
    with pytest.raises(TooManyRequests):
        offers.award(bid_id=bid.id, actor=employer, now=make.now)
    assert not Contract.objects.exists()


def test_questions_are_answered_so_often(make, limit_of):
    task, asker = make.task(), make.freelancer()
    question = tasks.ask_question(
        task_id=task.id, text="Which format?", source_language="en", actor=make.actor(asker), now=make.now
    )
    limit_of("answer_question", 0)
    with pytest.raises(TooManyRequests):
        tasks.answer_question(question_id=question.id, answer="PDF", actor=make.actor(task.employer), now=make.now)


def test_a_second_person_is_asked_so_often(make, limit_of):
    employer = make.employer()
    limit_of("request_approval", 1)
    ask = {
        "organization_id": employer.id, "note": "", "actor": make.actor(employer), "now": make.now,
        "purpose": spending.Purpose(uuid4(), "Work", Money.of("10.00", "EUR"), None, ""),
    }  # fmt: skip
    spending.request_approval(**ask)
    with pytest.raises(TooManyRequests):
        spending.request_approval(**ask)
    assert Approval.objects.count() == 1


def test_where_money_goes_and_what_may_be_spent_is_changed_so_often(make, limit_of):
    employer = make.employer()
    actor = make.actor(employer)
    limit_of("change_money_settings", 1)
    rule = {
        "organization_id": employer.id,
        "monthly_limit": None,
        "member_limit": None,
        "actor": actor,
        "now": make.now,
    }
    spending.set_rule(approval_above=Money.of("10.00", "EUR"), **rule)
    with pytest.raises(TooManyRequests):
        spending.set_rule(approval_above=Money.of("9.00", "EUR"), **rule)
    with pytest.raises(TooManyRequests):
        account_operations.set_payout_account(
            organization_id=employer.id, currency="EUR", holder_name="E", account_number="DE89370400440532013000",
            is_automatic=False, gateway="sandbox", actor=actor, now=make.now,
        )  # fmt: skip
    with pytest.raises(TooManyRequests):
        organizations.update_organization(
            organization_id=employer.id, actor=actor, now=make.now, changes={"country": "FR"}
        )
    assert SpendingRule.objects.get().approval_above_minor == 1000
    employer.refresh_from_db()
    assert employer.country == "DE"
