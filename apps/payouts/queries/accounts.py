from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from apps.common.prepared import prepared
from apps.payouts.models import PayoutAccount
from apps.payouts.states import PayoutAccountStatus


def payout_account_of(organization_id: UUID) -> PayoutAccount | None:
    """The active payout account, or None."""
    return (
        PayoutAccount.objects.select_related("organization")
        .filter(organization_id=organization_id, status=PayoutAccountStatus.ACTIVE)
        .first()
    )


def present_accounts_of(organization_id: UUID) -> tuple[PayoutAccount | None, PayoutAccount | None]:
    """The active payout account and the newest one that is being onboarded at the processor. One query."""
    by_status = {account.status: account for account in _present_accounts(organization_id)}
    return by_status.get(PayoutAccountStatus.ACTIVE), by_status.get(PayoutAccountStatus.ONBOARDING)


@prepared
def _present_accounts(organization_id: UUID) -> QuerySet[PayoutAccount]:
    present = [PayoutAccountStatus.ACTIVE, PayoutAccountStatus.ONBOARDING]
    accounts = PayoutAccount.objects.filter(organization_id=organization_id, status__in=present)
    return accounts.select_related("organization").order_by("created_at")


def onboarding_account_of(organization_id: UUID) -> PayoutAccount | None:
    """The newest account that is being onboarded on the processor's own pages, or None."""
    return (
        PayoutAccount.objects.filter(organization_id=organization_id, status=PayoutAccountStatus.ONBOARDING)
        .order_by("-created_at")
        .first()
    )
