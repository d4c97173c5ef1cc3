"""Which organizations are paid to the same account."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from apps.accounts.models import User
from apps.common.prepared import prepared
from apps.payouts.models import PayoutAccount
from apps.payouts.states import PayoutAccountStatus

_USED = (PayoutAccountStatus.ACTIVE, PayoutAccountStatus.REPLACED)


def number_digest(account_number: str) -> str:
    """A keyed hash that shows whether two numbers are the same without storing them; "" for an empty number."""
    plain = "".join(account_number.split()).upper()
    return salted_hmac("payouts.account_number", plain, algorithm="sha256").hexdigest() if plain else ""


def setters_of_accounts(organization_id: UUID) -> list[User]:
    """The active users who set a payout account of the organization, current or replaced."""
    ids = PayoutAccount.objects.filter(organization_id=organization_id, status__in=_USED).exclude(set_by_id=None)
    return list(User.objects.filter(id__in=ids.values("set_by_id"), is_active=True).order_by("created_at"))


@prepared
def _accounts_of(organization_ids: list[UUID]) -> QuerySet[PayoutAccount]:
    return PayoutAccount.objects.filter(organization_id__in=organization_ids, status__in=_USED).exclude(last4="")


def share_a_payout_account(one_id: UUID, other_id: UUID) -> bool:
    """
    Whether the two organizations are, or were, paid to the same account: the same number if it passed through our
    system, else the same bank, country, holder and last digits.
    """
    signs: dict[UUID, set[tuple[str, ...]]] = {one_id: set(), other_id: set()}
    for row in _accounts_of([one_id, other_id]):
        own = signs[row.organization_id]
        if row.number_digest:
            own.add((row.number_digest,))
        if row.bank_name:
            own.add((row.country, row.bank_name, row.holder_name.casefold(), row.last4))
    return bool(signs[one_id] & signs[other_id])
