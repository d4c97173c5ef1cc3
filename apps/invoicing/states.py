"""What kinds of documents there are, and how a supply is taxed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    RECEIPT = "receipt", _("Receipt")
    """Money came in for a milestone; not an invoice, for nothing was supplied yet."""
    REFUND_RECEIPT = "refund_receipt", _("Refund receipt")
    """Held money went back to the employer; nothing of it had been invoiced."""
    COMMISSION_INVOICE = "commission", _("Commission invoice")
    """The marketplace's service to the freelancer, one per release."""
    FEE_INVOICE = "fee", _("Fee invoice")
    """The marketplace's service to the employer, one per release."""
    SELF_BILLED = "self_billed", _("Self-billed invoice")
    """The freelancer's service to the employer, issued by the marketplace in the freelancer's name."""
    SERVICE_STATEMENT = "statement", _("Statement of service (not an invoice)")
    """As above, where the freelancer has not agreed to self-billing: the freelancer writes the invoice."""
    CREDIT_NOTE = "credit_note", _("Credit note")
    """Takes a part of an invoice back. Nothing else ever changes an invoice."""
    GOODWILL_STATEMENT = "goodwill", _("Statement of goodwill (not an invoice)")
    """A part of our commission given to the employer, who was not the one invoiced for it."""


INVOICES = (DocumentKind.COMMISSION_INVOICE, DocumentKind.FEE_INVOICE, DocumentKind.SELF_BILLED)
"""What can be credited."""
ELECTRONIC = (*INVOICES, DocumentKind.CREDIT_NOTE)
"""What has an EN 16931 copy, where its tax is determined."""

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
"""The letters of the series that numbers a kind; one series per issuer, letters and year."""


class Treatment(models.TextChoices):
    NONE = "none", _("Not a taxable document")
    """Receipts and statements: they show money, no supply."""
    STANDARD = "standard", _("With tax")
    """Tax is in the amount, at the rate that the books used."""
    REVERSE_CHARGE = "reverse_charge", _("Reverse charge")
    """The buyer accounts for the tax."""
    OUTSIDE_SCOPE = "outside_scope", _("Outside the scope of tax")
    """The place of supply is elsewhere."""
    UNDETERMINED = "undetermined", _("Tax not determined")
    """No row of the decision table covers it: no tax figure, and the document says so."""
