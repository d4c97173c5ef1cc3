"""Differences moved to suspense, and their booking by two people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import check_is_independent
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict, Invalid
from apps.common.ids import document_number, uuid7
from apps.common.money import Money
from apps.common.operations import move
from apps.gateways import policies
from apps.ledger import chart
from apps.ledger import operations as ledger
from apps.ledger.chart import Account
from apps.ledger.entries import event_key
from apps.ledger.queries import books
from apps.outbox import bus
from apps.payments.models import Charge
from apps.treasury import entries, events
from apps.treasury.models import BookLine, ProcessorLine, SuspenseItem
from apps.treasury.models.reconciliation import LineStatus, SuspenseReason, SuspenseTarget
from apps.treasury.queries import reconciliation
from apps.treasury.states import SUSPENSE, SuspenseStatus

_OPEN = [SuspenseStatus.OPEN, SuspenseStatus.PROPOSED]


class ExplanationMissing(Invalid):
    code = "explanation_missing"
    field = "explanation"
    message = _("Write what happened and how you know: the second person reads it, and it is kept with the entry.")


class PaymentNotFound(Invalid):
    code = "payment_number_unknown"
    field = "payment_number"
    message = _("There is no payment with this number. Look at the list of payments of the employer.")


class SamePerson(Conflict):
    code = "suspense_same_person"
    message = _("A second person has to confirm this. You proposed it yourself.")


def open_item(*, gateway: str, reference: str, reason: SuspenseReason, amount: Money, now: datetime) -> SuspenseItem:
    """Move a difference to suspense. Runs in the caller's transaction, which holds the reconciliation lock."""
    item_id = uuid7()
    item = SuspenseItem.objects.create(
        id=item_id,
        number=document_number("SU", item_id),
        gateway=gateway,
        reference=reference,
        reason=reason,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        opened_at=now,
    )
    entry = entries.suspended(item_id=item.id, gateway=gateway, amount=amount)
    journal_id = ledger.record(entry, now=now)
    _remember(item, journal_id, entry.event, amount.amount_minor, now)
    for table in (ProcessorLine, BookLine):
        _members(table, item).filter(status=LineStatus.WAITING).update(status=LineStatus.SUSPENSE, item=item)
    return item


def clear_where_news_came(*, gateway: str, now: datetime) -> int:
    """
    Undo open items whose reference has new lines, so that the whole reference is matched again. Returns the number of
    items undone. Runs in the caller's transaction.
    """
    cleared = 0
    for item in SuspenseItem.objects.select_for_update(of=("self",)).filter(gateway=gateway, status__in=_OPEN):
        still_there = BookLine.objects.filter(item=item).exclude(event__startswith="suspense.")
        has_moved = still_there.exclude(reference=item.reference).exists()
        if has_moved or any(
            _members(table, item).filter(status=LineStatus.WAITING).exists() for table in (ProcessorLine, BookLine)
        ):
            _clear(item, now)
            cleared += 1
    return cleared


def _clear(item: SuspenseItem, now: datetime) -> None:
    written = books.journal_by_key(event_key("suspense.opened", item.id))
    assert written is not None
    key = event_key("suspense.cleared", item.id)
    journal_id = ledger.reverse(journal_id=written.id, key=key, memo=item.number, now=now)
    _remember(item, journal_id, "suspense.opened.reversed", -item.amount_minor, now)
    for table in (ProcessorLine, BookLine):
        table.objects.filter(item=item).update(status=LineStatus.WAITING, item=None)
    move(item, SUSPENSE, "clear", actor=SYSTEM, now=now, changes={"closed_at": now})


def _remember(item: SuspenseItem, journal_id: UUID, event: str, amount_minor: int, now: datetime) -> None:
    BookLine.objects.create(
        gateway=item.gateway,
        journal_id=journal_id,
        event=event,
        reference=item.reference,
        amount_minor=amount_minor,
        currency=item.currency,
        booked_at=now,
        status=LineStatus.SUSPENSE,
        item=item,
    )


