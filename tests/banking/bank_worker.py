"""
Pays by bank and kills itself: settles, makes files for the bank and takes its statements in, until all is paid.

`python -m tests.banking.bank_worker POINT KILLS_DIR KILLS_MAX LIVES BANK_DIR STAFF_ID`. The bank is a folder that is never
killed: a file that is carried there is executed once, and leaves a statement of its own.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import django
from defusedxml import ElementTree

from tests.payouts.crash_worker import dying_with_a_row, keep_alive, mortal

PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>{number}</Id>{entries}</Stmt>
</BkToCstmrStmt></Document>"""
ENTRY = """<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>{end}</AcctSvcrRef><NtryDtls><TxDtls>
<Refs><EndToEndId>{end}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"""
POINTS = (
    "claimed_not_committed",
    "after_claim",
    "before_order",
    "in_order",
    "after_order",
    "mid_transaction",
    "before_commit",
    "after_commit",
    "in_file",
    "after_file",
    "in_statement",
    "after_statement",
    "between_documents",
)


def transfers_in(body: str) -> list[tuple[str, str]]:
    """(end-to-end id, amount) of every transfer in a pain.001 file."""
    result = ElementTree.fromstring(body.encode()).iter(f"{PAIN}CdtTrfTxInf")
    return [
        (item.find(f"{PAIN}PmtId/{PAIN}EndToEndId").text, item.find(f"{PAIN}Amt/{PAIN}InstdAmt").text)
        for item in result
    ]


def carry(bank: Path, number: str, body: str) -> None:
    """The bank takes a file once; what it booked is in the statement that appears in the same moment."""
    statement = "".join(ENTRY.format(amount=amount, end=end) for end, amount in transfers_in(body))
    draft = Path(tempfile.mkdtemp(dir=bank.parent))
    (draft / "pain.xml").write_text(body)
    (draft / "camt.xml").write_text(CAMT.format(number=number, entries=statement))
    with contextlib.suppress(OSError):  # it was carried there before
        draft.rename(bank / number)


def main() -> None:
    point, kills, most, lives = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    bank, staff_id = Path(sys.argv[5]), UUID(sys.argv[6])
    django.setup()
    _arm(point, kills, most)
    keep_alive(lambda: _live(bank, staff_id), lives)


def _live(bank: Path, staff_id: UUID) -> None:
    from django.utils import timezone

    from apps.banking.models import BankFile
    from apps.banking.operations import orders, statements
    from apps.banking.operations.orders import NothingToExport
    from apps.common.actors import Actor
    from apps.payments.models import Refund
    from apps.payouts.models import Payout
    from tests.make import dispatch

    staff, waiting = (
        Actor(user_id=staff_id, is_staff=True, staff_capabilities=frozenset({"finance"})),
        ["requested", "sending", "submitted"],
    )
    while any(rows.objects.filter(status__in=waiting).exists() for rows in (Payout, Refund)):
        dispatch.send_due()
        with contextlib.suppress(NothingToExport):
            orders.export_orders(actor=staff, now=timezone.now())
        for file in BankFile.objects.all():
            carry(bank, file.number, file.body)
        for statement in sorted(bank.glob("*/camt.xml")):
            statements.import_statement(
                name="camt.xml", body=statement.read_bytes(), actor=staff, now=timezone.now()
            )  # fmt: skip


def _arm(point: str, kills: Path, most: int) -> None:
    from apps.banking.gateway import BankGateway
    from apps.banking.models import BankFile, BankOrder, BankStatementLine
    from apps.banking.operations import orders, statements
    from apps.gateways.operations import dispatch
    from apps.payments.models import RefundAttempt
    from apps.payments.operations import dispatch as refund_dispatch
    from apps.payouts.models import PayoutAttempt
    from apps.payouts.operations import dispatch as payout_dispatch
    from apps.payouts.operations import payouts

    dispatch.LEASE = timedelta(seconds=0.6)
    for module in (dispatch, payout_dispatch):
        module.pause_after = lambda attempts: timedelta(seconds=0.1)
    die, around = mortal(kills, most)

    if point == "claimed_not_committed":
        around(PayoutAttempt, "save")
        around(RefundAttempt, "save")
    elif point == "after_claim":
        payout_dispatch.claim_payout = dying_with_a_row(payout_dispatch.claim_payout, die)
        refund_dispatch.claim_refund = dying_with_a_row(refund_dispatch.claim_refund, die)
    elif point in ("before_order", "after_order"):
        around(BankGateway, "send_cross_border", before=point == "before_order")
        around(BankGateway, "refund", before=point == "before_order")
    elif point == "in_order":
        around(BankOrder.objects, "create")
    elif point in ("mid_transaction", "before_commit"):
        around(payouts.ledger, "record", before=point == "mid_transaction")
        around(payouts, "move", before=point == "mid_transaction")
    elif point == "after_commit":
        around(payouts, "payout_sent_cross_border")
        around(payouts, "payout_answered")
    elif point == "in_file":
        around(BankFile.objects, "create")
    elif point == "after_file":
        around(orders, "export_orders")
    elif point == "in_statement":
        around(BankStatementLine.objects, "create")
    elif point == "after_statement":
        around(statements, "_take_in")
    elif point == "between_documents":
        around(statements, "refresh_document")


if __name__ == "__main__":
    main()
