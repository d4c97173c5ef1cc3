from datetime import timedelta

import pytest
from django.core import mail

from apps.accounts.operations import members
from apps.bidding import operations as bidding
from apps.contracts.operations import cancellations, milestones, reminders
from apps.messaging import operations as messaging
from apps.notifications import operations
from apps.notifications.models import EmailDelivery, Notification, Preference
from apps.tasks import operations as tasks
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def kinds(organization):
    users = [membership.user for membership in organization.memberships.select_related("user")]
    return list(
        Notification.objects.filter(user__in=users).order_by("happened_at", "id").values_list("kind", flat=True)
    )


def test_a_bid_tells_the_employer_who_and_how_much(make, outbox_drain):
    bid = make.bid()
    outbox_drain()
    assert "bid_received" in kinds(bid.task.employer)
    notification = Notification.objects.get(kind="bid_received")
    assert notification.params["who"] == bid.bidder.display_name
    assert notification.params["amount"] == {"money": [bid.binding_amount_minor, bid.binding_currency]}


def test_a_sealed_bid_tells_nothing_of_itself(make, outbox_drain):
    task = make.task(bid_window="sealed")
    bid = make.bid(task=task)
    outbox_drain()
    notification = Notification.objects.get(kind="bid_received_sealed")
    assert set(notification.params) == {"task", "closes_at"}
    operations.send_pending_emails(now=NOON)
    for message in mail.outbox:
        if message.to == [notification.user.email]:
            text = message.body + message.subject + message.alternatives[0][0]
            assert bid.bidder.display_name not in text
            assert "bids on" not in text


def test_the_fate_of_a_bid_is_notified_to_the_bidder(make, outbox_drain):
    bid = make.bid()
    employer = make.actor(bid.task.employer)
    bidding.shortlist(bid_id=bid.id, actor=employer, now=NOON)
    bidding.decline_bid(bid_id=bid.id, reason="price", note="", actor=employer, now=NOON)
    outbox_drain()
    assert [kind for kind in kinds(bid.bidder) if kind.startswith("bid_")] == ["bid_shortlisted", "bid_declined"]


def test_bidders_are_notified_of_an_addendum_and_of_answers(make, outbox_drain):
    bid = make.bid()
    employer = make.actor(bid.task.employer)
    other = make.freelancer("Other")
    question = tasks.ask_question(
        task_id=bid.task_id, actor=make.actor(other), text="Which format?", source_language="en", now=NOON
    )
    tasks.answer_question(question_id=question.id, actor=employer, answer="PDF", now=NOON)
    outbox_drain()
    assert "question_asked" in kinds(bid.task.employer)
    assert "question_answered" in kinds(bid.bidder)
    assert "question_answered" in kinds(other)


def test_both_sides_are_notified_of_a_contract(make, outbox_drain):
    contract = make.contract()
    outbox_drain()
    assert "contract_offered" in kinds(contract.freelancer)
    assert "contract_accepted" in kinds(contract.employer)
    proposal = cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=0, reason="Plans changed", actor=make.actor(contract.employer),
        now=NOON,
    )  # fmt: skip
    cancellations.accept_cancellation(proposal_id=proposal.id, actor=make.actor(contract.freelancer), now=NOON)
    outbox_drain()
    assert "cancellation_proposed" in kinds(contract.freelancer)
    assert {"cancellation_accepted", "contract_cancelled"} <= set(kinds(contract.employer))


def test_the_work_and_its_pay_are_notified(make, outbox_drain):
    contract = make.contract()
    milestone = make.milestone(contract=contract, status="approved")
    outbox_drain()
    freelancer, employer = kinds(contract.freelancer), kinds(contract.employer)
    assert {"milestone_funded", "milestone_approved", "funds_released", "contract_completed"} <= set(freelancer)
    assert {"work_delivered", "contract_completed"} <= set(employer)
    assert "funds_released" not in employer
    delivered = Notification.objects.filter(kind="work_delivered").first()
    assert delivered.get_absolute_url().endswith(f"#milestone-{milestone.position}")
    assert delivered.params["review_due_at"]["moment"]  # although it was approved before this was delivered


