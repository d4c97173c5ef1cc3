"""Invitations from a profile, their states, and what each side sees of them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.policies import NotYours
from apps.notifications.models import Notification
from apps.outbox.models import Event
from apps.tasks import operations, policies, queries
from apps.tasks.models import Task, TaskInvitation
from apps.tasks.rules import invitation_state
from apps.tasks.states import InvitationState, TaskStatus
from tests.conftest import NOON, api, log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def now_is_now(make):
    make.now = timezone.now()
    return make


def invite(make, task, person, **options):
    return operations.invite(
        task_id=task.id, organization_id=person.id, actor=make.actor(task.employer), now=make.now, **options
    )


def sent_events() -> int:
    return Event.objects.filter(name="tasks.freelancer_invited").count()


def test_an_invitation_to_a_draft_is_sent_once_with_its_publication(make):
    task, person = make.task(status="draft"), make.freelancer()
    assert invite(make, task, person, message="You drew our logo").sent_at is None
    assert sent_events() == 0
    assert not queries.invitations_of(person.id).exists()

    operations.publish(task_id=task.id, actor=make.actor(task.employer), now=NOON)
    assert sent_events() == 1
    invite(make, task, person)
    assert (sent_events(), TaskInvitation.objects.count()) == (1, 1)


def test_an_invitation_that_was_not_sent_can_be_taken_back(make):
    task, person = make.task(status="draft"), make.freelancer()
    invitation = invite(make, task, person)
    operations.take_back_invitation(invitation_id=invitation.id, actor=make.actor(task.employer), now=NOON)
    operations.publish(task_id=task.id, actor=make.actor(task.employer), now=NOON)
    assert sent_events() == 0


def test_nobody_is_invited_who_does_not_work_here_or_is_the_employer(make):
    task = make.task()
    for organization in (task.employer, make.employer()):
        with pytest.raises(policies.CannotBeInvited):
            invite(make, task, organization)


def test_only_the_employer_invites(make):
    task = make.task()
    with pytest.raises(NotYours):
        operations.invite(
            task_id=task.id, organization_id=make.freelancer().id, actor=make.actor(make.employer()), now=NOON
        )


def test_declining_tells_the_employer_once(make, outbox_drain):
    task, person = make.task(), make.freelancer()
    invitation = invite(make, task, person)
    for _ in range(2):
        operations.decline_invitation(invitation_id=invitation.id, actor=make.actor(person), now=NOON)
    outbox_drain()
    assert Notification.objects.filter(kind="invitation_declined").count() == 1


def test_from_a_profile_to_a_task_or_a_new_one(now_is_now, client):
    make = now_is_now
    employer, person = make.employer(), make.freelancer("Amara")
    task = make.task(employer=employer, title="Translate a guide")
    log_in(client, employer)
    path = reverse("tasks:invite-person", args=[person.handle])
    assert path in client.get(person.get_absolute_url()).content.decode()
    assert client.post(path, {"message": "kept words"}).status_code == 422

    client.post(path, {"task": task.id, "message": "You know taxes"})
    assert TaskInvitation.objects.get(task=task).message == "You know taxes"
    assert "Already invited to" in client.get(path).content.decode()

    answer = client.post(path, {"task": "new", "message": "For you"})
    draft = Task.objects.get(status=TaskStatus.DRAFT)
    assert answer["Location"] == reverse("tasks:edit", args=[draft.id])
    assert client.get(answer["Location"]).status_code == 200
    assert TaskInvitation.objects.get(task=draft).sent_at is None


def test_a_freelancer_sees_what_waits_and_what_became_of_it(now_is_now, client):
    make = now_is_now
    person = make.freelancer("Amara")
    waiting, declined, bid_on = (make.task(title=title) for title in ("Waiting one", "Declined one", "Bid one"))
    for task in (waiting, declined, bid_on):
        invite(make, task, person)
    log_in(client, person)
    client.post(reverse("tasks:decline-invitation", args=[TaskInvitation.objects.get(task=declined).id]))
    make.bid(task=bid_on, bidder=person)

    page = client.get(reverse("tasks:invitations")).content.decode()
    for words in ("Waiting one", "Declined one", "Bid one", "Waiting for you", "Declined", "You have bid"):
        assert words in page
    assert page.count(reverse("bidding:new", args=[waiting.id])) == 1
    assert reverse("bidding:new", args=[declined.id]) not in page


def test_an_employer_does_not_learn_of_a_sealed_bid_by_an_invitation(now_is_now, client):
    make = now_is_now
    task, person = make.task(bid_window="sealed"), make.freelancer("Amara")
    invite(make, task, person)
    make.bid(task=task, bidder=person)
    log_in(client, task.employer)
    page = client.get(reverse("tasks:invited", args=[task.id])).content.decode()
    assert str(InvitationState.WAITING.label) in page and str(InvitationState.BID.label) not in page

    operations.close_bidding(task_id=task.id, now=task.bidding_closes_at + timedelta(seconds=1))
    assert str(InvitationState.BID.label) in client.get(reverse("tasks:invited", args=[task.id])).content.decode()
    log_in(client, make.employer())
    assert client.get(reverse("tasks:invited", args=[task.id])).status_code == 404


def test_an_ended_task_offers_no_messages_to_those_invited(now_is_now, client):
    make = now_is_now
    task, person = make.task(), make.freelancer("Amara")
    invite(make, task, person)
    log_in(client, task.employer)
    address, write = reverse("tasks:invited", args=[task.id]), reverse("messaging:about-task", args=[task.id])
    assert write in client.get(address).content.decode()
    operations.cancel(task_id=task.id, actor=make.actor(task.employer), now=make.now, reason="Plans changed")
    assert write not in client.get(address).content.decode()


@given(st.booleans(), st.booleans(), st.booleans(), st.sampled_from(TaskStatus.values))
def test_an_invitation_always_has_a_state(is_sent, is_declined, has_bid, status):
    state = invitation_state(is_sent=is_sent, is_declined=is_declined, has_bid=has_bid, status=status)
    assert (state == InvitationState.PREPARED) == (not is_sent)
    if is_sent and has_bid:
        assert state == InvitationState.BID
    assert state != InvitationState.WAITING or status == TaskStatus.OPEN


def test_the_api_lists_invitations_on_both_sides(now_is_now):
    make = now_is_now
    task, person = make.task(bid_window="sealed"), make.freelancer("Amara")
    invite(make, task, person, message="Please bid")
    make.bid(task=task, bidder=person)
    freelancer, employer = (api(side.memberships.get().user) for side in (person, task.employer))
    [received] = freelancer.get("/api/v1/invitations/").json()["results"]
    assert (received["state"], received["message"], received["task_id"]) == ("bid", "Please bid", str(task.id))
    [sent] = employer.get(f"/api/v1/tasks/{task.id}/invitations/").json()["results"]
    assert sent["state"] == "waiting", "whether somebody has bid is not known while bids are sealed"
    assert freelancer.get(f"/api/v1/tasks/{task.id}/invitations/").status_code == 404
