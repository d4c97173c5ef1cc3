"""Claims of the payer's bank on held money."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from apps.common.prepared import prepared
from apps.escrow.models import BankClaim
from apps.escrow.states import ClaimKind


def open_claims(escrow_id: UUID) -> QuerySet[BankClaim]:
    """The undecided claims of the payer's bank on this escrow."""
    return BankClaim.objects.filter(escrow_id=escrow_id, ended_at=None)


def claims_ended_with(escrow_id: UUID, source_key: str) -> QuerySet[BankClaim]:
    """The open claims that end when the chargeback with this key is decided: its own and every warning."""
    return open_claims(escrow_id).filter(Q(source_key=source_key) | Q(kind=ClaimKind.WARNING))


def claims_of(organization_id: UUID) -> list[BankClaim]:
    """The open bank claims on escrows that the organization pays or is paid from."""
    return _claims_of(organization_id)


@prepared
def _claims_of(organization_id: UUID) -> QuerySet[BankClaim]:
    of_party = Q(escrow__payer_id=organization_id) | Q(escrow__payee_id=organization_id)
    return BankClaim.objects.filter(of_party, ended_at=None).select_related("escrow").order_by("opened_at")


def open_warnings() -> list[BankClaim]:
    """The open fraud warnings that staff have not dismissed, oldest first; at most 200."""
    rows = BankClaim.objects.filter(kind=ClaimKind.WARNING, ended_at=None)
    return list(rows.select_related("escrow__payer").order_by("opened_at")[:200])


def is_claimed(escrow_id: UUID, *, warnings_too: bool = True) -> bool:
    claims = open_claims(escrow_id)
    return (claims if warnings_too else claims.filter(kind=ClaimKind.CHARGEBACK)).exists()
