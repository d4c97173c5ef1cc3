"""Change requests for tests: a contract with two milestones, wishes about it, and what always holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from apps.bidding.rules import MilestoneDraft
from apps.common.fingerprints import fingerprint
from apps.common.money import Money
from apps.contracts import terms
from apps.contracts.models import ChangeRequest, Contract, ContractVersion
from apps.contracts.operations import changes
from apps.contracts.queries import milestones as milestone_queries
from apps.contracts.states import HOLDS_MONEY
from apps.ledger import chart
from apps.ledger.queries import books, invariants


def two_steps(make: Any) -> Contract:
    bid = make.bid(milestones=(MilestoneDraft("Draft", 400_00, 4), MilestoneDraft("Final", 500_00, 6)))
    return make.contract(bid=bid)


def edited(contract: Contract, wishes: dict[int, dict[str, Any] | None] | None = None) -> terms.Draft:
    """The terms in force with other values for milestones, by their index; None drops one."""
    draft = changes.draft_in_force(contract)
    steps = list(draft.steps)
    for index, wish in (wishes or {}).items():
        steps[index] = replace(steps[index], **wish) if wish is not None else None
    return replace(draft, steps=tuple(step for step in steps if step is not None))


def propose(
    make: Any,
    contract: Contract,
    wishes: dict[int, dict[str, Any] | None] | None = None,
    *,
    draft: terms.Draft | None = None,
    by: Any = None,
    actor: Any = None,
    reason: str = "Plans changed",
) -> ChangeRequest:
    return changes.propose_change(
        contract_id=contract.id,
        draft=draft or edited(contract, wishes),
        reason=reason,
        source_language="en",
        actor=actor or make.actor(by or contract.employer),
        now=make.now,
    )


def check_books(contract: Contract) -> None:
    """
    What holds after every change: the milestones add up to the contract's amount, the money held is what is owed for
    open milestones, and every accepted version's hash recomputes and names the one before.
    """
    contract = Contract.objects.get(id=contract.id)
    rows = list(contract.milestones.select_related("escrow"))
    assert Money.total((row.amount for row in rows if not row.dropped_at), contract.currency) == contract.amount
    assert sorted(row.position for row in rows) == list(range(1, len(rows) + 1))
    for row in rows:
        held = milestone_queries.held(row)
        if row.escrow_id is not None and row.status != "disputed":
            assert held == books.balance(chart.escrow_held(row.escrow_id, row.currency))
        if row.status in HOLDS_MONEY:
            assert held == row.amount - row.escrow.released
            assert row.escrow.amount == row.amount + row.given_back
        elif row.status != "disputed":
            assert not held
    previous = ""
    for version in ContractVersion.objects.filter(contract=contract).order_by("number"):
        assert fingerprint(version.terms) == version.sha256
        assert version.terms.get("previous_sha256", "") == previous
        previous = version.sha256
    assert (contract.terms_sha256, contract.terms["amount_minor"]) == (previous, contract.amount_minor)
    assert [finding for finding in invariants.check_all() if finding.breaches] == []
