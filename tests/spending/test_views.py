"""Setting limits, asking and deciding, as people click it."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.queries import actors
from apps.common import keyset
from apps.common.actors import SYSTEM
from apps.common.money import Money
from apps.escrow.operations import releases
from apps.notifications.models import Notification
from apps.spending import operations, queries
from apps.spending.models import Approval, Budget, Spend, SpendingRule
from tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def contract(make):
    return make.contract(status="active")


@pytest.fixture
def milestone(contract):
    return contract.milestones.order_by("position").first()


@pytest.fixture
def firm(contract):
    return contract.employer


@pytest.fixture
def as_owner(client, firm):
    client.force_login(firm.memberships.get(role="owner").user)
    return client


def as_colleague(client, make, firm):
    client.force_login(make.member(firm, "finance"))
    return client


def test_limits_are_set_and_a_budget_is_opened_and_closed(as_owner, firm):
    assert as_owner.get(reverse("spending:overview")).status_code == 200
    answer = as_owner.post(
        reverse("spending:rule"), {"approval_above": "100", "monthly_limit": "", "member_limit": "50"}
    )
    assert answer.url == reverse("spending:overview")
    rule = SpendingRule.objects.get(organization=firm)
    assert (rule.approval_above, rule.monthly_limit) == (Money.of("100.00", firm.currency), None)

    as_owner.post(reverse("spending:new_budget"), {"name": "Relaunch", "amount": "900", "purchase_order": "PO-1"})
    twice = as_owner.post(reverse("spending:new_budget"), {"name": "Relaunch", "amount": "1", "purchase_order": ""})
    assert twice.status_code == 422
    assert "There is an open budget of this name already" in twice.content.decode()
    assert "Relaunch" in as_owner.get(reverse("spending:overview")).content.decode()
    as_owner.post(reverse("spending:close_budget", args=[Budget.objects.get().id]))
    assert Budget.objects.get().is_closed


def test_a_payment_above_the_threshold_goes_through_a_second_person(as_owner, client, make, firm, milestone):
    assert make.processor
    as_owner.post(reverse("spending:rule"), {"approval_above": "0", "monthly_limit": "", "member_limit": ""})
    fund = reverse("contracts:fund", args=[milestone.id])

    refused = as_owner.post(fund, {"step": "pay", "purchase_order": "PO-9"})
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "Ask for approval first" in page
    assert 'value="PO-9"' in page  # nothing that was filled in is lost
    result = as_owner.post(fund, {"step": "ask", "purchase_order": "PO-9"})
    approval = Approval.objects.get()
    assert result.url == reverse("spending:approval", args=[approval.id])
    own = as_owner.post(reverse("spending:decide", args=[approval.id]), {"decision": "approve"})
    assert own.status_code == 403

    as_colleague(client, make, firm)
    assert "Approve payment" in client.get(result.url).content.decode()
    client.post(reverse("spending:decide", args=[approval.id]), {"decision": "approve", "reason": ""})
    as_owner.force_login(firm.memberships.get(role="owner").user)
    assert "approved this payment" in as_owner.get(fund).content.decode()
    paid = as_owner.post(fund, {"step": "pay", "purchase_order": "PO-9"})

    assert paid.url.startswith(make.processor.url)
    assert Spend.objects.get().purchase_order == "PO-9"


def test_a_refusal_without_a_reason_keeps_the_page(as_owner, client, make, firm, milestone):
    as_owner.post(reverse("contracts:fund", args=[milestone.id]), {"step": "ask", "purchase_order": ""})
    as_colleague(client, make, firm)

    answer = client.post(reverse("spending:decide", args=[Approval.objects.get().id]), {"decision": "refuse"})

    assert answer.status_code == 422
    assert "the person who asked will read it" in answer.content.decode()


def test_the_other_person_is_notified_and_then_the_first(as_owner, make, firm, milestone, outbox_drain):
    colleague = make.member(firm, "finance")
    as_owner.post(reverse("contracts:fund", args=[milestone.id]), {"step": "ask", "purchase_order": ""})
    outbox_drain(timezone.now())
    notification = Notification.objects.get(kind="approval_requested")
    assert notification.user == colleague
    operations.decide(
        approval_id=Approval.objects.get().id,
        is_approved=False,
        reason="No",
        actor=actors.actor_for(colleague, firm.id),
        now=NOON,
    )
    outbox_drain(timezone.now())
    assert Notification.objects.get(kind="approval_refused").user == firm.memberships.get(role="owner").user


def test_a_stranger_finds_nothing(make, client, as_owner, milestone):
    as_owner.post(reverse("contracts:fund", args=[milestone.id]), {"step": "ask", "purchase_order": ""})
    approval = Approval.objects.get()
    client.force_login(make.employer().memberships.get().user)

    assert client.get(reverse("spending:approval", args=[approval.id])).status_code == 404
    assert client.post(reverse("spending:decide", args=[approval.id]), {"decision": "approve"}).status_code == 404


def test_the_export_names_budget_and_order(as_owner, make, firm):
    operations.reserve(
        organization_id=firm.id, actor=make.actor(firm), now=NOON,
        purpose=operations.Purpose(firm.id, "=cmd", Money.of("10.00", "EUR"), None, "PO-3"),
    )  # fmt: skip

    text = b"".join(as_owner.get(reverse("spending:export")).streaming_content).decode()

    assert "'=cmd" in text
    assert "PO-3" in text


def test_what_goes_back_to_the_employer_no_longer_counts(make, outbox_drain):
    milestone = make.milestone(status="funded")
    spend = Spend.objects.get(reference_id=milestone.id)
    assert spend.status == "spent"
    releases.refund(escrow_id=milestone.escrow_id, amount=None, actor=SYSTEM, now=make.now)

    outbox_drain(make.now)

    spend.refresh_from_db()
    assert spend.returned_minor == spend.amount_minor
    assert spend.counted == Money.zero(spend.counted_currency)


def test_payments_are_listed_by_the_day_that_they_show_over_pages(make, client):

    employer = make.employer()
    user = employer.memberships.get().user
    days = [3, 19, 2, 17]
    for day in days:
        Spend.objects.create(
            organization=employer, reference_id=uuid4(), memo=f"day {day}", amount_minor=100, currency="EUR",
            counted_currency="EUR", spent_by=user, spent_on=date(2026, 11, day),
        )  # fmt: skip
    first = keyset.page(queries.spends_of(employer.id), order="-spent_on", size=2)
    rest = keyset.page(queries.spends_of(employer.id), order="-spent_on", size=2, cursor=first.next_cursor)
    assert [item.spent_on.day for item in [*first, *rest]] == [19, 17, 3, 2]
