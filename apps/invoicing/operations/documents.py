"""Creates documents from events: one document per event, and each number is used once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.accounts.models import Organization
from apps.common import tokens
from apps.common.money import Money
from apps.escrow.models import Escrow, Release
from apps.invoicing import events
from apps.invoicing.formats.contents import Line, Party
from apps.invoicing.models import Document
from apps.invoicing.queries import documents
from apps.invoicing.rules import tax as tax_rules
from apps.invoicing.rules import totals
from apps.invoicing.states import SERIES, DocumentKind, Treatment
from apps.outbox import bus
from apps.payments.models import Charge, Refund
from apps.spending import queries as spending


@dataclass(frozen=True, slots=True)
class Draft:
    """A document without its number."""

    kind: DocumentKind
    source_key: str
    recipient: Organization
    reference_id: UUID
    supplied_on: date
    seller: Party
    buyer: Party
    lines: Sequence[Line]
    treatment: str
    issuer: Organization | None = None
    notes: list[str] = field(default_factory=list)
    purchase_order: str = ""
    corrects: Document | None = None


@transaction.atomic
def issue(draft: Draft, *, now: datetime) -> Document:
    """
    Issue a draft with the next number of its series; once per source.

    The series stays locked until the commit: two concurrent calls wait for each other, and a rollback releases the
    number.
    """
    if (existing := documents.document_of_source(draft.source_key)) is not None:
        return existing
    letters, year = SERIES[draft.kind], now.astimezone(UTC).year
    series = documents.series_for_update(
        issuer=draft.issuer, letters=letters, year=year, prefix=lambda: _prefix(draft.issuer, letters)
    )
    # created by the transaction we waited for
    if (existing := documents.document_of_source(draft.source_key)) is not None:
        return existing
    series.last_number += 1
    series.save(update_fields=["last_number"])
    currency = draft.lines[0].net.currency
    sums = totals.totals(draft.lines, currency)
    local = documents.local_tax(sums.tax, draft.seller.country, draft.supplied_on)
    document = Document.objects.create(
        kind=draft.kind,
        series=series,
        number=series.last_number,
        label=totals.label(series.prefix, year, series.last_number),
        source_key=draft.source_key,
        issuer=draft.issuer,
        recipient=draft.recipient,
        reference_id=draft.reference_id,
        corrects=draft.corrects,
        currency=currency,
        net_minor=sums.net.amount_minor,
        tax_minor=sums.tax.amount_minor,
        treatment=draft.treatment,
        lines=[line.as_json() for line in draft.lines],
        seller=draft.seller.as_json(),
        buyer=draft.buyer.as_json(),
        notes=[note for note in draft.notes if note],
        purchase_order=draft.purchase_order,
        **_local(local),
        supplied_on=draft.supplied_on,
        issued_at=now,
    )
    bus.publish(events.DocumentIssued(document.id, document.kind, document.label), now=now)
    return document


def _local(local_tax: tuple[Money, date] | None) -> dict[str, Any]:
    if local_tax is None:
        return {}
    tax, rate_on = local_tax
    return {"local_currency": tax.currency, "local_tax_minor": tax.amount_minor, "local_rate_on": rate_on}


def _prefix(issuer: Organization | None, letters: str) -> str:
    """
    Return the prefix of a new series; an existing series keeps its own.

    All series of an issuer share the first part, unless the first series has a generated name. If another issuer
    already
    uses the prefix, a short mark is added.
    """
    if issuer is None:
        return f"{settings.DOCUMENT_PREFIX}-{letters}"
    if (first := documents.named_series(issuer)) is not None:
        return f"{first.prefix.removesuffix(f'-{first.letters}')}-{letters}"
    who = totals.issuer_code(tokens.to_latin(issuer.display_name), issuer.handle, issuer.country, issuer.id)
    if documents.is_prefix_of_another(f"{who}-{letters}", issuer):
        who = f"{who[:15].rstrip('-')}-{totals.short_mark(issuer.id)}"
    return f"{who}-{letters}"


# -- money in and back: receipts


@transaction.atomic
def document_charge(*, charge_id: UUID, now: datetime) -> Document:
    """Issue a receipt for a payment."""
    charge = Charge.objects.select_related("payer").get(id=charge_id)
    on = (charge.succeeded_at or now).astimezone(UTC).date()
    draft = _receipt(DocumentKind.RECEIPT, "payment", charge, charge.amount, f"charge:{charge.id}", on)
    return issue(draft, now=now)


@transaction.atomic
def document_refund(*, refund_id: UUID, now: datetime) -> Document:
    """Issue a receipt for refunded held money. It had not been invoiced, so there is nothing to credit."""
    refund = Refund.objects.select_related("charge__payer").get(id=refund_id)
    on = now.astimezone(UTC).date()
    amount = Money(refund.amount_minor, refund.currency)
    draft = _receipt(DocumentKind.REFUND_RECEIPT, "refund", refund.charge, amount, f"refund:{refund.id}", on)
    return issue(draft, now=now)


def _receipt(kind: DocumentKind, code: str, charge: Charge, amount: Money, source: str, on: date) -> Draft:
    nothing = Money.zero(amount.currency)
    return Draft(
        kind=kind,
        source_key=f"{source}:{kind}",
        recipient=charge.payer,
        reference_id=charge.reference_id,
        supplied_on=on,
        seller=documents.platform(),
        buyer=documents.party_of(charge.payer),
        lines=[Line(code, charge.memo, amount, nothing)],
        treatment=Treatment.NONE,
        notes=["no_supply"],
        purchase_order=_purchase_order(charge.reference_id),
    )


def _purchase_order(escrow_id: UUID) -> str:
    """Return the employer's purchase order number for the work; an escrow refers to the work by its reference."""
    reference_id = Escrow.objects.filter(id=escrow_id).values_list("reference_id", flat=True).first()
    return spending.purchase_order_of(reference_id) if reference_id else ""