def test_a_message_tells_the_other_side_only(make, outbox_drain):
    contract = make.contract()
    messaging.send(
        contract_id=contract.id, text="Here is the glossary", source_language="en",
        actor=make.actor(contract.employer), now=NOON,
    )  # fmt: skip
    outbox_drain()
    assert "message_received" in kinds(contract.freelancer)
    assert "message_received" not in kinds(contract.employer)


def test_an_invitation_to_join_reaches_somebody_without_an_account(make, outbox_drain):
    organization = make.organization("Atelier")
    members.invite_member(
        organization_id=organization.id,
        email="new@example.org",
        role="member",
        actor=make.actor(organization),
        now=NOON,
    )
    outbox_drain()
    operations.send_pending_emails(now=NOON)
    [message] = [item for item in mail.outbox if item.to == ["new@example.org"]]
    assert "/invitations/accept/" in message.body
    assert "Atelier" in message.subject


def test_handling_a_event_again_tells_nobody_again(make, outbox_drain):
    from apps.outbox.models import Delivery

    make.bid()
    outbox_drain()
    before = (Notification.objects.count(), EmailDelivery.objects.count())
    Delivery.objects.filter(subscriber__startswith="notifications.").update(
        status="pending", next_attempt_at=NOON - timedelta(hours=1)
    )
    outbox_drain()
    assert (Notification.objects.count(), EmailDelivery.objects.count()) == before


def test_every_event_that_people_wait_for_has_a_subscriber():
    from apps.outbox.bus import _events, _handlers

    heard = {event for name, (event, _) in _handlers.items() if name.startswith(("notifications.", "privacy."))}
    silent = {
        "payments.chargeback_won", "payments.chargeback_lost", "payments.fraud_warned",  # the escrow's events report it
        # asked for by a person of the same side, or reported by another event
        "accounts.profile_changed", "accounts.profile_hidden", "tasks.published", "tasks.taken_down",
        "bidding.bid_edited", "bidding.bid_withdrawn", "escrow.funded", "escrow.funding_failed",
        "payments.charge_succeeded", "payments.charge_expired",
        "payouts.payout_requested", "messaging.hidden", "messaging.conversation_hidden", "moderation.reported", "moderation.objected",
        "disputes.decided", "treasury.operation_recorded", "treasury.suspense_resolved", "payments.credit_sent_back",
        "invoicing.document_issued", "treasury.internal_transfer_approved",
        "gateways.paused_or_resumed",  # staff see it on every page
        "legal.version_published",  # everybody sees it on every page
        "privacy.closed",  # nobody is left
    }  # fmt: skip
    names = {name for name in _events if not name.startswith("test.")}
    assert names - heard - silent == set(), "say of a new event who is notified, or that nobody needs to be"


def test_an_approval_is_one_mail_and_who_wants_none_of_contracts_still_reads_of_the_money(make, outbox_drain):
    milestone = make.milestone(status="delivered")
    payee = milestone.contract.freelancer
    mailed = payee.memberships.get().user
    quiet = make.member(payee, "manager")
    Preference.objects.create(user=quiet, group="contracts", pace="off")
    milestones.approve_milestone(
        milestone_id=milestone.id, amount=None, actor=make.actor(milestone.contract.employer), now=NOON
    )
    outbox_drain()
    notifications = Notification.objects.filter(kind="funds_released")
    assert notifications.get(user=mailed).pace == "off"
    assert notifications.get(user=quiet).pace != "off"


def test_late_work_is_notified_to_both_sides_once_and_by_mail(make, outbox_drain):
    milestone = make.milestone(status="funded")
    late = milestone.due_at + timedelta(days=1)
    for _time in range(2):
        reminders.notify_overdue(milestone_id=milestone.id, now=late)
    outbox_drain(late)
    contract = milestone.contract

    assert kinds(contract.freelancer).count("milestone_overdue_to_freelancer") == 1
    assert kinds(contract.employer).count("milestone_overdue_to_employer") == 1
    to_freelancer = Notification.objects.get(kind="milestone_overdue_to_freelancer")
    assert to_freelancer.params["who"] == contract.employer.display_name
    assert to_freelancer.get_absolute_url().endswith(f"#milestone-{milestone.position}")
    operations.send_pending_emails(now=late)
    bodies = [item.body for item in mail.outbox if "is overdue" in item.subject]
    assert len(bodies) == 2
    assert any("for another date" in body for body in bodies)
    assert any("has not delivered" in body for body in bodies)
