"""Statements of the operator's own bank, and what is paid by transfer."""

from django.utils import timezone

from apps.banking.operations import statements
from apps.common.money import Money
from apps.escrow.operations import funding
from apps.outbox import bus
from apps.payments.models import Charge

IBAN = "FR1420041010050500013M02606"
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>{}
</Stmt></BkToCstmrStmt></Document>"""
ENTRY = """<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>{own}</AcctSvcrRef><NtryDtls><TxDtls>
<Refs><EndToEndId>{end}</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Acme GmbH</Nm></Pty></Dbtr>
<DbtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def camt(*bookings) -> bytes:
    """Bookings: (amount, reference, bank's own reference, end-to-end id)."""
    parts = [
        ENTRY.format(amount=amount.lstrip("-"), mark="DBIT" if amount.startswith("-") else "CRDT", reference=reference,
                     own=own, end=end)
        for amount, reference, own, end in bookings
    ]  # fmt: skip
    return CAMT.format("".join(parts)).encode()


def take_in(staff, body, name="statement.xml"):
    bank_statement = statements.import_statement(name=name, body=body, actor=staff, now=timezone.now())
    bus.deliver_pending(now=timezone.now())
    return bank_statement


def charge_by_bank(make) -> Charge:
    escrow = make.escrow(amount=Money.of("500.00", "EUR"), payee=make.freelancer("Ada", country="FR"))
    return funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=timezone.now(), return_url="http://testserver/back",
        method="bank",
    )  # fmt: skip
