"""The memory of the bank door, statements taken in, and files for the bank."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from datetime import time as clock_time
from urllib.parse import urljoin
from uuid import UUID

from defusedxml import ElementTree
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from sepaxml import SepaTransfer
from stdnum import iban as ibans

from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict, Invalid
from apps.common.ids import uuid7, uuids
from apps.common.money import Money
from apps.common.operations import move
from apps.payments import policies
from apps.payments.gateways import sepa, statements
from apps.payments.gateways.bank import Credit, Order
from apps.payments.gateways.bookings import is_of_account
from apps.payments.gateways.port import BalanceLine, GatewayRefused, RecipientRequest, TransferState
from apps.payments.models import (
    BankFile,
    BankOrder,
    BankRecipient,
    BankStatement,
    BankStatementLine,
    Charge,
    Payout,
    Refund,
)
from apps.payments.operations import charges, notices
from apps.payments.queries import treasury
from apps.payments.rules import document_number
from apps.payments.states import BANK_ORDER, BankOrderStatus, ChargeStatus

GATEWAY = "bank"
FILE_ORDERS_MAX = 1000
_STATES = {
    BankOrderStatus.EXECUTED: TransferState.SUCCEEDED,
    BankOrderStatus.REJECTED: TransferState.FAILED,
}


class StatementRefused(Invalid):
    code = "statement_unreadable"
    field = "statement"
    message = _("This file could not be read. %(reason)s")


class WrongAccount(Invalid):
    code = "statement_of_another_account"
    field = "statement"
    message = _("This statement is of the account %(iban)s, which is not ours. Nothing was taken from it.")


class NothingToExport(Conflict):
    code = "nothing_to_export"
    message = _("No transfer waits for a file.")


class DatabaseBook:
    """`gateways.bank.BankBook` in our own tables."""

    def now(self) -> datetime:
        return timezone.now()

    def page_of(self, charge_id: UUID, success_url: str) -> str:
        return urljoin(success_url, reverse("payments:bank_transfer", args=[charge_id]))

    def opened_at(self, reference: str) -> tuple[datetime, Money] | None:
        charge = Charge.objects.filter(gateway=GATEWAY, remote_session_id=reference).first()
        return (charge.created_at, charge.amount) if charge else None

    def credits(self, reference: str) -> list[Credit]:
        found = BankStatementLine.objects.filter(reference=reference, amount_minor__gt=0)
        return [_credit(line) for line in found.order_by("booked_on", "id")]

    def credit(self, line_id: str) -> Credit | None:
        line = BankStatementLine.objects.filter(id__in=_plain_ids(line_id)).first()
        return _credit(line) if line else None

    def remember_recipient(self, request: RecipientRequest) -> str:
        number = ibans.compact(request.account_number)
        made, _is_new = BankRecipient.objects.get_or_create(
            key=request.key,
            defaults={
                "organization_id": request.organization_id, "holder_name": request.holder_name, "iban": number,
            },
        )  # fmt: skip
        return str(made.id)

    def recipient(self, account_id: str) -> tuple[str, str] | None:
        found = BankRecipient.objects.filter(id__in=_plain_ids(account_id)).first()
        return (found.holder_name, found.iban) if found else None

    @transaction.atomic
    def order(self, *, key: UUID, document_id: UUID, kind: str, holder_name: str, iban: str, amount: Money) -> Order:
        """
        Written down once per key and once per payout or refund; another request under a key is refused, as every door
        does. A sender whose claim ran out may come late with a key that was given up meanwhile: what is asked for
        stands in an order already, and is not ordered again.
        """
        treasury.lock_treasury()  # two orders at once must neither be the same nor both spend the same
        known = BankOrder.objects.filter(key=key).first()
        if known is None:
            known = BankOrder.objects.filter(document_id=document_id).exclude(status=BankOrderStatus.REJECTED).first()
        if known is not None:
            if (known.document_id, known.amount, known.iban) != (document_id, amount, iban):
                raise GatewayRefused("idempotency_error", "the key stands for another transfer")
            return _order(known)
        if self.balance().get(amount.currency, Money.zero(amount.currency)) < amount:
            raise GatewayRefused("balance_insufficient", "the account has not that much")
        made = BankOrder.objects.create(
            key=key,
            document_id=document_id,
            type=kind,
            holder_name=holder_name,
            iban=iban,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            ordered_at=timezone.now(),
        )
        return _order(made)

    def order_of(self, document_id: UUID) -> Order | None:
        found = BankOrder.objects.filter(document_id=document_id).order_by("-ordered_at").first()
        return _order(found) if found else None

    def balance(self) -> dict[str, Money]:
        """What statements say, less what is ordered and no statement shows yet."""
        totals: dict[str, int] = {}
        for line in self.lines(None):
            totals[line.amount.currency] = totals.get(line.amount.currency, 0) + line.net.amount_minor
        return {currency: Money(minor, currency) for currency, minor in totals.items()}

    def lines(self, since: datetime | None) -> Iterator[BalanceLine]:
        """Credits as they came; orders when they were written down, and again when they failed; debits of nobody."""
        bookings = BankStatementLine.objects.filter(order=None, file=None).select_related("statement").order_by("id")
        orders = BankOrder.objects.order_by("id")
        if since is not None:
            orders = orders.filter(Q(ordered_at__gte=since) | Q(ended_at__gte=since))
            bookings = bookings.filter(statement__imported_at__gte=since)
        for booking in bookings:
            kind = "payment" if booking.amount_minor > 0 else "bank_debit"
            at = timezone.make_aware(datetime.combine(booking.booked_on, clock_time()))
            yield _line(_line_id(booking.id), kind, booking.amount, _line_id(booking.id), at)
        for order in orders:
            yield _line(f"{order.id}", order.type, -order.amount, str(order.id), order.ordered_at)
            if order.status == BankOrderStatus.REJECTED and order.ended_at:
                yield _line(f"{order.id}-back", f"{order.type}_failure", order.amount, str(order.id), order.ended_at)


def _line(line_id: str, kind: str, amount: Money, source_id: str, at: datetime) -> BalanceLine:
    return BalanceLine(line_id, kind, amount, Money.zero(amount.currency), source_id, at)


def _line_id(row_id: UUID) -> str:
    return f"bsl_{row_id}"


def _plain_ids(text: str) -> list[UUID]:
    """One, or none."""
    return uuids([text.removeprefix("bsl_")])


def _credit(line: BankStatementLine) -> Credit:
    return Credit(_line_id(line.id), line.amount, line.counterparty_name, line.counterparty_iban)


def _order(row: BankOrder) -> Order:
    state = _STATES.get(BankOrderStatus(row.status), TransferState.PENDING)
    return Order(str(row.id), row.amount, state, row.failure_code)


# -- statements


def import_statement(*, name: str, body: bytes, actor: Actor, now: datetime) -> BankStatement:
    """
    Take in a statement: each booking once, however often and in whichever file it comes. What was paid and what was
    executed is then looked up through the door, as with any processor.

    :raises OnlyStaff: :raises StatementRefused: if the file is not understood; nothing is taken from it.
    """
    policies.check_is_staff(actor)
    try:
        found = statements.read(body)
    except statements.StatementUnreadable as wrong:
        raise StatementRefused(reason=str(wrong)) from wrong
    if found.account and not is_of_account(found.account, settings.BANK_IBAN):
        shown = ibans.format(found.account) if ibans.is_valid(found.account) else found.account
        raise WrongAccount(iban=shown)
    statement = _take_in(name, found, now)
    _follow(statement, now)
    return statement


@transaction.atomic
def _take_in(name: str, found: statements.Statement, now: datetime) -> BankStatement:
    currency = found.closing.currency if found.closing else found.bookings[0].amount.currency
    statement, is_new = BankStatement.objects.get_or_create(
        digest=found.digest,
        defaults={
            "name": name[:160],
            "closing_minor": found.closing.amount_minor if found.closing else None,
            "currency": currency,
            "imported_at": now,
        },
    )
    for booking in found.bookings if is_new else ():
        _take_booking(statement, booking, now)
    return statement


def _take_booking(statement: BankStatement, booking: statements.Booking, now: datetime) -> None:
    """Keep one booking, unless it came in another file before, and move the orders that it is about."""
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
        return  # it came in another file before
    for order in [carried_out] if carried_out else list(file.orders.all()) if file else []:
        if BANK_ORDER.allows(order.status, "execute"):
            move(order, BANK_ORDER, "execute", actor=SYSTEM, now=now, changes={"ended_at": now})
    if returned is not None:
        changes = {"ended_at": now, "failure_code": f"returned_{booking.return_code or 'RETURN'}".lower()}
        move(returned, BANK_ORDER, "reject", actor=SYSTEM, now=now, changes=changes)


def _named(booking: statements.Booking, amount_minor: int) -> QuerySet[BankOrder]:
    """The order of this amount whose id the bank gives back."""
    ids = uuids([booking.end_to_end_id])
    return BankOrder.objects.select_for_update(of=("self",)).filter(id__in=ids, amount_minor=amount_minor)


def _carried_out(booking: statements.Booking) -> BankOrder | None:
    """The order that a debit carries out, once."""
    if booking.amount.amount_minor >= 0:
        return None
    return _named(booking, -booking.amount.amount_minor).exclude(lines__amount_minor__lt=0).first()


def _returned(booking: statements.Booking) -> BankOrder | None:
    """The order whose money a credit brings back: only the bank knows our id, so nobody else pays under it."""
    if booking.amount.amount_minor <= 0:
        return None
    order = _named(booking, booking.amount.amount_minor).exclude(lines__amount_minor__gt=0).first()
    return order if order is not None and BANK_ORDER.allows(order.status, "reject") else None


def _file_carried_out(booking: statements.Booking) -> BankFile | None:
    """The file whose orders one debit carries out all together; None unless the amount is that of all of them."""
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
        _refresh_document(document_id, now)


def _refresh_document(document_id: UUID, now: datetime) -> None:
    if Payout.objects.filter(id=document_id).exists():
        notices.refresh_payout(payout_id=document_id, clock=lambda: now)
    elif Refund.objects.filter(id=document_id).exists():
        notices.refresh_refund(refund_id=document_id, clock=lambda: now)


# -- files for the bank


def export_orders(*, actor: Actor, now: datetime) -> BankFile:
    """
    One pain.001 file of everything that waits; an order is in one file and never in two. What no bank takes is
    rejected first, by itself, so that it keeps no other waiting.

    :raises OnlyStaff: :raises PaymentsPaused: :raises NothingToExport:
    """
    policies.check_is_staff(actor)
    policies.check_is_not_paused()
    for document_id in _reject_unsendable(now):
        _refresh_document(document_id, now)
    return _export(actor, now)


@transaction.atomic
def _reject_unsendable(now: datetime) -> list[UUID]:
    waiting = BankOrder.objects.select_for_update(skip_locked=True).filter(status=BankOrderStatus.ORDERED)
    unsendable = [order for order in waiting.order_by("ordered_at")[:FILE_ORDERS_MAX] if not ibans.is_valid(order.iban)]
    changes = {"ended_at": now, "failure_code": "account_number_invalid"}
    for order in unsendable:
        move(order, BANK_ORDER, "reject", actor=SYSTEM, now=now, changes=changes)
    return [order.document_id for order in unsendable]


@transaction.atomic
def _export(actor: Actor, now: datetime) -> BankFile:
    waiting = BankOrder.objects.select_for_update(skip_locked=True).filter(status=BankOrderStatus.ORDERED)
    orders = list(waiting.order_by("ordered_at")[:FILE_ORDERS_MAX])
    if not orders:
        raise NothingToExport
    file_id = uuid7()
    body = _pain(orders, now)
    made = BankFile.objects.create(
        id=file_id,
        number=document_number("BF", file_id),
        body=body,
        payment_id=_payment_id(body),
        made_by_id=actor.person_id,
        made_at=now,
    )
    for order in orders:
        move(order, BANK_ORDER, "export", actor=actor, now=now, changes={"file": made})
    return made


def _payment_id(body: str) -> str:
    found = next((node for node in ElementTree.fromstring(body).iter() if node.tag.endswith("}PmtInfId")), None)
    return (found.text or "")[:35] if found is not None else ""


def _pain(orders: list[BankOrder], now: datetime) -> str:
    # Booked one by one, so that statements name each; a bank that books them together all the same is understood.
    config = {"name": sepa.name(settings.BANK_HOLDER), "IBAN": ibans.compact(settings.BANK_IBAN), "batch": False,
              "currency": "EUR"}  # fmt: skip
    transfer = SepaTransfer(config, schema="pain.001.001.09", clean=True)
    for order in orders:
        transfer.add_payment(
            {
                "name": sepa.name(order.holder_name),
                "IBAN": ibans.compact(order.iban),
                "amount": order.amount_minor,
                "execution_date": now.date() + timedelta(days=1),
                "description": sepa.text(f"{settings.SITE_NAME} {order.type} {order.end_to_end_id}")[:140],
                "endtoend_id": order.end_to_end_id,
            }
        )
    written: bytes = transfer.export(validate=True)
    return written.decode()


def end_order(*, order_id: UUID, is_executed: bool, actor: Actor, now: datetime) -> BankOrder:
    """
    Staff have seen at the bank what became of an order; the next statement may say it as well.

    :raises OnlyStaff: :raises IllegalTransition:
    """
    policies.check_is_staff(actor)
    with transaction.atomic():
        order = BankOrder.objects.select_for_update().get(id=order_id)
        verb = "execute" if is_executed else "reject"
        move(order, BANK_ORDER, verb, actor=actor, now=now, changes={"ended_at": now})
    _refresh_document(order.document_id, now)
    return order