def _members(table: type[ProcessorLine] | type[BookLine], item: SuspenseItem):  # type: ignore[no-untyped-def]
    return table._default_manager.filter(gateway=item.gateway, reference=item.reference, currency=item.currency)


@transaction.atomic
def propose_booking(
    *, item_id: UUID, target: str, payment_number: str, explanation: str, actor: Actor, now: datetime
) -> SuspenseItem:
    """
    A staff member proposes where the difference belongs and why; nothing is recorded in the ledger yet.

    :param payment_number: the payment whose payer gets the credit; ignored for other targets.

    :raises OnlyStaff: unless the actor is staff.
    :raises ExplanationMissing: if the explanation is empty.
    :raises PaymentNotFound: if there is no such payment, or the amount is negative.
    :raises IllegalTransition: if the item is closed.
    """
    policies.check_is_staff(actor)
    item = reconciliation.suspense_item_for_update(item_id)
    if not explanation.strip():
        raise ExplanationMissing
    payer_id = None
    if target == SuspenseTarget.EMPLOYER_CREDIT:
        payer_id = Charge.objects.filter(number=payment_number.strip().upper()).values_list("payer", flat=True).first()
        if payer_id is None or item.amount_minor < 0:
            raise PaymentNotFound
    changes = {
        "target": target,
        "target_organization_id": payer_id,
        "explanation": explanation.strip(),
        "proposed_by_id": actor.person_id,
        "proposed_at": now,
    }
    return move(item, SUSPENSE, "propose", actor=actor, now=now, changes=changes)


@transaction.atomic
def confirm_booking(*, item_id: UUID, actor: Actor, now: datetime) -> SuspenseItem:
    """
    A second staff member confirms the booking; the entry is recorded.

    :raises OnlyStaff: unless the actor is staff.
    :raises SamePerson: if the actor proposed it; a database constraint refuses it as well.
    :raises SecondPersonNotIndependent: if the person who proposed it gave the actor a role within the last day.
    """
    policies.check_is_staff(actor)
    item = reconciliation.suspense_item_for_update(item_id)
    if item.proposed_by_id == actor.person_id:
        raise SamePerson
    assert item.proposed_by_id is not None
    check_is_independent(actor, item.proposed_by_id, now)
    changes = {"confirmed_by_id": actor.person_id, "closed_at": now}
    move(item, SUSPENSE, "confirm", actor=actor, now=now, changes=changes)
    entry = entries.suspense_resolved(item_id=item.id, amount=item.amount, account=_account(item))
    ledger.record(entry, now=now)
    ProcessorLine.objects.filter(item=item).update(status=LineStatus.RESOLVED)
    BookLine.objects.filter(item=item).update(status=LineStatus.RESOLVED)
    event = events.SuspenseResolved(
        item.id, item.number, item.amount_minor, item.currency, item.target, item.proposed_by_id, actor.person_id,
        item.explanation,
    )  # fmt: skip
    bus.publish(event, now=now)
    return item


@transaction.atomic
def reject_booking(*, item_id: UUID, actor: Actor, now: datetime) -> SuspenseItem:
    """Reject the proposed booking, so that another one can be proposed. The proposer may do this too."""
    policies.check_is_staff(actor)
    item = reconciliation.suspense_item_for_update(item_id)
    return move(item, SUSPENSE, "reject", actor=actor, now=now)


def _account(item: SuspenseItem) -> Account:
    currency = item.currency
    if item.target == SuspenseTarget.EMPLOYER_CREDIT:
        assert item.target_organization_id is not None
        return chart.employer_credit(item.target_organization_id, currency)
    accounts = {
        SuspenseTarget.PROCESSOR_EXPENSE: chart.processor_expense,
        SuspenseTarget.CHARGEBACK_EXPENSE: chart.chargeback_expense,
        SuspenseTarget.EXCHANGE: chart.fx_gain_loss,
        SuspenseTarget.CAPITAL: chart.operator_equity,
        SuspenseTarget.BANK: chart.bank,
    }
    return accounts[SuspenseTarget(item.target)](currency)
