"""Corrections: a credit note reverses a part of an invoice; the invoice itself does not change."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from apps.common.errors import NotFound
from apps.common.money import Money
from apps.escrow.models import Goodwill
from apps.escrow.states import GoodwillTo
from apps.invoicing import policies
from apps.invoicing.formats.contents import Line
from apps.invoicing.models import Document
from apps.invoicing.operations.documents import Draft, document_release, issue
from apps.invoicing.queries import documents
from apps.invoicing.rules import totals
from apps.invoicing.states import DocumentKind, Treatment


@transaction.atomic
def credit_invoice(
    *, document_id: UUID, amount: Money, source_key: str, now: datetime, tax: Money | None = None
) -> Document:
    """
    Reverse a part of an invoice, or all that is left of it.

    :param amount: including tax. :param tax: the tax reversed in the ledger; pro rata if not given.
    :raises NotAnInvoice: if the document cannot be credited.
    :raises MoreThanInvoiced: if the amount is zero or more than what is left of the invoice.
    """
    if (document := documents.document_of_source(source_key)) is not None:
        return document
    invoice = Document.objects.select_for_update(of=("self",)).select_related("recipient", "issuer").get(id=document_id)
    left = invoice.total - documents.credited(invoice)
    policies.check_can_credit(invoice, amount, left)
    tax_left = invoice.tax - documents.credited_tax(invoice)
    if tax is None:
        tax = tax_left if amount == left else totals.part_of(invoice.tax, part=amount, whole=invoice.total)
    tax = min(tax, tax_left)
    contents = invoice.contents
    about = contents.lines[0]
    line = Line(about.code, about.about, amount - tax, tax, about.treatment, about.rate_bps)
    return issue(
        Draft(
            kind=DocumentKind.CREDIT_NOTE,
            source_key=source_key,
            recipient=invoice.recipient,
            reference_id=invoice.reference_id,
            supplied_on=now.astimezone(UTC).date(),
            seller=contents.seller,
            buyer=contents.buyer,
            lines=[line],
            treatment=invoice.treatment,
            issuer=invoice.issuer,
            notes=invoice.notes,
            purchase_order=invoice.purchase_order,
            corrects=invoice,
        ),
        now=now,
    )


@transaction.atomic
def document_goodwill(*, goodwill_id: UUID, now: datetime) -> Document:
    """
    Document a goodwill repayment of our commission. The freelancer, who got the commission invoice, gets a credit note;
    the
    employer gets a statement, because a party without an invoice cannot be credited.
    """
    goodwill = Goodwill.objects.select_related("release__escrow__payer").get(id=goodwill_id)
    document_release(release_id=goodwill.release_id, now=now)  # events can arrive in any order
    escrow, source_key = goodwill.release.escrow, f"goodwill:{goodwill.id}"
    tax = Money(goodwill.tax_minor, goodwill.currency)
    if goodwill.to == GoodwillTo.FREELANCER:
        invoice = documents.document_of_source(f"release:{goodwill.release_id}:{DocumentKind.COMMISSION_INVOICE}")
        if invoice is None:
            raise NotFound
        return credit_invoice(document_id=invoice.id, amount=goodwill.amount, tax=tax, source_key=source_key, now=now)
    nothing = Money.zero(goodwill.currency)
    return issue(
        Draft(
            kind=DocumentKind.GOODWILL_STATEMENT,
            source_key=source_key,
            recipient=escrow.payer,
            reference_id=escrow.id,
            supplied_on=now.astimezone(UTC).date(),
            seller=documents.platform(),
            buyer=documents.party_of(escrow.payer),
            lines=[Line("goodwill", escrow.memo, goodwill.amount, nothing)],
            treatment=Treatment.NONE,
            notes=["goodwill_to_third"],
        ),
        now=now,
    )
