import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.models import User
from apps.accounts.policies import RoleMissing
from apps.contracts.operations import offers
from apps.files import operations as files
from apps.messaging import operations, policies, queries
from apps.outbox.models import Event
from tests.conftest import NOON
from tests.make.agreed import active_contract

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract(make):
    return active_contract(make)


def _send(contract, actor, text="Hello", **options):
    return operations.send(
        contract_id=contract.id, text=text, source_language="en", actor=actor, now=options.pop("now", NOON), **options
    )


def test_send_writes_and_tells_the_other_party(make, contract):
    message = _send(contract, make.actor(contract.employer))

    assert [item.text for item in queries.thread(contract.id, make.actor(contract.freelancer))] == ["Hello"]
    event = Event.objects.get(name="messaging.sent")
    assert event.payload["message_id"] == str(message.id)
    assert event.payload["recipient_organization_id"] == str(contract.freelancer_id)


def test_send_refuses_strangers(make, contract):
    with pytest.raises(policies.NotAParty):
        _send(contract, make.actor(make.freelancer()))


def test_send_refuses_a_viewer(make, contract):
    with pytest.raises(RoleMissing):
        _send(contract, make.actor(contract.employer, "viewer"))


def test_send_refuses_emptiness(make, contract):
    with pytest.raises(operations.MessageEmpty):
        _send(contract, make.actor(contract.employer), "  \n ")


def test_send_refuses_what_is_too_long(make, contract):
    with pytest.raises(operations.MessageTooLong):
        _send(contract, make.actor(contract.employer), "x" * 5001)


def test_send_refuses_a_file_that_somebody_else_uploaded(make, contract):
    file = files.store(upload=SimpleUploadedFile("a.txt", b"a"), uploaded_by_id=uuid.uuid4(), now=NOON)
    with pytest.raises(operations.FileOfAnother):
        _send(contract, make.actor(contract.employer), files=[file])


def test_send_refuses_a_room_that_never_opened(make):
    bid = make.bid()
    offered = offers.award(bid_id=bid.id, actor=make.actor(bid.task.employer), now=NOON)
    offers.decline_offer(contract_id=offered.id, actor=make.actor(bid.bidder), now=NOON)
    with pytest.raises(policies.RoomClosed):
        _send(offered, make.actor(bid.bidder))


def test_a_thread_is_empty_for_strangers(make, contract):
    _send(contract, make.actor(contract.employer))

    assert not queries.thread(contract.id, make.actor(make.employer())).exists()


def test_unread_counts_what_the_other_side_wrote_since_the_mark(make, contract):
    employer, freelancer = make.actor(contract.employer), make.actor(contract.freelancer)
    reader = User.objects.get(id=freelancer.user_id)
    _send(contract, employer, now=NOON + timedelta(minutes=1))
    _send(contract, freelancer, now=NOON + timedelta(minutes=2))

    def unread():
        return dict(queries.contracts_with_unread(contract.freelancer_id, reader.pk).values_list("id", "unread"))

    assert unread() == {contract.id: 1}

    operations.mark_read(contract_id=contract.id, user=reader, actor=freelancer, now=NOON + timedelta(minutes=3))
    assert unread() == {}
    operations.mark_read(contract_id=contract.id, user=reader, actor=freelancer, now=NOON)
    assert unread() == {}, "an older mark must not bring old messages back"


def test_hide_is_for_staff_and_leaves_a_gap(make, contract):
    message = _send(contract, make.actor(contract.employer))
    with pytest.raises(policies.StaffOnly):
        operations.hide(message_id=message.id, reason_code="spam", actor=make.actor(contract.freelancer), now=NOON)

    operations.hide(message_id=message.id, reason_code="spam", actor=make.staff_actor(), now=NOON)
    assert queries.thread(contract.id, make.actor(contract.freelancer)).get().hidden_reason == "spam"
