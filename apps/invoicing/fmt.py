"""The texts of a document in the active language, the same for the page and for the PDF."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from apps.common import fmt
from apps.invoicing.formats.contents import DocumentContents, Line, Party, categories
from apps.invoicing.states import DocumentKind, Treatment

SELF_BILLING_TEXT = gettext_noop(
    "We agree that the marketplace writes invoices in our name and on our account for work that an employer has "
    "approved and that was paid out of held money. Each invoice is numbered in a series of our own and shown to us at "
    "once; it counts as accepted unless we object within 14 days. We write no second invoice for the same work. We "
    "keep our name, address and tax numbers here correct and say so when our tax status changes. Either side can end "
    "this at any time for later work."
)

LINES: dict[str, str | Promise] = {
    "payment": gettext_lazy("Payment held for the work"),
    "refund": gettext_lazy("Refund"),
    "commission": gettext_lazy("Marketplace commission"),
    "employer_fee": gettext_lazy("Marketplace fee"),
    "service": gettext_lazy("Services of the freelancer"),
    "goodwill": gettext_lazy("Goodwill: a part of our commission"),
}
NOTES: dict[str, str | Promise] = {
    "no_supply": gettext_lazy("This receipt shows a movement of money. It is not an invoice and carries no tax."),
    "not_an_invoice": gettext_lazy(
        "This is not an invoice. The freelancer has not agreed to self-billing and writes the invoice."
    ),
    "self_billing": gettext_lazy("Self-billing: written by the marketplace in the name of the supplier."),
    "reverse_charge_eu": gettext_lazy("Reverse charge: the buyer accounts for the value added tax."),
    "outside_scope_eu": gettext_lazy("The place of supply is outside the European Union: no value added tax."),
    "undetermined": gettext_lazy(
        "The tax treatment of this supply was not determined. No tax is shown; please ask your tax adviser."
    ),
    "goodwill_to_third": gettext_lazy(
        "This is not an invoice and not a credit note: the commission had been invoiced to the freelancer."
    ),
}


def title(contents: DocumentContents) -> str:
    return str(DocumentKind(contents.kind).label)


def note(code: str) -> str:
    """Return a note's text; for an unknown note, its code."""
    return str(NOTES.get(code, code))


def line_text(code: str) -> str:
    return str(LINES.get(code, code))


def sheet(contents: DocumentContents) -> dict[str, Any]:
    """Return every string the document shows. Computes no amounts."""
    return {
        "title": title(contents),
        "number": contents.number,
        "facts": _facts(contents),
        "parties": [_party(_("Seller"), contents.seller), _party(_("Buyer"), contents.buyer)],
        "head": [_("Supply"), _("Tax rate"), _("Net"), _("Tax"), _("Amount")],
        "lines": [_line(line) for line in contents.lines],
        "sums": _sums(contents),
        "notes": [note(code) for code in contents.notes],
    }


def _facts(contents: DocumentContents) -> list[dict[str, Any]]:
    """Return the header rows. `is_code` marks a value that is always read left to right, unlike a date."""
    rows = [(_("Document number"), contents.number, True), (_("Date"), fmt.day(contents.issued_on), False)]
    if contents.supplied_on != contents.issued_on:
        rows.append((_("Date of supply"), fmt.day(contents.supplied_on), False))
    if contents.corrects_number and contents.corrects_on:
        rows.append((_("Corrects"), contents.corrects_number, True))
        rows.append((_("Date of what is corrected"), fmt.day(contents.corrects_on), False))
    if contents.purchase_order:
        rows.append((_("Your purchase order"), contents.purchase_order, True))
    return [{"label": label, "value": value, "is_code": is_code} for label, value, is_code in rows]


def _party(role: str, party: Party) -> dict[str, Any]:
    place = " ".join(part for part in (party.postcode, party.city) if part)
    rows = [party.street, place, fmt.country_name(party.country)]
    if party.vat_id:
        rows.append(_("VAT number: %(number)s") % {"number": party.vat_id})
    if party.tax_number:
        rows.append(_("Tax number: %(number)s") % {"number": party.tax_number})
    return {"role": role, "name": party.name, "rows": [row for row in rows if row]}


def _line(line: Line) -> dict[str, str]:
    shows_rate = line.treatment == Treatment.STANDARD
    return {
        "text": line_text(line.code),
        "about": line.about,
        "rate": fmt.percent_bps(line.rate_bps) if shows_rate else "–",
        "net": fmt.money(line.net),
        "tax": fmt.money(line.tax) if shows_rate else "–",
        "total": fmt.money(line.net + line.tax),
    }


def _sums(contents: DocumentContents) -> list[list[str]]:
    rows = [[_("Net"), fmt.money(contents.net)]]
    for category in categories(contents.lines, contents.currency):
        if category.treatment == Treatment.STANDARD:
            label = _("Tax %(rate)s of %(net)s") % {
                "rate": fmt.percent_bps(category.rate_bps),
                "net": fmt.money(category.net),
            }
            rows.append([label, fmt.money(category.tax)])
    if contents.local_tax is not None and contents.local_rate_on is not None:
        label = _("Tax at the ECB's rate of %(day)s") % {"day": fmt.day(contents.local_rate_on)}
        rows.append([label, fmt.money(contents.local_tax)])
    rows.append([_("Total"), fmt.money(contents.total)])
    return rows
