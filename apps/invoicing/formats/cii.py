"""A document as EN 16931 Cross Industry Invoice, written with drafthorse. `schematron` validates the result."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal

from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.document import Document as Invoice
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration
from drafthorse.models.tradelines import LineItem

from apps.common.money import Money
from apps.invoicing.formats.contents import Category, DocumentContents, Line, Party, categories
from apps.invoicing.states import DocumentKind, Treatment

PROFILE = "urn:cen.eu:en16931:2017"
SCHEMA = "FACTUR-X_EN16931"
TYPE_CODES = {DocumentKind.SELF_BILLED: "389", DocumentKind.CREDIT_NOTE: "381"}
"""UNTDID 1001; all others are commercial invoices, 380."""
CATEGORIES = {Treatment.STANDARD: "S", Treatment.REVERSE_CHARGE: "AE", Treatment.OUTSIDE_SCOPE: "O"}
"""UNTDID 5305."""
EXEMPTIONS = {
    Treatment.REVERSE_CHARGE: ("VATEX-EU-AE", "Reverse charge"),
    Treatment.OUTSIDE_SCOPE: ("VATEX-EU-O", "Not subject to VAT"),
}
TEXTS = {
    "commission": "Marketplace commission",
    "employer_fee": "Marketplace fee",
    "service": "Services",
    "goodwill": "Goodwill",
}
COUNTRIES = {"XK": "1A"}
"""EN 16931 uses the ISO 3166-1 country codes, with its own codes for user-assigned ones."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 (section 2.2) does not allow: mostly control characters, pasted from other programs."""
PIECE = "C62"
"""UN/ECE recommendation 20: one unit."""


def write(contents: DocumentContents) -> bytes:
    """
    Return the document as XML that is valid against the XSD.

    :raises ValueError: if the document's tax is not determined, because it then has no tax category.
    :raises NotExpressible: if an amount has more than two decimals.
    """
    invoice = Invoice()
    invoice.context.guideline_parameter.id = PROFILE
    invoice.header.id = contents.number
    invoice.header.type_code = TYPE_CODES.get(DocumentKind(contents.kind), "380")
    invoice.header.issue_date_time = contents.issued_on
    if "self_billing" in contents.notes:
        _note(invoice, "Self-billing")
    shows_vat_ids = all(line.treatment != Treatment.OUTSIDE_SCOPE for line in contents.lines)  # BR-O-02 forbids them
    _party(invoice.trade.agreement.seller, contents.seller, with_vat_id=shows_vat_ids, is_seller=True)
    _party(invoice.trade.agreement.buyer, contents.buyer, with_vat_id=shows_vat_ids)
    if contents.purchase_order:
        invoice.trade.agreement.buyer_order.issuer_assigned_id = _text(contents.purchase_order)
    invoice.trade.delivery.event.occurrence = contents.supplied_on
    for position, line in enumerate(contents.lines, start=1):
        invoice.trade.items.add(_line(position, line))
    _settlement(invoice, contents)
    return bytes(invoice.serialize(schema=SCHEMA))


class NotExpressible(ValueError):
    """An amount needs three decimals; the standard allows two."""


def _text(text: str) -> str:
    return _NOT_XML.sub(" ", text).strip()


def _amount(money: Money) -> Decimal:
    """
    Return the amount with at most two decimals (BR-DEC-*): 12.340 dinars become 12.34.

    :raises NotExpressible: if a third decimal is not zero, as in 12.345.
    """
    value = money.as_decimal()
    if value.as_tuple().exponent < -2:  # type: ignore[operator]  # a number, never an infinity
        short = value.quantize(Decimal("0.01"), rounding=ROUND_DOWN)
        if short != value:
            raise NotExpressible(f"{money} needs more decimals than EN 16931 allows")
        return short
    return value


def _note(invoice: Invoice, text: str) -> None:
    note = IncludedNote()
    note.content = text
    invoice.header.notes.add(note)


def _party(target: object, party: Party, *, with_vat_id: bool, is_seller: bool = False) -> None:
    target.name = _text(party.name)  # type: ignore[attr-defined]
    if is_seller and (identifier := party.tax_number or party.vat_id):
        target.id = identifier  # type: ignore[attr-defined]  # BR-CO-26 asks for one, also without a VAT number
    address = target.address  # type: ignore[attr-defined]
    address.postcode, address.line_one = _text(party.postcode), _text(party.street)
    address.city_name = _text(party.city)
    address.country_id = COUNTRIES.get(party.country, party.country)
    if with_vat_id and party.vat_id:
        target.tax_registrations.add(TaxRegistration(id=("VA", party.vat_id)))  # type: ignore[attr-defined]


def _line(position: int, line: Line) -> LineItem:
    item = LineItem()
    item.document.line_id = str(position)
    item.product.name = TEXTS.get(line.code, line.code)
    item.product.description = _text(line.about)
    item.agreement.net.amount = _amount(line.net)
    item.delivery.billed_quantity = (Decimal(1), PIECE)
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = _category(line.treatment)
    if line.treatment != Treatment.OUTSIDE_SCOPE:  # BR-O-05 forbids a rate
        item.settlement.trade_tax.rate_applicable_percent = _percent(line.rate_bps)
    item.settlement.monetary_summation.total_amount = _amount(line.net)
    return item


def _settlement(invoice: Invoice, contents: DocumentContents) -> None:
    settlement = invoice.trade.settlement
    settlement.currency_code = contents.currency
    if contents.local_tax is not None:
        settlement.tax_currency_code = contents.local_tax.currency
    for category in categories(contents.lines, contents.currency):
        settlement.trade_tax.add(_tax(category))
    sums = settlement.monetary_summation
    sums.line_total = _amount(contents.net)
    sums.tax_basis_total = _amount(contents.net)
    sums.grand_total = _amount(contents.total)
    sums.prepaid_total = _amount(contents.total)  # it was deducted from, or transferred out of, money already paid in
    sums.due_amount = Decimal(0)
    taxes = [contents.tax] if contents.local_tax is None else [contents.tax, contents.local_tax]
    for tax in taxes:
        sums.tax_total_other_currency.add((_amount(tax), tax.currency))
    if contents.corrects_number:
        settlement.invoice_referenced_document.issuer_assigned_id = contents.corrects_number


def _tax(category: Category) -> ApplicableTradeTax:
    tax = ApplicableTradeTax()
    tax.calculated_amount, tax.basis_amount = _amount(category.tax), _amount(category.net)
    tax.type_code, tax.category_code = "VAT", _category(category.treatment)
    if (exemption := EXEMPTIONS.get(Treatment(category.treatment))) is not None:
        tax.exemption_reason_code, tax.exemption_reason = exemption
    if category.treatment != Treatment.OUTSIDE_SCOPE:
        tax.rate_applicable_percent = _percent(category.rate_bps)
    return tax


def _category(treatment: str) -> str:
    try:
        return CATEGORIES[Treatment(treatment)]
    except KeyError as error:
        raise ValueError(f"{treatment} has no category of EN 16931") from error


def _percent(basis_points: int) -> Decimal:
    return Decimal(basis_points) / 100
