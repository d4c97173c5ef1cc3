"""What each door holds, and how much of it is promised already."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils.functional import Promise

from apps.common.errors import NotFound
from apps.common.ids import uuids
from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.queries import books
from apps.payments.gateways import doors
from apps.payments.models import (
    BankStatementLine,
    BookLine,
    CashMove,
    CashShortage,
    Charge,
    Payout,
    PayoutAccount,
    ProcessorLine,
    Refund,
    TopUp,
)
from apps.payments.states import CashMoveStatus, DoorName, LineStatus, PayoutStatus, RefundStatus


@dataclass(frozen=True, slots=True)
class Cash:
    """Of one door in one currency."""

    gateway: str
    held: Money
    promised: Money

    @property
    def free(self) -> Money:
        return self.held - self.promised

    @property
    def label(self) -> str | Promise:
        return DoorName(self.gateway).label


def cash_at(gateway: str, currency: str) -> Cash:
    """
    What a door holds by the books, and what withdrawals, refunds and moves that it has not carried out will take of it.

    A withdrawal counts until its transfer is booked; a refund until it has arrived, because it is booked only then; a
    move from the second person's yes until the door's own line shows it.
    """
    held = books.balance(chart.clearing(gateway, currency))
    payouts = Payout.objects.filter(
        gateway=gateway, currency=currency, status__in=[PayoutStatus.REQUESTED, PayoutStatus.SENDING],
        remote_transfer_id="",
    )  # fmt: skip
    refunds = Refund.objects.filter(
        charge__gateway=gateway, charge__currency=currency,
        status__in=[RefundStatus.REQUESTED, RefundStatus.SENDING, RefundStatus.SUBMITTED],
    )  # fmt: skip
    moves = CashMove.objects.filter(source=gateway, currency=currency, status=CashMoveStatus.AGREED)
    sums = (rows.aggregate(total=Sum("amount_minor"))["total"] for rows in (payouts, refunds, moves))
    promised = sum(int(total or 0) for total in sums)
    return Cash(gateway, held, Money(promised, currency))


def cash_at_doors() -> list[Cash]:
    """Every open door with every currency that it can hold and that any of them ever held."""
    names = doors.names()
    known = sorted({code for name in names for code in books.balances_by_currency(chart.clearing(name, "EUR").code)})
    return [cash_at(name, code) for name in names for code in known if can_hold(name, code)]


def can_hold(gateway: str, currency: str) -> bool:
    """Is the door open, and made for this currency?"""
    if gateway not in doors.names():
        return False
    currencies = doors.door(gateway).capabilities.currencies
    return currencies is None or currency in currencies


def pays_by_itself(account: PayoutAccount) -> bool:
    """Is it paid from a balance of the platform's own at that door, without a transfer and without an exchange?"""
    return not doors.door(account.gateway).capabilities.has_recipient_balances


def recent_shortages() -> list[CashShortage]:
    return list(CashShortage.objects.order_by("-noted_on", "gateway", "currency")[:10])


# -- moves between doors


def cash_moves() -> list[CashMove]:
    """The newest first."""
    rows = CashMove.objects.select_related("proposed_by", "agreed_by").order_by("-proposed_at")
    return list(rows[:100])


def cash_move(move_id: UUID) -> CashMove:
    """:raises NotFound: if there is none."""
    rows = CashMove.objects.select_related("proposed_by", "agreed_by", "source_line", "target_line")
    found = rows.filter(id=move_id).first()
    if found is None:
        raise NotFound
    return found


def cash_move_for_update(move_id: UUID) -> CashMove:
    found = CashMove.objects.select_for_update(of=("self",)).filter(id=move_id).first()
    if found is None:
        raise NotFound
    return found


def lines_of_move(move: CashMove) -> QuerySet[ProcessorLine]:
    """
    Lines that may be the step that a move waits for, the oldest first: at the door, of the very amount, of no other
    move, and explained by nothing else in our books.
    """
    is_leaving = move.status == CashMoveStatus.AGREED
    gateway = move.source if is_leaving else move.target
    net = -move.amount_minor if is_leaving else move.amount_minor
    explained = BookLine.objects.filter(gateway=gateway).exclude(event__startswith="suspense.").values("reference")
    rows = ProcessorLine.objects.filter(
        gateway=gateway, net_minor=net, fee_minor=0, currency=move.currency,
        status__in=[LineStatus.WAITING, LineStatus.SUSPENSE], cash_left=None, cash_arrived=None,
    )  # fmt: skip
    return rows.exclude(reference__in=explained).order_by("booked_at", "id")


def certain_line_of_move(move: CashMove) -> ProcessorLine | None:
    """
    The line that needs nobody to look: at a processor its own word for such a movement is enough; at the bank the
    move's number has to stand in the transfer, because customers pay there too.
    """
    is_leaving = move.status == CashMoveStatus.AGREED
    gateway = move.source if is_leaving else move.target
    found = lines_of_move(move)
    if gateway == DoorName.BANK:
        return next((line for line in found if _plain(move.number) in _remittance(line)), None)
    found = found.filter(type="payout" if is_leaving else "topup")
    return found.exclude(reference__in=TopUp.objects.exclude(remote_id="").values("remote_id")).first()


def _plain(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _remittance(line: ProcessorLine) -> str:
    booking = BankStatementLine.objects.filter(id__in=uuids([line.reference.removeprefix("bsl_")])).first()
    if booking is None or not booking.reference or Charge.objects.filter(remote_session_id=booking.reference).exists():
        return ""
    return _plain(booking.reference)


def cash_left_in_transit() -> int:
    """Moves that are not on their way while their account is not at nothing, or are while it is not the amount."""
    rows = list(CashMove.objects.values_list("id", "currency", "status", "amount_minor"))
    codes = {chart.clearing_transit(move_id, currency).code for move_id, currency, _, _ in rows}
    held = books.balances(codes)
    wrong = 0
    for move_id, currency, status, amount in rows:
        lies = held.get((chart.clearing_transit(move_id, currency).code, currency), Money.zero(currency))
        wrong += lies.amount_minor != (amount if status == CashMoveStatus.LEFT else 0)
    return wrong
