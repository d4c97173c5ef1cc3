"""Counts that are 0 if contracts agree with their money and with what was accepted."""

from __future__ import annotations

from django.db.models import F, Sum

from apps.common.fingerprints import fingerprint
from apps.contracts.models import Contract, ContractVersion, Milestone
from apps.contracts.states import HOLDS_MONEY

VERSIONS_AT_ONCE = 500


def milestones_that_differ_from_their_escrows() -> int:
    """The number of funded milestones whose price and returned money are not what was paid into escrow."""
    funded = Milestone.objects.filter(status__in=HOLDS_MONEY)
    return funded.exclude(escrow__amount_minor=F("amount_minor") + F("given_back_minor")).count()


def contracts_that_differ_from_their_milestones() -> int:
    """The number of contracts whose amount is not the sum of the milestones that no change dropped."""
    sums = dict(
        Milestone.objects.filter(dropped_at=None)
        .order_by()
        .values_list("contract_id")
        .annotate(sum=Sum("amount_minor"))
        .iterator()
    )
    amounts = Contract.objects.values_list("id", "amount_minor").iterator()
    return sum(sums.get(contract_id) != amount for contract_id, amount in amounts)


def versions_whose_hash_differs() -> int:
    """The number of accepted versions whose SHA-256 does not recompute, or that do not name the one before."""
    rows = ContractVersion.objects.order_by("contract_id", "number").values_list("contract_id", "terms", "sha256")
    wrong, of_contract, previous = 0, None, ""
    for contract_id, terms, sha256 in rows.iterator(chunk_size=VERSIONS_AT_ONCE):
        expected = previous if contract_id == of_contract else ""
        wrong += fingerprint(terms) != sha256 or terms.get("previous_sha256", "") != expected
        of_contract, previous = contract_id, sha256
    return wrong
