from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from datetime import time as clock_time
from urllib.parse import urljoin
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from stdnum import iban as ibans

from apps.banking.gateway import Credit, Order
from apps.banking.models import BankOrder, BankRecipient, BankStatementLine
from apps.banking.states import BankOrderStatus
from apps.common.ids import uuids
from apps.common.money import Money
from apps.gateways.errors import GatewayRefused
from apps.gateways.protocols.movements import TransferState
from apps.gateways.protocols.payouts import RecipientRequest
from apps.gateways.protocols.statements import BalanceLine
from apps.payments.models import Charge
from apps.payouts.queries import liquidity

GATEWAY = "bank"


_STATES = {
    BankOrderStatus.EXECUTED: TransferState.SUCCEEDED,
    BankOrderStatus.REJECTED: TransferState.FAILED,
}


class DatabaseBook:
    """`BankBook` stored in our own tables."""

    def now(self) -> datetime:
        return timezone.now()

    def page_of(self, charge_id: UUID, success_url: str) -> str:
        return urljoin(success_url, reverse("payments:bank_transfer", args=[charge_id]))

    def opened_at(self, reference: str) -> tuple[datetime, Money] | None:
        charge = Charge.objects.filter(gateway=GATEWAY, remote_session_id=reference).first()
        return (charge.created_at, charge.amount) if charge else None

    def credits(self, reference: str) -> list[Credit]:
        bank_statement_lines = BankStatementLine.objects.filter(reference=reference, amount_minor__gt=0)
        return [_credit(line) for line in bank_statement_lines.order_by("booked_on", "id")]

    def credit(self, line_id: str) -> Credit | None:
        line = BankStatementLine.objects.filter(id__in=_plain_ids(line_id)).first()
        return _credit(line) if line else None

    def remember_recipient(self, request: RecipientRequest) -> str:
        number = ibans.compact(request.account_number)
        bank_recipient, _is_new = BankRecipient.objects.get_or_create(
            key=request.key,
            defaults={
                "organization_id": request.organization_id, "holder_name": request.holder_name, "iban": number,
            },
        )  # fmt: skip
        return str(bank_recipient.id)

    def recipient(self, account_id: str) -> tuple[str, str] | None:
        bank_recipient = BankRecipient.objects.filter(id__in=_plain_ids(account_id)).first()
        return (bank_recipient.holder_name, bank_recipient.iban) if bank_recipient else None

    @transaction.atomic
    def order(self, *, key: UUID, document_id: UUID, kind: str, holder_name: str, iban: str, amount: Money) -> Order:
        """
        Recorded once per key and once per payout or refund. Another request under the same key is refused, as at every
        gateway. A worker whose claim expired may come late with an old key: if an order for its document exists, that
        order is returned and no second one is created.
        """
        liquidity.lock_treasury()  # two concurrent orders must neither be duplicates nor spend the same money
        bank_order = BankOrder.objects.filter(key=key).first()
        if bank_order is None:
            bank_order = (
                BankOrder.objects.filter(document_id=document_id).exclude(status=BankOrderStatus.REJECTED).first()
            )
        if bank_order is not None:
            if (bank_order.document_id, bank_order.amount, bank_order.iban) != (document_id, amount, iban):
                raise GatewayRefused("idempotency_error", "the key was used for another transfer")
            return _order(bank_order)
        if self.balance().get(amount.currency, Money.zero(amount.currency)) < amount:
            raise GatewayRefused("balance_insufficient", "the account has not that much")
        created = BankOrder.objects.create(
            key=key,
            document_id=document_id,
            type=kind,
            holder_name=holder_name,
            iban=iban,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            ordered_at=timezone.now(),
        )
        return _order(created)

    def order_of(self, document_id: UUID) -> Order | None:
        bank_order = BankOrder.objects.filter(document_id=document_id).order_by("-ordered_at").first()
        return _order(bank_order) if bank_order else None

    def balance(self) -> dict[str, Money]:
        """The sum of the statements' bookings, less orders that no statement shows yet."""
        totals: dict[str, int] = {}
        for line in self.lines(None):
            totals[line.amount.currency] = totals.get(line.amount.currency, 0) + line.net.amount_minor
        return {currency: Money(minor, currency) for currency, minor in totals.items()}

    def lines(self, since: datetime | None) -> Iterator[BalanceLine]:
        """The balance lines: credits, orders when recorded and again when they failed, and debits without an order."""
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
    """A list of one id, or an empty list."""
    return uuids([text.removeprefix("bsl_")])


def _credit(line: BankStatementLine) -> Credit:
    return Credit(_line_id(line.id), line.amount, line.counterparty_name, line.counterparty_iban)


def _order(row: BankOrder) -> Order:
    state = _STATES.get(BankOrderStatus(row.status), TransferState.PENDING)
    return Order(str(row.id), row.amount, state, row.failure_code)
