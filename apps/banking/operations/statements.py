from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from stdnum import iban as ibans

from apps.banking.formats import reader
from apps.banking.formats.bookings import is_of_account
from apps.banking.models import BankFile, BankOrder, BankStatement, BankStatementLine
from apps.banking.operations.book import GATEWAY
from apps.banking.states import BANK_ORDER, BankOrderStatus
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Invalid
from apps.common.ids import uuids
from apps.common.operations import move
from apps.gateways import policies
from apps.payments.models import Charge, Refund
from apps.payments.operations import charges, refunds
from apps.payments.states import ChargeStatus
from apps.payouts.models import Payout
from apps.payouts.operations import payouts


class StatementRefused(Invalid):
    code = "statement_unreadable"
    field = "statement"
    message = _("This file could not be read. %(reason)s")


class WrongAccount(Invalid):
    code = "statement_of_another_account"
    field = "statement"
    message = _("This statement is of the account %(iban)s, which is not ours. Nothing was taken from it.")


def import_statement(*, name: str, body: bytes, actor: Actor, now: datetime) -> BankStatement:
    """
    Import a statement: each booking is recorded once, even if it is in several files. Charges and orders it is about
    are then looked up through the gateway, as with any processor.

    :raises OnlyStaff: unless the actor is staff.
    :raises StatementRefused: if the file cannot be read; nothing is imported.
    :raises WrongAccount: if the statement is of another account; nothing is imported.
    """
    policies.check_is_staff(actor)
    try:
        result = reader.read(body)
    except reader.StatementUnreadable as error:
        raise StatementRefused(reason=error) from error
    if result.account and not is_of_account(result.account, settings.BANK_IBAN):
        shown = ibans.format(result.account) if ibans.is_valid(result.account) else result.account
        raise WrongAccount(iban=shown)
    statement = _take_in(name, result, now)
    _follow(statement, now)
    return statement


@transaction.atomic
def _take_in(name: str, parsed: reader.Statement, now: datetime) -> BankStatement:
    currency = parsed.closing.currency if parsed.closing else parsed.bookings[0].amount.currency
    statement, is_new = BankStatement.objects.get_or_create(
        digest=parsed.digest,
        defaults={
            "name": name[:160],
            "closing_minor": parsed.closing.amount_minor if parsed.closing else None,
            "currency": currency,
            "imported_at": now,
        },
    )
    for booking in parsed.bookings if is_new else ():
        _take_booking(statement, booking, now)
    return statement


def _take_booking(statement: BankStatement, booking: reader.Booking, now: datetime) -> None:
    """Record one booking, unless another file contained it already, and update the orders it is about."""
    carried_out = _carried_out(booking)
    returned = _returned(booking)
    file = _file_carried_out(booking) if carried_out is None and returned is None else None
    try:
        with transaction.atomic():
            BankStatementLine.objects.create(
                statement=statement,
                fingerprint=booking.fingerprint,
                line_ref=booking.line_ref,
                amount_minor=booking.amount.amount_minor,
                currency=booking.amount.currency,
                booked_on=booking.booked_on,
                reference="".join(booking.reference.split()).upper()[:140],
                end_to_end_id=booking.end_to_end_id,
                counterparty_name=booking.counterparty_name,
                counterparty_iban=booking.counterparty_iban,
                return_code=booking.return_code,
                order=carried_out or returned,
                file=file,
            )
    except IntegrityError:
        return  # already imported from another file
    for order in [carried_out] if carried_out else list(file.orders.all()) if file else []:
        if BANK_ORDER.allows(order.status, "execute"):
            move(order, BANK_ORDER, "execute", actor=SYSTEM, now=now, changes={"ended_at": now})
    if returned is not None:
        changes = {"ended_at": now, "failure_code": f"returned_{booking.return_code or 'RETURN'}".lower()}
        move(returned, BANK_ORDER, "reject", actor=SYSTEM, now=now, changes=changes)


def _named(booking: reader.Booking, amount_minor: int) -> QuerySet[BankOrder]:
    """The order with this amount whose id the bank returns."""
    ids = uuids([booking.end_to_end_id])
    return BankOrder.objects.select_for_update(of=("self",)).filter(id__in=ids, amount_minor=amount_minor)


def _carried_out(booking: reader.Booking) -> BankOrder | None:
    """The order that a debit carries out, if no earlier debit did."""
    if booking.amount.amount_minor >= 0:
        return None
    return _named(booking, -booking.amount.amount_minor).exclude(lines__amount_minor__lt=0).first()


def _returned(booking: reader.Booking) -> BankOrder | None:
    """The order whose money a credit returns. Only the bank has our id, so no other payer can use it."""
    if booking.amount.amount_minor <= 0:
        return None
    order = _named(booking, booking.amount.amount_minor).exclude(lines__amount_minor__gt=0).first()
    return order if order is not None and BANK_ORDER.allows(order.status, "reject") else None


def _file_carried_out(booking: reader.Booking) -> BankFile | None:
    """The file whose orders one debit carries out together; None unless the amount is the sum of its open orders."""
    if booking.amount.amount_minor >= 0 or not booking.batch_id:
        return None
    file = BankFile.objects.filter(payment_id=booking.batch_id, lines=None).first()
    if file is None:
        return None
    orders = list(
        file.orders.select_for_update(of=("self",)).filter(lines=None).exclude(status=BankOrderStatus.REJECTED)
    )
    return file if sum(order.amount_minor for order in orders) == -booking.amount.amount_minor else None


def _follow(statement: BankStatement, now: datetime) -> None:
    references = list(statement.lines.filter(amount_minor__gt=0).values_list("reference", flat=True))
    waiting = Charge.objects.filter(gateway=GATEWAY, remote_session_id__in=references)
    for charge_id in waiting.exclude(status=ChargeStatus.SUCCEEDED).values_list("id", flat=True):
        charges.refresh_charge(charge_id=charge_id, now=now)
    named = statement.lines.exclude(order=None).values_list("order__document_id", flat=True)
    together = BankOrder.objects.filter(file__lines__statement=statement).values_list("document_id", flat=True)
    for document_id in [*named, *together]:
        refresh_document(document_id, now)


def refresh_document(document_id: UUID, now: datetime) -> None:
    if Payout.objects.filter(id=document_id).exists():
        payouts.refresh_payout(payout_id=document_id, clock=lambda: now)
    elif Refund.objects.filter(id=document_id).exists():
        refunds.refresh_refund(refund_id=document_id, clock=lambda: now)
