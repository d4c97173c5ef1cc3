"""Onboarding by the processor's own pages, for both rails."""

import pytest

from apps.common.errors import NotAllowed
from apps.gateways import errors
from apps.payouts import policies
from apps.payouts.models import PayoutAccount
from apps.payouts.operations import accounts as account_operations
from apps.payouts.queries import accounts as account_queries
from tests.conftest import NOON
from tests.make.onboarding import complete_onboarding, onboarded, start_onboarding

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("country", "currency", "rail"), [("FR", "EUR", "connect"), ("NG", "USD", "global_payouts")])
def test_the_country_table_chooses_the_rail_and_the_processors_page_the_bank(make, country, currency, rail):
    organization = make.freelancer(country=country, currency=currency)
    account = start_onboarding(make, organization)
    assert (account.status, account.rail) == ("onboarding", rail)
    assert account_operations.refresh_onboarding(account_id=account.id, now=NOON).status == "onboarding"
    assert account_queries.payout_account_of(organization.id) is None

    complete_onboarding(make, account)
    ready = account_operations.refresh_onboarding(account_id=account.id, now=NOON)

    assert (ready.status, ready.last4) == ("active", "6789")
    assert bool(ready.remote_payout_method_id) == (rail == "global_payouts")
    assert account_operations.refresh_onboarding(account_id=account.id, now=NOON).status == "active"


def test_payouts_of_a_connected_account_are_ours_to_make(make):
    account = onboarded(make, make.freelancer(country="FR", currency="EUR"))
    assert make.processor.store.find(account.remote_account_id)["_interval"] == "manual"


def test_a_country_without_a_rail_is_refused(make):
    with pytest.raises(policies.PayoutCountryUnsupported):
        start_onboarding(make, make.freelancer(country="AQ", currency="USD"))


def test_only_those_who_may_withdraw_onboard(make):
    ada = make.freelancer()
    with pytest.raises(NotAllowed):
        start_onboarding(make, ada, actor=make.actor(ada, "viewer"))
    account = start_onboarding(make, ada)
    with pytest.raises(NotAllowed):
        account_operations.onboarding_page(
            account_id=account.id, return_url="http://a/", refresh_url="http://b/", actor=make.actor(ada, "viewer")
        )


def test_whom_the_processor_does_not_verify_keeps_the_old_account(make):
    ada = make.freelancer(country="FR", currency="EUR")
    old = onboarded(make, ada)
    waiting = start_onboarding(make, ada)
    assert waiting.remote_account_id == old.remote_account_id  # money may be there
    make.processor.store.save(make.processor.store.find(old.remote_account_id) | {"payouts_enabled": False})

    account_operations.refresh_onboarding(account_id=waiting.id, now=NOON)

    assert account_queries.payout_account_of(ada.id) == old


def test_starting_again_takes_the_place_of_what_was_not_completed(make):
    ada = make.freelancer()
    first, second = start_onboarding(make, ada), start_onboarding(make, ada)
    first.refresh_from_db()
    assert (first.status, second.status) == ("replaced", "onboarding")
    assert account_queries.onboarding_account_of(ada.id) == second


def test_a_rejection_and_no_answer_promise_nothing(make):
    ada = make.freelancer()
    store = make.processor.store
    for kind, error in (
        ("refuse", account_operations.BankAccountRefused),
        ("500", errors.PaymentUnavailable),
    ):
        store.run("INSERT INTO faults (path, kind, times) VALUES ('POST /v2/core/accounts', ?, 1)", kind)
        with pytest.raises(error):
            start_onboarding(make, ada)
    assert set(PayoutAccount.objects.filter(organization=ada).values_list("status", flat=True)) == {
        "refused",
        "pending",
    }
