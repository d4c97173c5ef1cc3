"""A freelancer's payout account, entered on the processor's own page."""

from apps.payouts.models import PayoutAccount
from apps.payouts.operations import accounts as account_operations
from devstack.sandbox_processor import accounts
from tests.conftest import NOON


def start_onboarding(make, organization, currency: str = "", **options) -> PayoutAccount:
    assert make.processor
    return account_operations.start_onboarding(
        organization_id=organization.id, currency=currency or organization.currency, holder_name="Ada Obi",
        is_automatic=False, gateway="sandbox", now=NOON,
        **({"actor": make.actor(organization)} | options),
    )  # fmt: skip


def complete_onboarding(make, account: PayoutAccount, number: str = "000123456789") -> None:
    """What the recipient does on the processor's page."""
    account_operations.onboarding_page(
        account_id=account.id, return_url="http://a/", refresh_url="http://b/", actor=make.actor(account.organization)
    )
    store = make.processor.store
    with store.step():
        link = next(
            item for item in store.listed("v2.core.account_link", "") if item["account"] == account.remote_account_id
        )
        accounts.onboard(store, link, number)


def onboarded(make, organization, currency: str = "", number: str = "000123456789") -> PayoutAccount:
    account = start_onboarding(make, organization, currency)
    complete_onboarding(make, account, number)
    return account_operations.refresh_onboarding(account_id=account.id, now=NOON)
