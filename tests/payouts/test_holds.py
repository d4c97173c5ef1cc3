"""What keeps money from leaving: a changed account, a changed country, and law that changed meanwhile."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from apps.accounts.models import AccessEvent, Organization
from apps.accounts.operations import members, organizations
from apps.accounts.policies import OwnOrganization, StaffRoleMissing
from apps.accounts.queries.organizations import countries_to_check
from apps.common.money import Money
from apps.compliance.policies import Sanctioned
from apps.notifications.models import Notification
from apps.payouts import policies
from apps.payouts.models import Payout, PayoutAttempt
from apps.payouts.operations import accounts as account_operations
from apps.payouts.operations import automatic, payouts
from apps.payouts.queries import accounts as account_queries
from tests.conftest import NOON, prove
from tests.make import dispatch

pytestmark = pytest.mark.django_db
TWO_DAYS = timedelta(hours=48)


@pytest.fixture
def ada(make):
    organization = make.freelancer("Ada")
    make.payout_account(organization)
    make.balance(organization, Money.of("90.00", "USD"))
    return organization


def quote(make, ada, now=NOON, **fields):
    options = {"organization_id": ada.id, "currency": "USD", "amount": None, "actor": make.actor(ada), "now": now}
    return payouts.quote_payout(**(options | fields))


def move_to(make, ada, country: str, *, at: datetime = NOON) -> None:
    changes = {"country": country}
    organizations.update_organization(organization_id=ada.id, actor=make.actor(ada), now=at, changes=changes)


def test_the_first_account_is_paid_to_at_once(make, ada):
    assert account_queries.payout_account_of(ada.id).payable_from is None
    assert quote(make, ada)


def test_a_changed_account_is_paid_to_after_two_days_and_the_refusal_says_when(make, ada):
    make.payout_account(ada, number="999888777666")

    with pytest.raises(policies.AccountTooNew, match="30"):
        quote(make, ada)
    with pytest.raises(policies.AccountTooNew):
        quote(make, ada, NOON + TWO_DAYS - timedelta(seconds=1))
    assert quote(make, ada, NOON + TWO_DAYS)


def test_a_quote_of_before_does_not_get_round_it(make, ada):
    before = quote(make, ada)
    make.payout_account(ada, number="999888777666")
    with pytest.raises((policies.QuoteOutdated, policies.AccountTooNew)):
        payouts.accept_quote(quote_id=before.id, actor=make.actor(ada), now=NOON)


def test_the_clock_pays_out_nothing_to_a_new_account(make, ada):
    make.payout_account(ada, number="999888777666", is_automatic=True)
    assert automatic.batch_payables(now=NOON) == []
    assert len(automatic.batch_payables(now=NOON + TWO_DAYS)) == 1


def test_who_set_the_old_account_and_all_owners_are_notified_of_a_change(make, ada, outbox_drain):
    finance = make.actor(ada, "finance")
    account_operations.set_payout_account(
        organization_id=ada.id, currency="USD", holder_name="Ada", account_number="555666777888", is_automatic=False,
        gateway="sandbox", actor=finance, now=NOON,
    )  # fmt: skip
    membership = ada.memberships.get(user_id=finance.user_id)
    members.remove_member(membership_id=membership.id, actor=make.actor(ada), now=NOON)
    outbox_drain()
    Notification.objects.all().delete()

    make.payout_account(ada, number="999888777666")
    outbox_drain()

    notified = Notification.objects.filter(kind="payout_account_changed").values_list("user_id", flat=True)
    assert set(notified) == {ada.memberships.get(role="owner").user_id, finance.user_id}
    assert AccessEvent.objects.filter(action="payouts.account_changed").count() == 3


def test_the_wallet_says_until_when_it_waits(client, make, ada):
    make.payout_account(ada, number="999888777666")
    from django.utils import timezone

    account = account_queries.payout_account_of(ada.id)
    account.payable_from = timezone.now() + TWO_DAYS
    account.save(update_fields=["payable_from"])
    user = ada.memberships.get(role="owner").user
    client.force_login(user)
    prove(client, user)
    assert "This account is new" in client.get(reverse("payouts:wallet")).content.decode()


def test_a_changed_country_stops_payouts_until_staff_looked(make, ada, outbox_drain):
    staff = make.staff_actor("finance")
    move_to(make, ada, "PL")
    with pytest.raises(policies.CountryUnderReview):
        quote(make, ada)
    outbox_drain()
    notified = Notification.objects.filter(kind="country_to_check").values_list("user_id", flat=True)
    assert list(notified) == [staff.user_id]
    assert Notification.objects.filter(kind="country_changed", user__memberships__organization=ada).count() == 1

    with pytest.raises(StaffRoleMissing):
        organizations.clear_country(organization_id=ada.id, actor=make.staff_actor("moderator"), now=NOON)
    organizations.clear_country(organization_id=ada.id, actor=staff, now=NOON)

    assert quote(make, ada)
    actions = AccessEvent.objects.filter(organization=ada, action__startswith="accounts.country").order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["accounts.country_changed", "accounts.country_checked"]


def test_the_country_that_staff_compare_with_is_the_one_they_checked_last(make, ada):
    staff = make.staff_actor("finance")
    first = ada.country
    move_to(make, ada, "PL")
    move_to(make, ada, "CZ", at=NOON + timedelta(minutes=1))
    assert [(row.organization.id, row.before) for row in countries_to_check()] == [(ada.id, first)]

    organizations.clear_country(organization_id=ada.id, actor=staff, now=NOON + timedelta(minutes=2))
    move_to(make, ada, "IT", at=NOON + timedelta(minutes=3))

    assert [(row.organization.country, row.before) for row in countries_to_check()] == [("IT", "CZ")]


def test_nobody_clears_the_country_of_their_own_organization(make):
    staff = make.staff("Boss", role="finance")
    own = make.freelancer(owner=staff)
    from apps.accounts.queries import actors

    with pytest.raises(OwnOrganization):
        organizations.clear_country(organization_id=own.id, actor=actors.actor_for(staff, own.id), now=NOON)


def test_sanctions_are_asked_at_the_quote(make, ada):
    Organization.objects.filter(id=ada.id).update(country="KP")
    with pytest.raises(Sanctioned):
        quote(make, ada)


def test_sanctions_are_asked_again_before_money_is_sent(make, ada):
    payout = payouts.accept_quote(quote_id=quote(make, ada).id, actor=make.actor(ada), now=NOON)
    Organization.objects.filter(id=ada.id).update(country="KP")

    dispatch.send_due(clock=lambda: NOON)

    payout.refresh_from_db()
    assert payout.status == "sending"
    assert (payout.remote_transfer_id, payout.remote_payout_id) == ("", "")
    assert PayoutAttempt.objects.get(payout=payout).detail == "corridor_sanctioned"
    assert dispatch.send_due(clock=lambda: NOON + timedelta(minutes=59)) == 0

    Organization.objects.filter(id=ada.id).update(country=ada.country)
    dispatch.send_due(clock=lambda: NOON + timedelta(hours=1))
    assert Payout.objects.get(id=payout.id).status in ("submitted", "paid")
