"""The home page lists everything that needs a person's attention, by deadline, for their role."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.accounts.queries import actors
from apps.bidding.rules import MilestoneDraft
from apps.common.money import Money
from apps.contracts.operations import cancellations
from apps.dashboard.queries import todos as todo_queries
from apps.messaging import operations as messaging
from apps.moderation.models import Statement
from apps.spending import operations as spending
from apps.tasks import operations as tasks
from apps.tasks.models import Question, TaskInvitation
from tests.conftest import log_in
from tests.contracts.changing import propose, two_steps
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


def test_who_may_accept_a_split_but_not_speak_sees_it_before_the_answer(make):
    respondent = dispute(make).respondent
    make.member(respondent, "finance")
    assert says(listed(make, respondent, "finance")) == ["Answer a proposal in a dispute"]
    assert "Answer a proposal in a dispute" not in says(listed(make, respondent))


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


def test_a_change_request_is_listed_for_the_other_side(make):
    contract = two_steps(make)
    propose(make, contract, {0: {"days": 9}})
    assert "Answer a change request" in says(listed(make, contract.freelancer))
    assert "Answer a change request" not in says(listed(make, contract.employer))
    make.member(contract.freelancer, "viewer")
    assert "Answer a change request" not in says(listed(make, contract.freelancer, "viewer"))


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


def test_messages_before_a_contract_are_counted_until_they_are_read_or_archived(make):
    employer, freelancer = make.employer("Hafenlicht"), make.freelancer("Amara")
    for text in ("Are you free in May?", "And in June?"):
        conversation = messaging.enquire(
            organization_id=freelancer.id, text=text, source_language="en",
            actor=make.actor(employer), now=make.now,
        ).conversation  # fmt: skip
    (todo,) = listed(make, freelancer)
    assert (str(todo.says), todo.subject, todo.href) == (
        "2 unread messages", "Hafenlicht", conversation.get_absolute_url(),
    )  # fmt: skip
    assert "shown on your profile" in str(todo.consequence)
    assert not listed(make, employer)

    reader = freelancer.memberships.get(role="owner").user
    later = make.now + timedelta(minutes=1)
    messaging.mark_conversation_read(
        conversation_id=conversation.id, user=reader, actor=make.actor(freelancer), now=later
    )
    assert not listed(make, freelancer)

    answer = messaging.send_in(
        conversation_id=conversation.id, text="Yes.", source_language="en", actor=make.actor(freelancer), now=later
    )
    (todo,) = listed(make, employer)
    assert (str(todo.says), todo.subject) == ("1 unread message", "Amara")
    messaging.archive(conversation_id=answer.conversation_id, actor=make.actor(employer), now=later)
    assert not listed(make, employer)


def test_a_message_about_sealed_bids_names_the_task_and_not_who_asks(make):
    task = make.task(bid_window="sealed")
    asker = make.freelancer("Secret Studio")
    tasks.invite(task_id=task.id, organization_id=asker.id, actor=make.actor(task.employer), now=make.now)
    messaging.write_about_task(
        task_id=task.id, other_id=task.employer_id, text="Which format?", source_language="en",
        actor=make.actor(asker), now=make.now,
    )  # fmt: skip
    todo = next(item for item in listed(make, task.employer) if str(item.says) == "1 unread message")
    assert todo.subject == task.title


def test_beyond_the_first_ones_the_page_says_how_many_more_there_are(make, client):
    employer = make.employer()
    for number in range(10):
        make.bid(task=make.task(employer=employer, title=f"Task {number}"))
    log_in(client, employer)
    page = client.get("/en/").content.decode()
    assert "2 more to do" in page
    assert page.count("1 new bid") == 10


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


def test_each_step_of_a_contract_is_listed_for_the_side_whose_turn_it_is(make):
    drafts = (MilestoneDraft("Part 9", 400_00, 5), MilestoneDraft("Part 19", 500_00, 5))
    bid = make.bid(milestones=drafts)
    contract = make.contract(bid=bid, status="offered")
    assert "Answer an offer" in says(listed(make, contract.freelancer))
    assert "Answer an offer" not in says(listed(make, contract.employer))

    def parts(organization, role="owner"):
        todos = listed(make, organization, role)
        return [(str(todo.says), todo.subject.split(": ")[-1], todo.href) for todo in todos if "Part" in todo.subject]

    first = make.milestone(contract=contract)
    room = contract.get_absolute_url()
    assert parts(contract.employer) == [("Fund a milestone", "Part 9", f"{room}#milestone-1")]
    assert parts(contract.freelancer) == []

    make.fund(first)
    assert parts(contract.freelancer) == [("Deliver", "Part 9", f"{room}#milestone-1")]
    assert parts(contract.employer) == [("Fund a milestone", "Part 19", f"{room}#milestone-2")]

    first.refresh_from_db()
    make.deliver(first)
    first.refresh_from_db()
    [todo] = [todo for todo in listed(make, contract.employer) if "Part" in todo.subject]
    assert (str(todo.says), todo.due_at) == ("Review a delivery", first.review_due_at)
    assert parts(contract.freelancer) == []

    make.member(contract.employer, "viewer")
    assert parts(contract.employer, "viewer") == []


def test_a_task_to_decide_on_and_an_invitation(make):
    task = make.task(status="deciding")
    todo = next(item for item in listed(make, task.employer) if str(item.says) == "Choose a bid")
    assert todo.due_at == task.decision_due_at

    task, invited = make.task(visibility="invited"), make.freelancer()
    invitation = TaskInvitation.objects.create(task=task, organization=invited, sent_at=make.now)
    assert "You are invited to bid" in says(listed(make, invited))
    TaskInvitation.objects.filter(id=invitation.id).update(declined_at=make.now)
    assert says(listed(make, invited)) == []
    TaskInvitation.objects.filter(id=invitation.id).update(declined_at=None)
    make.bid(task=task, bidder=invited)
    assert says(listed(make, invited)) == []


def test_a_payment_waits_for_another_person_than_the_one_who_asked(make):
    firm = make.employer()
    make.member(firm, "finance")
    purpose = spending.Purpose(uuid4(), "Sixty pictures", Money.of("600.00", "EUR"))
    spending.request_approval(
        organization_id=firm.id, purpose=purpose, note="", actor=make.actor(firm, "finance"), now=make.now
    )
    assert says(listed(make, firm)) == ["Approve a payment"]
    assert says(listed(make, firm, "finance")) == []


def test_a_decision_of_staff_is_listed_until_it_is_old_or_objected_to(make):
    firm = make.freelancer()
    Statement.objects.create(
        organization_id=firm.id, subject_type="task", subject_id=uuid4(), title="A task", ground="spam", facts="Spam",
        issued_at=make.now,
    )  # fmt: skip
    assert says(listed(make, firm)) == ["Read a decision of our staff, and object if it is wrong"]
    assert says(listed(make, firm, now=make.now + timedelta(days=31))) == []
