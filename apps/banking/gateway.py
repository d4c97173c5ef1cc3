"""
The gateway to our own bank account: payers make transfers with a reference, statements show what arrived, files contain
the payments we send.

Staff exchange the files with the bank. The data received so far is in a `BankBook`, which this gateway reads. An order
reduces the balance when it is recorded, as with any processor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from stdnum import iban as ibans
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from apps.common.money import Money
from apps.gateways.errors import GatewayRefused
from apps.gateways.protocols.charges import ChargeOutcome, ChargeState, Checkout, CheckoutRequest, RefundRequest
from apps.gateways.protocols.gateway import Capabilities
from apps.gateways.protocols.movements import Movement, TransferState
from apps.gateways.protocols.payouts import Outbound, OutboundRequest, Recipient, RecipientRequest
from apps.gateways.protocols.statements import BalanceLine
from apps.gateways.protocols.transfers import Transfer

OPEN_FOR = timedelta(days=30)


CURRENCIES = frozenset({"EUR"})
"""Credit transfers of the Single Euro Payments Area (SEPA)."""


@dataclass(frozen=True, slots=True)
class Credit:
    """A payment received, as a statement shows it."""

    line_id: str
    amount: Money
    debtor_name: str
    debtor_iban: str


@dataclass(frozen=True, slots=True)
class Order:
    """A credit transfer, as it is recorded."""

    order_id: str
    amount: Money
    state: TransferState
    failure_code: str = ""


class BankBook(Protocol):
    """The gateway's data, stored by a higher layer."""

    def now(self) -> datetime: ...

    def page_of(self, charge_id: UUID, success_url: str) -> str: ...

    def opened_at(self, reference: str) -> tuple[datetime, Money] | None: ...

    def credits(self, reference: str) -> list[Credit]: ...

    def credit(self, line_id: str) -> Credit | None: ...

    def remember_recipient(self, request: RecipientRequest) -> str: ...

    def recipient(self, account_id: str) -> tuple[str, str] | None: ...

    def order(
        self, *, key: UUID, document_id: UUID, kind: str, holder_name: str, iban: str, amount: Money
    ) -> Order: ...

    def order_of(self, document_id: UUID) -> Order | None: ...

    def balance(self) -> dict[str, Money]: ...

    def lines(self, since: datetime) -> Iterator[BalanceLine]: ...


def creditor_reference(charge_id: UUID) -> str:
    """The ISO 11649 reference: the last sixteen characters of the charge's id, and two check digits."""
    body = charge_id.hex[-16:].upper()
    return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"


class BankGateway:
    name = "bank"
    capabilities = Capabilities(currencies=CURRENCIES, pays_at_once=False)

    def __init__(self, book: BankBook) -> None:
        self.book = book

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        _check_currency(request.amount)
        reference, now = creditor_reference(request.charge_id), self.book.now()
        opened = self.book.opened_at(reference)
        if opened is not None and opened[1] != request.amount:
            raise GatewayRefused("idempotency_error", "this reference was given for another amount")
        url = self.book.page_of(request.charge_id, request.success_url)
        return Checkout(reference, url, (opened[0] if opened else now) + OPEN_FOR)

    def charge_outcome(self, session_id: str) -> ChargeOutcome:
        """
        Paid by the first transfer with the reference and the exact amount; any other transfer is moved to suspense.
        """
        opened = self.book.opened_at(session_id)
        if opened is None:
            raise GatewayRefused("resource_missing", f"no payment has the reference {session_id}")
        requested_at, amount = opened
        for credit in self.book.credits(session_id):
            if credit.amount == amount:
                return ChargeOutcome(
                    ChargeState.SUCCEEDED,
                    payment_id=credit.line_id,
                    remote_charge_id=credit.line_id,
                    amount=credit.amount,
                )
        is_over = self.book.now() > requested_at + OPEN_FOR
        return ChargeOutcome(ChargeState.EXPIRED if is_over else ChargeState.OPEN)

    def close_checkout(self, session_id: str) -> None:
        """A visible reference cannot be cancelled: if it is paid anyway, the money becomes credit."""

    def refund(self, request: RefundRequest) -> Movement:
        _check_currency(request.amount)
        paid = self.book.credit(request.payment_id)
        if paid is None or not ibans.is_valid(paid.debtor_iban):
            raise GatewayRefused("account_unknown", "the statement does not say from which account it was paid")
        if request.amount > paid.amount:
            raise GatewayRefused("charge_already_refunded", "more than was paid")
        order = self.book.order(
            key=request.key, document_id=request.refund_id, kind="refund", holder_name=paid.debtor_name,
            iban=paid.debtor_iban, amount=request.amount,
        )  # fmt: skip
        return Movement(order.order_id, order.state)

    def find_refund(self, *, refund_id: UUID, payment_id: str) -> Movement | None:
        order = self.book.order_of(refund_id)
        return Movement(order.order_id, order.state, _failure(order)) if order else None

    def open_recipient(self, request: RecipientRequest) -> Recipient:
        if request.currency not in CURRENCIES:
            raise GatewayRefused("unsupported", f"{self.name} pays in euros alone")
        try:
            number = ibans.validate(request.account_number)
        except ValidationError as error:
            raise GatewayRefused("account_number_invalid", "This is not an IBAN.") from error
        account_id = self.book.remember_recipient(request)
        return Recipient(account_id, number[-4:], ibans.compact(number)[:8], payout_method_id=account_id)

    def send_cross_border(self, request: OutboundRequest) -> Outbound:
        _check_currency(request.amount)
        if request.source_currency != request.amount.currency:
            raise GatewayRefused("unsupported", f"{self.name} does not convert")
        recipient = self.book.recipient(request.account_id)
        if recipient is None:
            raise GatewayRefused("account_invalid", "no such recipient")
        holder_name, iban = recipient
        order = self.book.order(
            key=request.key, document_id=request.payout_id, kind="transfer", holder_name=holder_name, iban=iban,
            amount=request.amount,
        )  # fmt: skip
        return _outbound(order)

    def find_cross_border(self, *, payout_id: UUID, account_id: str) -> Outbound | None:
        order = self.book.order_of(payout_id)
        return _outbound(order) if order else None

    def balance(self, account_id: str = "") -> dict[str, Money]:
        return {} if account_id else self.book.balance()

    def balance_lines(self, *, since: datetime) -> Iterator[BalanceLine]:
        yield from self.book.lines(since)


def _check_currency(amount: Money) -> None:
    if amount.currency not in CURRENCIES:
        raise GatewayRefused("unsupported", "bank transfers are in euros alone")


def _outbound(order: Order) -> Outbound:
    return Outbound(Transfer(order.order_id, order.amount), Movement(order.order_id, order.state, _failure(order)))


def _failure(order: Order) -> str:
    return (order.failure_code or "bank_rejected") if order.state == TransferState.FAILED else ""
