"""Published reports, and the path of a customer's balances to the published root."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BinaryField, F, Q
from django.db.models.functions import Substr

from apps.accounts.models import Organization
from apps.assurance import rules
from apps.assurance.models import Leaf, Level, Report, Tree
from apps.common.errors import NotFound
from apps.common.money import Money
from apps.escrow.models import Escrow
from apps.ledger.queries import books
from apps.payments.models import Refund
from apps.payouts.models import Payout

FORMAT = "tradewind-merkle-sum-1"
_CASH = ("clearing", "bank")


@dataclass(frozen=True, slots=True)
class Owed:
    """One balance of one customer; `beneficiary_id` is the organization it is held for."""

    account_code: str
    amount: Money
    organization_id: UUID
    beneficiary_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    One currency of a report.

    `at_processor` is the balance reported by the processor, None if there is none; `at_connected` is in freelancers'
    accounts there; `in_exchange` is bought (positive) or sold (negative) and not settled yet. `own` is what remains
    after
    all liabilities are paid: the platform's own money.
    """

    currency: str
    owed: Money
    at_processor: Money | None
    booked: Money
    at_connected: Money
    at_bank: Money
    in_exchange: Money
    tree: Tree | None

    @property
    def own(self) -> Money:
        return self.booked + self.at_connected + self.at_bank + self.in_exchange - self.owed

    @property
    def is_covered(self) -> bool:
        return self.own.amount_minor >= 0


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf and its path to the published root."""

    leaf: Leaf
    steps: Sequence[rules.Step]

    @property
    def amount(self) -> Money:
        return Money(self.leaf.amount_minor, self.leaf.tree.currency)

    @property
    def is_sound(self) -> bool:
        """Return whether the path leads to the published root and sum."""
        tree = self.leaf.tree
        root = rules.climb(_node(self.leaf), self.steps)
        return (root.hash.hex(), root.total) == (tree.root_hash, tree.total_minor)

    def as_json(self) -> dict[str, Any]:
        tree = self.leaf.tree
        return {
            "account": self.leaf.account_code,
            "currency": tree.currency,
            "amount_minor": self.leaf.amount_minor,
            "nonce": bytes(self.leaf.nonce).hex(),
            "path": [
                {"side": "left" if step.is_left else "right", "hash": step.node.hash.hex(), "sum": step.node.total}
                for step in self.steps
            ],
            "root": {"hash": tree.root_hash, "sum": tree.total_minor},
        }


def owed() -> list[Owed]:
    """
    Return all current liabilities to customers: balances, held money, money in transit.

    :raises LookupError: for a guarded liability whose owner is unknown; no balance is left out silently.
    """
    rows = books.owed()
    disputes = books.references_of([code for code, _ in rows if code.startswith("hold:")], "escrow")
    owners = _owners([code for code, _ in rows], disputes)
    return [Owed(code, amount, *owners[code]) for code, amount in rows]


def _owners(codes: Iterable[str], disputes: dict[str, str]) -> dict[str, tuple[UUID, UUID | None]]:
    objects: dict[str, tuple[str, UUID]] = {}
    for code in codes:
        group, _, object_id = code.rpartition(":")
        objects[code] = ("escrow", UUID(disputes[code])) if code in disputes else (group, UUID(object_id))
    ids_by_kind = {group: [id_ for kind, id_ in objects.values() if kind == group] for group, _ in objects.values()}
    escrow_ids = {*ids_by_kind.get("escrow", []), *ids_by_kind.get("deferred_fee", [])}
    held = {
        row[0]: row[1:] for row in Escrow.objects.filter(id__in=escrow_ids).values_list("id", "payer_id", "payee_id")
    }
    payouts = dict(
        Payout.objects.filter(id__in=ids_by_kind.get("transit:payout", [])).values_list("id", "organization_id")
    )
    refunds = dict(
        Refund.objects.filter(id__in=ids_by_kind.get("transit:refund", [])).values_list("id", "charge__payer_id")
    )
    owners: dict[str, tuple[UUID, UUID | None]] = {}
    for code, (group, id_) in objects.items():
        if group in {"payable", "credit:employer"}:
            owners[code] = (id_, None)
        elif group == "escrow":
            owners[code] = held[id_]
        elif group == "deferred_fee":
            owners[code] = (held[id_][0], None)
        elif group == "transit:payout":
            owners[code] = (payouts[id_], None)
        elif group == "transit:refund":
            owners[code] = (refunds[id_], None)
        else:
            raise LookupError(f"nobody is known to own {code}")
    return owners


# -- published reports


def latest_report() -> Report | None:
    return Report.objects.order_by("-night").first()


def report_of(night: date) -> Report:
    """:raises NotFound: if nothing was published for that night."""
    report = Report.objects.filter(night=night).first()
    if report is None:
        raise NotFound
    return report


def reports(limit: int = 60) -> list[Report]:
    """Return reports, newest first."""
    return list(Report.objects.order_by("-night")[:limit])


def coverage(report: Report) -> list[Coverage]:
    """Return one row per currency that is owed or held, ordered by currency code."""
    trees = {tree.currency: tree for tree in report.trees.all()}
    cash: dict[tuple[str, str], int] = {}
    for group, currency, minor in report.trial_balance:
        name = group if group in {"clearing:connected", "fx:position"} else group.split(":")[0]
        if name in {*_CASH, "clearing:connected", "fx:position"}:
            cash[name, currency] = cash.get((name, currency), 0) + minor
    word = report.processor
    currencies = sorted({*trees, *(word or {}), *(currency for _, currency in cash)})
    return [
        Coverage(
            currency=currency,
            owed=trees[currency].total if currency in trees else Money.zero(currency),
            at_processor=None if word is None else Money(word.get(currency, 0), currency),
            booked=Money(cash.get(("clearing", currency), 0), currency),
            at_connected=Money(cash.get(("clearing:connected", currency), 0), currency),
            at_bank=Money(cash.get(("bank", currency), 0), currency),
            in_exchange=Money(cash.get(("fx:position", currency), 0), currency),
            tree=trees.get(currency),
        )
        for currency in currencies
    ]


def report_as_json(report: Report) -> dict[str, Any]:
    """Return the public figures of one night; amounts are in minor units."""
    return {
        "night": report.night.isoformat(),
        "taken_at": report.taken_at.isoformat(),
        "gateway": report.gateway,
        "processor_answered": report.processor is not None,
        "chain": {"links": report.chain_links, "head": report.chain_head},
        "currencies": [
            {
                "currency": row.currency,
                "owed_minor": row.owed.amount_minor,
                "root": row.tree.root_hash if row.tree else None,
                "leaves": row.tree.leaf_count if row.tree else 0,
                "at_processor_minor": row.at_processor.amount_minor if row.at_processor is not None else None,
                "booked_minor": row.booked.amount_minor,
                "at_connected_minor": row.at_connected.amount_minor,
                "at_bank_minor": row.at_bank.amount_minor,
                "in_exchange_minor": row.in_exchange.amount_minor,
                "own_minor": row.own.amount_minor,
                "is_covered": row.is_covered,
            }
            for row in coverage(report)
        ],
        "trial_balance": report.trial_balance,
    }


# -- proofs


def proofs_for(organization_id: UUID, report: Report) -> list[Proof]:
    """Return every balance of an organization, or held for it, on that night, with its path."""
    mine = Q(organization_id=organization_id) | Q(beneficiary_id=organization_id)
    leaves = Leaf.objects.filter(mine, tree__report=report).select_related("tree").order_by("account_code")
    return [Proof(leaf, _steps(leaf)) for leaf in leaves]


def proofs_as_json(organization: Organization, report: Report, proofs: Iterable[Proof]) -> dict[str, Any]:
    """Return the proofs in the format of `scripts/verify_inclusion.py`."""
    return {
        "format": FORMAT,
        "night": report.night.isoformat(),
        "organization": str(organization.id),
        "proofs": [proof.as_json() for proof in proofs],
    }


def _node(leaf: Leaf) -> rules.Node:
    return rules.leaf(
        account=leaf.account_code,
        currency=leaf.tree.currency,
        amount_minor=leaf.amount_minor,
        nonce=bytes(leaf.nonce),
    )


def _steps(leaf: Leaf) -> list[rules.Step]:
    steps, position = [], leaf.position
    widths = Level.objects.filter(tree_id=leaf.tree_id).order_by("height").values_list("height", "width")
    for height, width in list(widths):
        neighbour = rules.partner(position, width)
        if neighbour is not None and width > 1:
            steps.append(rules.Step(neighbour < position, _packed(leaf.tree_id, height, neighbour)))
        position //= 2
    return steps


def _packed(tree_id: UUID, height: int, position: int) -> rules.Node:
    """Return one node of a level; the database extracts it, because a level may be large."""
    data = (
        Level.objects.filter(tree_id=tree_id, height=height)
        .annotate(
            node=Substr(F("nodes"), position * rules.NODE_BYTES + 1, rules.NODE_BYTES, output_field=BinaryField())
        )
        .values_list("node", flat=True)
        .get()
    )
    return rules.unpack(bytes(data))
