"""Internal transfers and the statement lines that show them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet, Sum

from apps.banking.models import BankStatementLine
from apps.common.errors import NotFound
from apps.common.ids import uuids
from apps.common.money import Money
from apps.gateways.names import GatewayName
from apps.ledger import chart
from apps.ledger.queries import books
from apps.payments.models import Charge
from apps.treasury.models import BookLine, InternalTransfer, ProcessorLine, TopUp
from apps.treasury.models.reconciliation import LineStatus
from apps.treasury.states import InternalTransferStatus


def internal_transfers() -> list[InternalTransfer]:
    """The latest 100 transfers, newest first."""
    rows = InternalTransfer.objects.select_related("proposed_by", "agreed_by").order_by("-proposed_at")
    return list(rows[:100])


def internal_transfer(transfer_id: UUID) -> InternalTransfer:
    """
    The transfer with its people and lines.

    :raises NotFound: if it does not exist.
    """
    rows = InternalTransfer.objects.select_related("proposed_by", "agreed_by", "source_line", "target_line")
    result = rows.filter(id=transfer_id).first()
    if result is None:
        raise NotFound
    return result


def internal_transfer_for_update(transfer_id: UUID) -> InternalTransfer:
    result = InternalTransfer.objects.select_for_update(of=("self",)).filter(id=transfer_id).first()
    if result is None:
        raise NotFound
    return result


def agreed_minor(gateway: str, currency: str) -> int:
    """
    The total of approved transfers that no statement line shows yet, in minor units: committed cash of the gateway.
    """
    rows = InternalTransfer.objects.filter(source=gateway, currency=currency, status=InternalTransferStatus.AGREED)
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


def lines_of_transfer(transfer: InternalTransfer) -> QuerySet[ProcessorLine]:
    """
    The statement lines that may show the next step of the transfer, oldest first: at that gateway, with the same
    amount, not used by another transfer and not explained by any other entry.
    """
    is_leaving = transfer.status == InternalTransferStatus.AGREED
    gateway = transfer.source if is_leaving else transfer.target
    net = -transfer.amount_minor if is_leaving else transfer.amount_minor
    explained = BookLine.objects.filter(gateway=gateway).exclude(event__startswith="suspense.").values("reference")
    rows = ProcessorLine.objects.filter(
        gateway=gateway, net_minor=net, fee_minor=0, currency=transfer.currency,
        status__in=[LineStatus.WAITING, LineStatus.SUSPENSE], cash_left=None, cash_arrived=None,
    )  # fmt: skip
    return rows.exclude(reference__in=explained).order_by("booked_at", "id")


def certain_line_of_transfer(transfer: InternalTransfer) -> ProcessorLine | None:
    """
    The line that needs no manual check, or None. At a processor its line type is enough. At the bank the transfer's
    number must be in the remittance text, because customers pay there too.
    """
    is_leaving = transfer.status == InternalTransferStatus.AGREED
    gateway = transfer.source if is_leaving else transfer.target
    result = lines_of_transfer(transfer)
    if gateway == GatewayName.BANK:
        return next((line for line in result if _plain(transfer.number) in _remittance(line)), None)
    result = result.filter(type="payout" if is_leaving else "topup")
    return result.exclude(reference__in=TopUp.objects.exclude(remote_id="").values("remote_id")).first()


def _plain(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _remittance(line: ProcessorLine) -> str:
    booking = BankStatementLine.objects.filter(id__in=uuids([line.reference.removeprefix("bsl_")])).first()
    if booking is None or not booking.reference or Charge.objects.filter(remote_session_id=booking.reference).exists():
        return ""
    return _plain(booking.reference)


def cash_left_in_transit() -> int:
    """
    The number of transfers whose transit account has a wrong balance. It must hold the amount while in transit, and
    zero otherwise. Always 0 if the books are correct.
    """
    rows = list(InternalTransfer.objects.values_list("id", "currency", "status", "amount_minor"))
    codes = {chart.clearing_transit(transfer_id, currency).code for transfer_id, currency, _, _ in rows}
    held = books.balances(codes)
    wrong = 0
    for transfer_id, currency, status, amount in rows:
        lies = held.get((chart.clearing_transit(transfer_id, currency).code, currency), Money.zero(currency))
        wrong += lies.amount_minor != (amount if status == InternalTransferStatus.LEFT else 0)
    return wrong
