"""Messages before a contract: who may write to whom, what is limited, and whose name is shown."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.common.limits import LimitReached
from apps.contracts.operations import offers
from apps.messaging import operations, policies, queries
from apps.messaging.models import Conversation
from apps.messaging.rules.conversations import UNANSWERED_MAX
from apps.messaging.states import Show
from apps.notifications.models import Notification
from apps.tasks import operations as tasks
from apps.tasks.policies import CannotBeInvited
from tests.conftest import NOON, api, log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer(make):
    return make.employer("Hafenlicht")


@pytest.fixture
def freelancer(make):
    return make.freelancer("Amara")


def enquire(make, sender, to, text="Are you available?", **options):
    return operations.enquire(
        organization_id=to.id, text=text, source_language="en", actor=make.actor(sender),
        now=options.pop("now", NOON), **options,
    )  # fmt: skip


def write(make, sender, conversation, text="And?", now=NOON):
    return operations.send_in(
        conversation_id=conversation.id, text=text, source_language="en", actor=make.actor(sender), now=now
    )


def about(make, task, sender, other, text="Which format?", now=NOON):
    return operations.write_about_task(
        task_id=task.id, other_id=other.id, text=text, source_language="en", actor=make.actor(sender), now=now
    )


def user_of(organization) -> User:
    return organization.memberships.get(role="owner").user


def inbox(make, organization, **options):
    actor = make.actor(organization)
    page = queries.inbox(actor, user_of(organization), options.pop("now", NOON), **options)
    return queries.inbox_rows(page.rows, organization.id, NOON)


# -- enquiries


def test_an_enquiry_opens_one_conversation_whoever_writes_first(make, employer, freelancer):
    first = enquire(make, employer, freelancer)
    answer = enquire(make, freelancer, employer, "Yes")

    assert Conversation.objects.count() == 1
    assert answer.conversation_id == first.conversation_id
    [row] = inbox(make, freelancer)
    assert (row.name, row.last.text) == ("Hafenlicht", "Yes")


def test_nobody_writes_many_messages_without_an_answer(make, employer, freelancer):
    conversation = enquire(make, employer, freelancer).conversation
    for _ in range(UNANSWERED_MAX - 1):
        write(make, employer, conversation)
    with pytest.raises(policies.WaitForAnswer):
        write(make, employer, conversation)

    write(make, freelancer, conversation, "Yes")
    write(make, employer, conversation, "Good")


def test_the_same_words_do_not_go_to_many(make, employer, settings):
    settings.LIMITS_ARE_ON = True
    for _ in range(5):
        enquire(make, employer, make.freelancer(), "Easy money")
    with pytest.raises(LimitReached):
        enquire(make, employer, make.freelancer(), "Easy money")


def test_a_closed_profile_cannot_be_written_to(make, employer, freelancer):
    freelancer.profile.is_public = False
    freelancer.profile.save()
    with pytest.raises(policies.NotReachable):
        enquire(make, employer, freelancer)
    assert not Conversation.objects.exists()


def test_nobody_writes_to_themselves(make, employer):
    with pytest.raises(policies.NotReachable):
        enquire(make, employer, employer)


def test_a_third_party_reads_and_writes_nothing(make, employer, freelancer, client):
    conversation = enquire(make, employer, freelancer).conversation
    stranger = make.freelancer()
    with pytest.raises(policies.NotAParty):
        write(make, stranger, conversation)
    log_in(client, stranger)
    assert client.get(conversation.get_absolute_url()).status_code == 404
    assert api(user_of(stranger)).get(f"/api/v1/conversations/{conversation.id}/messages/").status_code == 404


# -- blocks and the archive


def test_who_is_blocked_writes_no_more_and_is_not_told_by_whom(make, employer, freelancer):
    conversation = enquire(make, employer, freelancer).conversation
    operations.block(conversation_id=conversation.id, actor=make.actor(freelancer), now=NOON)

    with pytest.raises(policies.NoMessagesFromYou):
        write(make, employer, conversation)
    with pytest.raises(policies.BlockedByYou):
        write(make, freelancer, conversation)
    assert inbox(make, freelancer) == []
    task = make.task(employer=employer)
    with pytest.raises(CannotBeInvited):
        tasks.invite(task_id=task.id, organization_id=freelancer.id, actor=make.actor(employer), now=NOON)

    [block] = queries.blocks_of(make.actor(freelancer))
    operations.unblock(block_id=block.id, actor=make.actor(freelancer))
    write(make, employer, conversation)


def test_a_side_of_a_contract_cannot_be_blocked(make):
    bid = make.bid()
    conversation = enquire(make, bid.task.employer, bid.bidder).conversation
    offers.award(bid_id=bid.id, actor=make.actor(bid.task.employer), now=NOON)
    with pytest.raises(policies.ContractGoesOn):
        operations.block(conversation_id=conversation.id, actor=make.actor(bid.bidder), now=NOON)


def test_an_archived_conversation_comes_back_with_the_next_message(make, employer, freelancer):
    conversation = enquire(make, employer, freelancer).conversation
    operations.archive(conversation_id=conversation.id, actor=make.actor(freelancer), now=NOON)
    assert inbox(make, freelancer) == []
    assert len(inbox(make, freelancer, show=Show.ARCHIVED.value)) == 1
    assert len(inbox(make, employer)) == 1, "the other side's inbox is its own"

    write(make, employer, conversation, now=NOON + timedelta(minutes=1))
    assert len(inbox(make, freelancer)) == 1


def test_the_inbox_finds_names_titles_and_words_and_what_is_unread(make, employer, freelancer):
    conversation = enquire(make, employer, freelancer, "The harbour guide").conversation
    for text in ("hafen", "harbour"):
        assert len(inbox(make, freelancer, text=text)) == 1, text
    assert inbox(make, freelancer, text="nothing like it") == []
    assert len(inbox(make, freelancer, show=Show.UNREAD.value)) == 1

    operations.mark_conversation_read(
        conversation_id=conversation.id, user=user_of(freelancer), actor=make.actor(freelancer),
        now=NOON + timedelta(minutes=1),
    )  # fmt: skip
    assert inbox(make, freelancer, show=Show.UNREAD.value) == []


# -- about a task


def test_about_a_task_only_those_invited_or_bidding_write(make, freelancer):
    task = make.task()
    with pytest.raises(policies.NotInvolved):
        about(make, task, freelancer, task.employer)

    tasks.invite(task_id=task.id, organization_id=freelancer.id, actor=make.actor(task.employer), now=NOON)
    assert about(make, task, freelancer, task.employer).conversation.task_id == task.id

    bidder = make.bid(task=task).bidder
    about(make, task, bidder, task.employer)
    about(make, task, task.employer, bidder)
    assert task.conversations.count() == 2


def test_freelancers_do_not_write_to_each_other_about_a_task(make):
    task = make.task()
    bidders = [make.bid(task=task).bidder for _ in range(2)]
    with pytest.raises(policies.NotInvolved):
        about(make, task, *bidders)


def test_an_ended_task_opens_no_conversation(make):
    bid = make.bid()
    tasks.close(task_id=bid.task_id, actor=make.actor(bid.task.employer), now=NOON)
    with pytest.raises(policies.NotInvolved):
        about(make, bid.task, bid.bidder, bid.task.employer)


class Sealed:
    """A sealed task about which a bidder has asked something."""

    def __init__(self, make) -> None:
        self.task = make.task(employer=make.employer("Okafor"), bid_window="sealed")
        self.bidder = make.freelancer("Zhang Wei")
        make.bid(task=self.task, bidder=self.bidder)
        self.conversation = about(make, self.task, self.bidder, self.task.employer, "Is the logo given?").conversation


@pytest.fixture
def sealed(make, now_is_now):
    return Sealed(make)


@pytest.fixture
def now_is_now(make):
    make.now = timezone.now()
    return make


def test_while_bids_are_sealed_the_employer_does_not_learn_who_asks(make, sealed, client, outbox_drain):
    outbox_drain(timezone.now())
    employer = sealed.task.employer
    log_in(client, employer)
    user = user_of(employer)
    pages = [
        client.get(path).content.decode()
        for path in ("/en/messages/", sealed.conversation.get_absolute_url(), "/en/notifications/")
    ]
    caller = api(user)
    pages += [
        caller.get(f"/api/v1/conversations/{path}").content.decode()
        for path in ("", f"{sealed.conversation.id}/", f"{sealed.conversation.id}/messages/")
    ]
    assert all("Is the logo given?" in page or "null" in page for page in pages)
    leaks = [page for page in pages if "Zhang" in page or str(sealed.bidder.id) in page]
    assert leaks == []
    assert inbox(make, employer, text="Zhang", now=make.now) == [], "searching for a name must not find it either"
    [notification] = Notification.objects.filter(user=user, kind="unnamed_message")
    assert "Zhang" not in str(notification.params)


def test_the_name_is_shown_when_bidding_closes(make, sealed, client):
    tasks.close_bidding(task_id=sealed.task.id, now=sealed.task.bidding_closes_at)
    log_in(client, sealed.task.employer)
    assert "Zhang Wei" in client.get(sealed.conversation.get_absolute_url()).content.decode()


def test_an_unnamed_asker_cannot_be_blocked_but_reported(make, sealed, client):
    with pytest.raises(policies.NameNotKnown):
        operations.block(conversation_id=sealed.conversation.id, actor=make.actor(sealed.task.employer), now=make.now)
    log_in(client, sealed.task.employer)
    page = client.get(reverse("moderation:report", args=["thread", sealed.conversation.id]))
    assert page.status_code == 200 and "Zhang" not in page.content.decode()


def test_an_employer_cannot_open_a_conversation_with_a_sealed_bidder(make, sealed):
    other = make.bid(task=sealed.task).bidder
    with pytest.raises(policies.NotInvolved):
        about(make, sealed.task, sealed.task.employer, other, now=make.now)


def test_whom_the_employer_invited_is_known(make, sealed, client):
    invited = make.freelancer("Amara")
    tasks.invite(
        task_id=sealed.task.id, organization_id=invited.id, actor=make.actor(sealed.task.employer), now=make.now
    )
    conversation = about(make, sealed.task, sealed.task.employer, invited, now=make.now).conversation
    log_in(client, sealed.task.employer)
    assert "Amara" in client.get(conversation.get_absolute_url()).content.decode()


# -- moderation


def test_a_conversation_is_taken_down_as_a_whole_and_restored(make, employer, freelancer):
    conversation = enquire(make, employer, freelancer, "Secret insult").conversation
    operations.hide_conversation(
        conversation_id=conversation.id, reason_code="fraud", actor=make.staff_actor(), now=NOON
    )
    with pytest.raises(policies.ConversationClosed):
        write(make, freelancer, conversation)
    assert all(message.hidden_at for message in queries.messages_in(conversation.id))

    operations.restore_conversation(conversation_id=conversation.id, actor=make.staff_actor(), now=NOON)
    write(make, freelancer, conversation)
    with pytest.raises(policies.StaffOnly):
        operations.hide_conversation(
            conversation_id=conversation.id, reason_code="fraud", actor=make.actor(freelancer), now=NOON
        )


def test_a_phrase_from_the_address_is_in_the_form_and_nonsense_is_not(make, employer, freelancer, client):
    conversation = enquire(make, employer, freelancer).conversation
    log_in(client, freelancer)
    client.post(reverse("messaging:phrases"), {"text": "I answer on weekdays."})
    own = queries.phrases_of(user_of(freelancer))[0]
    for chosen, words in (("0", "Are you available to start this week?"), (str(own.id), "I answer on weekdays.")):
        page = client.get(conversation.get_absolute_url(), {"phrase": chosen}).content.decode()
        assert f"{words}</textarea>" in page
    for nonsense in ("9" * 5000, "-1", "²", "x"):
        assert client.get(conversation.get_absolute_url(), {"phrase": nonsense}).status_code == 200
    for name, value in (("before", "x"), ("cursor", "x"), ("show", "x"), ("q", "%_")):
        assert client.get("/en/messages/", {name: value}).status_code == 200
        assert client.get(conversation.get_absolute_url(), {name: value}).status_code == 200
