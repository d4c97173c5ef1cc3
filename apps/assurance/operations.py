"""Publishes every night what the platform owes and what covers it."""

from __future__ import annotations

import secrets
from collections import defaultdict
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from apps.assurance import queries, rules
from apps.assurance.models import Leaf, Level, Report, Tree
from apps.common.money import Money
from apps.ledger import operations as ledger
from apps.ledger.queries import books
from apps.ledger.queries import chain as chain_queries
from apps.treasury.operations import reconciliation

LEAVES_KEPT = timedelta(days=92)
"""How long customers can fetch their proof; roots and totals are kept permanently."""
BATCH = 5_000


def publish(*, night: date, now: datetime) -> Report:
    """
    Publish one night: the processor's balances, the trial balance, and a Merkle-sum tree per currency.

    A second call for the same night returns the published report. The processor is called first, outside any
    transaction;
    if it does not respond, the report says so. Not atomic as a whole, but the published report is.
    """
    existing = Report.objects.filter(night=night).first()
    if existing is not None:
        return existing
    word = reconciliation.balance_at_all_gateways()
    ledger.seal_chain(now=now)
    report = _publish(night=night, word=word, now=now)
    _drop_old_leaves(before=night - LEAVES_KEPT)
    return report


@transaction.atomic
def _publish(*, night: date, word: dict[str, Money] | None, now: datetime) -> Report:
    _one_moment()
    chain = chain_queries.seals(1)
    report, is_new = Report.objects.get_or_create(
        night=night,
        defaults={
            "taken_at": now,
            "gateway": settings.PAYMENT_GATEWAY,
            "processor": None if word is None else {item: money.amount_minor for item, money in word.items()},
            "trial_balance": books.trial_balance(),
            "chain_links": chain[0].last_seq if chain else 0,
            "chain_head": chain[0].hash if chain else "",
        },
    )
    if is_new:
        by_currency: dict[str, list[queries.Owed]] = defaultdict(list)
        for owed in queries.owed():
            by_currency[owed.amount.currency].append(owed)
        for currency, balances in sorted(by_currency.items()):
            _plant(report, currency, balances)
    return report


def _one_moment() -> None:
    """Make all balances and the trial balance be read from one snapshot, unaffected by concurrent commits."""
    if not connection.savepoint_ids:  # inside another transaction, its isolation level applies
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _plant(report: Report, currency: str, balances: list[queries.Owed]) -> None:
    drawn = []
    for owed in balances:
        nonce = secrets.token_bytes(rules.NONCE_BYTES)
        node = rules.leaf(
            account=owed.account_code, currency=currency, amount_minor=owed.amount.amount_minor, nonce=nonce
        )
        drawn.append((node, nonce, owed))
    drawn.sort(key=lambda item: item[0].hash)  # so that the position in the tree does not reveal the owner
    built = rules.levels([node for node, _, _ in drawn])
    root = built[-1][0]
    tree = Tree.objects.create(
        report=report,
        currency=currency,
        root_hash=root.hash.hex(),
        total_minor=root.total,
        leaf_count=len(drawn),
    )
    for height, nodes in enumerate(built):
        Level.objects.create(tree=tree, height=height, width=len(nodes), nodes=rules.pack(nodes))
    Leaf.objects.bulk_create(
        (
            Leaf(
                tree=tree,
                position=position,
                organization_id=owed.organization_id,
                beneficiary_id=owed.beneficiary_id,
                account_code=owed.account_code,
                amount_minor=owed.amount.amount_minor,
                nonce=nonce,
            )
            for position, (_, nonce, owed) in enumerate(drawn)
        ),
        batch_size=BATCH,
    )


@transaction.atomic
def _drop_old_leaves(*, before: date) -> None:
    old = Tree.objects.filter(report__night__lt=before)
    Leaf.objects.filter(tree__in=old).delete()
    Level.objects.filter(tree__in=old).delete()
