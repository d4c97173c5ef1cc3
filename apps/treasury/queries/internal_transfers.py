"""What each gateway holds, and how much of it is promised already."""

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
    """The newest first."""
    rows = InternalTransfer.objects.select_related("proposed_by", "agreed_by").order_by("-proposed_at")
    return list(rows[:100])


def internal_transfer(transfer_id: UUID) -> InternalTransfer:
    """:raises NotFound: if there is none."""
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
    """What agreed transfers that no line shows yet will take of a gateway's balance, in minor units."""
    rows = InternalTransfer.objects.filter(source=gateway, currency=currency, status=InternalTransferStatus.AGREED)
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


def lines_of_transfer(transfer: InternalTransfer) -> QuerySet[ProcessorLine]:
    """
    Lines that may be the step that a transfer waits for, the oldest first: at the gateway, of the very amount, of no
    other transfer, and explained by nothing else in our books.
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
    The line that needs nobody to look: at a processor its own word for such a movement is enough; at the bank the
    transfer's number has to be in the remittance text, because customers pay there too.
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
    """Transfers whose own account does not hold what it should: the amount while in transit, nothing otherwise."""
    rows = list(InternalTransfer.objects.values_list("id", "currency", "status", "amount_minor"))
    codes = {chart.clearing_transit(transfer_id, currency).code for transfer_id, currency, _, _ in rows}
    held = books.balances(codes)
    wrong = 0
    for transfer_id, currency, status, amount in rows:
        lies = held.get((chart.clearing_transit(transfer_id, currency).code, currency), Money.zero(currency))
        wrong += lies.amount_minor != (amount if status == InternalTransferStatus.LEFT else 0)
    return wrong
