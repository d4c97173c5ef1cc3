from datetime import datetime

from apps.escrow.events import EscrowReleased, GoodwillGiven
from apps.invoicing.operations import credit_notes, documents
from apps.outbox import bus
from apps.payments.events import ChargeSucceeded, RefundSucceeded


@bus.subscribe(ChargeSucceeded, name="invoicing.receipt_of_payment")
def receipt_of_payment(event: ChargeSucceeded, now: datetime) -> None:
    documents.document_charge(charge_id=event.charge_id, now=now)


@bus.subscribe(RefundSucceeded, name="invoicing.receipt_of_refund")
def receipt_of_refund(event: RefundSucceeded, now: datetime) -> None:
    documents.document_refund(refund_id=event.refund_id, now=now)


@bus.subscribe(EscrowReleased, name="invoicing.invoices_of_release")
def invoices_of_release(event: EscrowReleased, now: datetime) -> None:
    documents.document_release(release_id=event.release_id, now=now)


@bus.subscribe(GoodwillGiven, name="invoicing.credit_of_goodwill")
def credit_of_goodwill(event: GoodwillGiven, now: datetime) -> None:
    credit_notes.document_goodwill(goodwill_id=event.goodwill_id, now=now)
