"""Kinds of documents, and tax treatments of a supply."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    RECEIPT = "receipt", _("Receipt")
    """Money was paid in for a milestone. Not an invoice, because nothing was supplied yet."""
    REFUND_RECEIPT = "refund_receipt", _("Refund receipt")
    """Held money was refunded to the employer; it had not been invoiced."""
    COMMISSION_INVOICE = "commission", _("Commission invoice")
    """The marketplace's service to the freelancer; one per release."""
    FEE_INVOICE = "fee", _("Fee invoice")
    """The marketplace's service to the employer; one per release."""
    SELF_BILLED = "self_billed", _("Self-billed invoice")
    """The freelancer's service to the employer, issued by the marketplace in the freelancer's name."""
    SERVICE_STATEMENT = "statement", _("Statement of service (not an invoice)")
    """The same without an agreement to self-billing: the freelancer writes the invoice."""
    CREDIT_NOTE = "credit_note", _("Credit note")
    """Reverses a part of an invoice. An invoice never changes in any other way."""
    GOODWILL_STATEMENT = "goodwill", _("Statement of goodwill (not an invoice)")
    """A part of our commission paid to the employer, who did not get the commission invoice."""


INVOICES = (DocumentKind.COMMISSION_INVOICE, DocumentKind.FEE_INVOICE, DocumentKind.SELF_BILLED)
"""Kinds that can be credited."""
ELECTRONIC = (*INVOICES, DocumentKind.CREDIT_NOTE)
"""Kinds that have an EN 16931 copy if their tax is determined."""

SERIES = {
    DocumentKind.RECEIPT: "REC",
    DocumentKind.REFUND_RECEIPT: "REC",
    DocumentKind.COMMISSION_INVOICE: "INV",
    DocumentKind.FEE_INVOICE: "INV",
    DocumentKind.SELF_BILLED: "SB",
    DocumentKind.SERVICE_STATEMENT: "STM",
    DocumentKind.CREDIT_NOTE: "CRN",
    DocumentKind.GOODWILL_STATEMENT: "STM",
}
"""The letters of the series that numbers each kind; one series per issuer, letters and year."""


class Treatment(models.TextChoices):
    NONE = "none", _("Not a taxable document")
    """Receipts and statements: they show money, not a supply."""
    STANDARD = "standard", _("With tax")
    """The amount contains tax, at the rate booked in the ledger."""
    REVERSE_CHARGE = "reverse_charge", _("Reverse charge")
    """The buyer accounts for the tax."""
    OUTSIDE_SCOPE = "outside_scope", _("Outside the scope of tax")
    """The place of supply is in another country."""
    UNDETERMINED = "undetermined", _("Tax not determined")
    """No row of the decision table matches: the document has no tax amount and says so."""
