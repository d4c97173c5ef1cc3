"""A limit is loosened by two persons and a day later; making it stricter takes one and a moment."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.accounts.models import AccessEvent, Membership
from apps.accounts.policies import SecondPersonTooNew
from apps.common.errors import IllegalTransition, NotAllowed
from apps.common.money import Money
from apps.notifications.models import Notification
from apps.spending import operations, policies, queries
from apps.spending.models import SpendingRuleChange
from tests.conftest import NOON, prove

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


@pytest.fixture
def firm(make):
    return make.employer(currency="EUR", country="DE")


@pytest.fixture
def owner(make, firm):
    return make.actor(firm)


@pytest.fixture
def manager(make, firm):
    return make.actor(firm, "manager")


def limit(firm, actor, above: str | None, *, now=NOON, monthly: str | None = None):
    return operations.set_rule(
        organization_id=firm.id, approval_above=eur(above) if above else None,
        monthly_limit=eur(monthly) if monthly else None, member_limit=None, actor=actor, now=now,
    )  # fmt: skip


def pay(firm, actor, amount: str, now):
    purpose = operations.Purpose(uuid4(), "Logo", eur(amount))
    return operations.reserve(organization_id=firm.id, purpose=purpose, actor=actor, now=now)


def test_who_is_bound_lifts_no_limit_alone(firm, owner, manager):
    limit(firm, owner, "10")

    limit(firm, manager, None)

    with pytest.raises(policies.ApprovalNeeded):
        pay(firm, manager, "50", NOON)
    with pytest.raises(policies.ApprovalNeeded):
        pay(firm, manager, "50", NOON + 30 * DAY)
    change = queries.pending_change(firm.id, NOON)
    assert (change.status, change.proposed_by_id) == ("proposed", manager.user_id)
    with pytest.raises(policies.OwnRequest):
        operations.agree_to_loosen(change_id=change.id, actor=manager, now=NOON)


def test_agreed_by_an_owner_it_holds_a_day_later(firm, owner, manager):
    limit(firm, owner, "10")
    limit(firm, manager, "100")
    change = queries.pending_change(firm.id, NOON)
    operations.agree_to_loosen(change_id=change.id, actor=owner, now=NOON)

    with pytest.raises(policies.ApprovalNeeded):
        pay(firm, manager, "50", NOON + DAY - timedelta(seconds=1))
    assert queries.rule_of(firm.id, NOON).approval_above == eur("10")
    assert queries.rule_of(firm.id, NOON + DAY).approval_above == eur("100")
    pay(firm, manager, "50", NOON + DAY)
    assert SpendingRuleChange.objects.get(id=change.id).status == "in_force"


def test_what_is_stricter_holds_at_once_beside_what_waits(firm, owner, manager):
    limit(firm, owner, "10", monthly="1000")

    rule = limit(firm, manager, "500", monthly="300")

    assert (rule.approval_above, rule.monthly_limit) == (eur("10"), eur("300"))
    pending = queries.pending_change(firm.id, NOON)
    assert (pending.approval_above, pending.monthly_limit) == (eur("500"), eur("300"))


def test_a_manager_is_no_second_person_for_a_manager(make, firm, owner, manager):
    limit(firm, owner, "10")
    limit(firm, manager, None)
    other = make.member(firm, "manager")
    from apps.accounts.queries import actors

    with pytest.raises(policies.OwnerNeeded):
        operations.agree_to_loosen(
            change_id=queries.pending_change(firm.id, NOON).id, now=NOON,
            actor=actors.actor_for(other, firm.id, has_fresh_login=True),
        )  # fmt: skip


def test_an_owner_asks_a_manager_of_longer_than_a_day(firm, owner, manager):
    limit(firm, owner, "10")
    limit(firm, owner, None)
    change = queries.pending_change(firm.id, NOON)
    Membership.objects.filter(user_id=manager.user_id).update(role_since=NOON - timedelta(hours=23))
    with pytest.raises(SecondPersonTooNew):
        operations.agree_to_loosen(change_id=change.id, actor=manager, now=NOON)
    operations.agree_to_loosen(change_id=change.id, actor=manager, now=NOON + timedelta(hours=1))


def test_an_owner_who_is_alone_waits_the_day(firm, owner):
    limit(firm, owner, "10")
    limit(firm, owner, None)
    change = queries.pending_change(firm.id, NOON)
    assert (change.status, change.agreed_by_id, change.effective_at) == ("agreed", None, NOON + DAY)
    with pytest.raises(policies.ApprovalNeeded):
        pay(firm, owner, "50", NOON)
    pay(firm, owner, "50", NOON + DAY)


def test_it_can_be_kept_as_it_is_until_it_holds(firm, owner, manager):
    limit(firm, owner, "10")
    limit(firm, manager, None)
    change = queries.pending_change(firm.id, NOON)
    operations.agree_to_loosen(change_id=change.id, actor=owner, now=NOON)
    operations.withdraw_loosening(change_id=change.id, actor=owner, now=NOON + timedelta(hours=1))
    with pytest.raises(policies.ApprovalNeeded):
        pay(firm, manager, "50", NOON + 2 * DAY)

    limit(firm, manager, None, now=NOON)
    late = queries.pending_change(firm.id, NOON)
    operations.agree_to_loosen(change_id=late.id, actor=owner, now=NOON)
    with pytest.raises(IllegalTransition):
        operations.withdraw_loosening(change_id=late.id, actor=owner, now=NOON + DAY)


def test_each_change_is_a_row_and_owners_are_notified_of_what_is_loosened(firm, owner, manager, outbox_drain):
    limit(firm, owner, "10")
    limit(firm, owner, "5")
    limit(firm, manager, None)
    operations.agree_to_loosen(change_id=queries.pending_change(firm.id, NOON).id, actor=owner, now=NOON)
    outbox_drain()

    rows = SpendingRuleChange.objects.order_by("proposed_at", "id").values_list("status", "is_loosening")
    assert sorted(rows) == [("agreed", True), ("in_force", False), ("in_force", False)]
    assert SpendingRuleChange.objects.get(status="agreed").before["approval_above_minor"] == 500
    notified = Notification.objects.filter(user_id=owner.user_id).values_list("kind", flat=True)
    assert set(notified) == {"limits_to_loosen", "limits_loosened"}
    assert AccessEvent.objects.filter(action="spending.rule_changed").count() == 2


def test_somebody_who_came_a_moment_ago_approves_nothing(make, firm, owner):
    limit(firm, owner, "10")
    newcomer = make.actor(firm, "finance")
    Membership.objects.filter(user_id=newcomer.user_id).update(role_since=NOON - timedelta(hours=23))
    approval = operations.request_approval(
        organization_id=firm.id, purpose=operations.Purpose(uuid4(), "Logo", eur("50")), note="", actor=owner, now=NOON
    )
    with pytest.raises(SecondPersonTooNew):
        operations.decide(approval_id=approval.id, is_approved=True, reason="", actor=newcomer, now=NOON)
    operations.decide(
        approval_id=approval.id, is_approved=True, reason="", actor=newcomer, now=NOON + timedelta(hours=1)
    )


def test_a_promotion_starts_the_day_again(make, firm, owner):
    from apps.accounts.operations import members

    viewer = make.member(firm, "viewer")
    membership = Membership.objects.get(user=viewer)
    members.change_role(membership_id=membership.id, role="finance", actor=owner, now=NOON)
    assert Membership.objects.get(user=viewer).role_since == NOON


def test_members_set_no_rule_and_a_stranger_agrees_to_none(make, firm, owner, manager):
    with pytest.raises(NotAllowed):
        limit(firm, make.actor(firm, "finance"), "10")
    limit(firm, owner, "10")
    limit(firm, manager, None)
    change = queries.pending_change(firm.id, NOON)
    from apps.common.errors import NotFound

    with pytest.raises(NotFound):
        operations.agree_to_loosen(change_id=change.id, actor=make.actor(make.employer()), now=NOON)


def test_pages_show_what_waits_and_the_second_person_agrees_there(client, make, firm, owner, manager):
    limit(firm, owner, "10")
    limit(firm, manager, None)
    user = firm.memberships.get(role="owner").user
    client.force_login(user)
    prove(client, user)
    page = client.get(reverse("spending:overview")).content.decode()
    assert "Agree to the new limits" in page

    change = SpendingRuleChange.objects.get(status="proposed")
    assert client.post(reverse("spending:agree", args=[change.id])).status_code == 302
    change.refresh_from_db()
    assert (change.status, change.agreed_by_id) == ("agreed", user.pk)
