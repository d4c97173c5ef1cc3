"""The number of unread conversations beside the inbox, read together with the session."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.messaging import operations, queries
from apps.messaging.models import Conversation
from tests.conftest import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(make):
    make.now = timezone.now() - timedelta(hours=1)
    return make


@pytest.fixture
def reader(market):
    return market.freelancer("Ada")


@pytest.fixture
def write(market, reader):
    def write(sender=None) -> Conversation:
        message = operations.enquire(
            organization_id=reader.id, text="Hello", source_language="en",
            actor=market.actor(sender or market.employer()), now=market.now,
        )  # fmt: skip
        return message.conversation

    return write


def number(client: Client, path: str = "/en/tasks/") -> int:
    """What the link to the inbox says, on any page."""
    shown = re.search(r'class="badge" aria-hidden="true">\s*(\d+)', _inbox_link(client.get(path).content.decode()))
    return int(shown[1]) if shown else 0


def _inbox_link(html: str) -> str:
    return re.search(r'<a class="tool only-wide" href="/en/messages/">.*?</a>', html, re.DOTALL)[0]


def test_conversations_are_counted_until_they_are_read(reader, write):
    sender, client = write().opener, log_in(Client(), reader)
    second = write()
    operations.send_in(
        conversation_id=second.id, text="Again", source_language="en", actor=_actor(second.opener), now=timezone.now()
    )
    assert number(client) == 2, "conversations, not messages"

    assert number(client, f"/en/messages/{second.id}/") == 1, "the page that reads it knows already"
    assert number(client) == 1
    assert "1 unread conversation" in _inbox_link(client.get("/en/tasks/").content.decode())
    assert number(log_in(Client(), sender)) == 0, "what one wrote oneself is not unread"


def _actor(organization):
    from apps.accounts.queries import actors

    user = User.objects.get(memberships__organization=organization)
    return actors.actor_for(user, organization.id, has_fresh_login=True)


def test_archived_ones_are_not_counted(reader, write):
    conversation, client = write(), log_in(Client(), reader)
    client.post(f"/en/messages/{conversation.id}/archive/")

    assert number(client) == 0


def test_each_member_has_a_number_of_their_own(market, reader, write):
    conversation, colleague = write(), market.member(reader, "member")
    colleague.last_organization = reader
    colleague.save()
    first, second = log_in(Client(), reader), Client()
    second.force_login(colleague)
    first.get(f"/en/messages/{conversation.id}/")

    assert (number(first), number(second)) == (0, 1)


def test_it_is_that_of_the_organization_one_acts_for(market, reader, write):
    write()
    user = User.objects.get(memberships__organization=reader)
    other, client = market.organization("Other", owner=user), log_in(Client(), reader)
    assert number(client) == 1
    client.post("/en/organizations/switch/", {"organization": other.id})
    assert number(client) == 0


def test_without_a_membership_nothing_is_counted(market, reader, write):
    write()
    stranger = market.freelancer("Bo").memberships.get().user
    stranger.last_organization = reader  # left over from a membership that ended
    stranger.save()
    client = Client()
    client.force_login(stranger)

    assert number(client) == 0


def test_only_the_newest_are_looked_at(market, reader, write, monkeypatch):
    monkeypatch.setattr(queries, "BADGE_SIDES_MAX", 2)
    for _number in range(3):
        write()
    user = User.objects.get(memberships__organization=reader)

    assert queries.unread_sides(user.pk, reader.id).count() == 2


def test_a_form_that_was_refused_counts_too(reader, write):
    write()
    client = log_in(Client(), reader)
    answer = client.post("/en/settings/picture/", {})

    assert answer.status_code == 422
    assert "1 unread conversation" in _inbox_link(answer.content.decode())
