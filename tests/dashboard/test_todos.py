"""The home page lists everything that needs a person's attention, by deadline, for their role."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.queries import actors
from apps.contracts.operations import cancellations
from apps.dashboard.queries import todos as todo_queries
from apps.messaging import operations as messaging
from apps.tasks.models import Question
from tests.make.agreed import active_contract
from tests.make.disputes import dispute

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def listed(make, organization, role="owner", now=None):
    user = organization.memberships.get(role=role).user
    return todo_queries.todos(actors.actor_for(user, organization.id), user, now or make.now)


def says(todos):
    return [str(todo.says) for todo in todos]


def test_a_dispute_to_answer_comes_with_its_deadline_to_the_side_that_has_to(make):
    opened = dispute(make)
    employer, freelancer = opened.opened_by, opened.respondent
    todo = next(item for item in listed(make, freelancer) if str(item.says) == "Answer a dispute")
    assert (todo.due_at, todo.href) == (opened.answer_due_at, opened.get_absolute_url())
    assert "Answer a dispute" not in says(listed(make, employer))


def test_after_the_answer_the_proposed_split_is_still_to_be_answered(make):
    opened = dispute(make, status="answered")
    assert "Answer a proposal in a dispute" in says(listed(make, opened.respondent))


def test_a_proposal_to_stop_is_listed_for_the_other_side(make):
    contract = active_contract(make)
    cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=3000, reason="The shop closed.",
        actor=make.actor(contract.employer), now=make.now,
    )  # fmt: skip
    assert "Answer a proposal to stop" in says(listed(make, contract.freelancer))
    assert "Answer a proposal to stop" not in says(listed(make, contract.employer))


def test_questions_and_new_bids_of_an_open_task(make):
    task = make.task()
    make.bid(task=task)
    Question.objects.create(task=task, asked_by=make.freelancer(), asked_at=make.now, text="Which format?")
    result = says(listed(make, task.employer))
    assert {"1 new bid", "Answer a question"} <= set(result)
    make.member(task.employer, "viewer")
    assert says(listed(make, task.employer, "viewer")) == []


def test_sealed_bids_are_not_announced_before_they_are_open(make):
    task = make.task(bid_window="sealed")
    make.bid(task=task)
    assert "1 new bid" not in says(listed(make, task.employer))


def test_reviews_end_with_their_window(make):
    contract = make.contract(status="completed")
    todo = next(item for item in listed(make, contract.employer) if str(item.says) == "Write a review")
    assert todo.due_at == contract.ended_at + timedelta(days=14)
    assert "Write a review" not in says(listed(make, contract.employer, now=contract.ended_at + timedelta(days=15)))


def test_messages_not_read_are_counted(make):
    contract = active_contract(make)
    messaging.send(
        contract_id=contract.id, text="Hello", source_language="en",
        actor=make.actor(contract.employer), now=make.now + timedelta(minutes=1),
    )  # fmt: skip
    assert "1 unread message" in says(listed(make, contract.freelancer))


def test_the_nearest_deadline_comes_first_and_more_of_a_kind_cost_no_more(make, django_assert_max_num_queries):
    employer = make.employer()
    for days in (9, 3):
        task = make.task(
            employer=employer,
            bidding_closes_at=make.now + timedelta(days=2),
            decision_due_at=make.now + timedelta(days=days),
        )
        make.bid(task=task)
    with django_assert_max_num_queries(20) as few:
        result = listed(make, employer)
    assert [todo.due_at for todo in result] == sorted(todo.due_at for todo in result)
    for _ in range(4):
        make.bid(task=make.task(employer=employer))
    with django_assert_max_num_queries(len(few.captured_queries)):
        listed(make, employer)


def test_with_nothing_to_do_the_page_says_so(client, make):
    client.force_login(make.employer().memberships.get().user)
    assert "Nothing needs your attention" in client.get("/en/").content.decode()


@pytest.mark.parametrize("role", ["viewer", "finance"])
def test_the_main_button_follows_the_role(client, make, role):
    employer = make.employer(works=True)
    client.force_login(make.member(employer, role))
    page = client.get("/en/").content.decode().split("<main")[1].split("</main")[0]
    assert "Post a task" not in page


@pytest.mark.parametrize("role", ["viewer", "finance"])
def test_who_may_not_post_reads_so_before_typing(client, make, role):
    employer = make.employer()
    client.force_login(make.member(employer, role))
    assert client.get("/en/tasks/new/").status_code == 403
    assert "/en/tasks/new/" not in client.get("/en/tasks/mine/").content.decode()