# -- money released: invoices


@transaction.atomic
def document_release(*, release_id: UUID, now: datetime) -> list[Document]:
    """
    Issue the documents of a release: our commission, our fee, the freelancer's service. Skips a document without
    amount.
    """
    release = Release.objects.select_related("escrow__payer", "escrow__payee").get(id=release_id)
    drafts = [_commission(release), _employer_fee(release), _service(release)]
    return [issue(draft, now=now) for draft in drafts if draft is not None]


def _commission(release: Release) -> Draft | None:
    escrow = release.escrow
    if not release.fee:
        return None
    seller, buyer, on = documents.platform(), documents.party_of(escrow.payee), _day(release)
    decision = tax_rules.decide(supply="platform", seller=seller, buyer=buyer, on=on, booked_rate_bps=escrow.tax_bps)
    line = Line("commission", escrow.memo, release.commission, release.tax, decision.treatment, decision.rate_bps)
    return _invoice(DocumentKind.COMMISSION_INVOICE, release, escrow.payee, seller, buyer, line, [decision.note])


def _employer_fee(release: Release) -> Draft | None:
    escrow = release.escrow
    fee, tax = release.employer_fee, release.employer_fee_tax
    if not fee:
        return None
    seller, buyer, on = documents.platform(), documents.party_of(escrow.payer), _day(release)
    decision = tax_rules.decide(
        supply="platform", seller=seller, buyer=buyer, on=on, booked_rate_bps=escrow.fee_tax_bps
    )
    line = Line("employer_fee", escrow.memo, fee - tax, tax, decision.treatment, decision.rate_bps)
    return _invoice(DocumentKind.FEE_INVOICE, release, escrow.payer, seller, buyer, line, [decision.note])


def _service(release: Release) -> Draft:
    """The freelancer's supply: an invoice in their name if they agreed to self-billing, else a plain statement."""
    escrow, nothing = release.escrow, Money.zero(release.currency)
    seller, buyer = documents.party_of(escrow.payee), documents.party_of(escrow.payer)
    if not documents.agreed_to_self_billing(escrow.payee_id, release.released_at):
        line = Line("service", escrow.memo, release.gross, nothing)
        kind, notes = DocumentKind.SERVICE_STATEMENT, ["not_an_invoice"]
        return _invoice(kind, release, escrow.payer, seller, buyer, line, notes, shown_to=escrow.payee)
    decision = tax_rules.decide(supply="service", seller=seller, buyer=buyer, on=_day(release))
    line = Line("service", escrow.memo, release.gross, nothing, decision.treatment, decision.rate_bps)
    notes = ["self_billing", decision.note]
    kind = DocumentKind.SELF_BILLED
    return _invoice(kind, release, escrow.payer, seller, buyer, line, notes, shown_to=escrow.payee)


def _invoice(
    kind: DocumentKind,
    release: Release,
    recipient: Organization,
    seller: Party,
    buyer: Party,
    line: Line,
    notes: list[str],
    *,
    shown_to: Organization | None = None,
) -> Draft:
    """:param shown_to: in whose name it is issued; None: the marketplace."""
    is_employers = recipient.id == release.escrow.payer_id
    return Draft(
        kind=kind,
        source_key=f"release:{release.id}:{kind}",
        recipient=recipient,
        reference_id=release.escrow_id,
        supplied_on=_day(release),
        seller=seller,
        buyer=buyer,
        lines=[line],
        treatment=line.treatment,
        issuer=shown_to,
        notes=notes,
        purchase_order=spending.purchase_order_of(release.escrow.reference_id) if is_employers else "",
    )


def _day(release: Release) -> date:
    return release.released_at.astimezone(UTC).date()
