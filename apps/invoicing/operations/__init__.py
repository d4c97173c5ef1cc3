"""Issue documents from facts, keep what parties say of themselves, and make electronic copies."""

from apps.invoicing.operations.copies import make_electronic_copy, make_missing_copies
from apps.invoicing.operations.crediting import credit_invoice, document_goodwill
from apps.invoicing.operations.details import SELF_BILLING_VERSION, choose_self_billing, save_billing_details
from apps.invoicing.operations.issuing import document_charge, document_refund, document_release, issue

__all__ = [
    "SELF_BILLING_VERSION",
    "choose_self_billing",
    "credit_invoice",
    "document_charge",
    "document_goodwill",
    "document_refund",
    "document_release",
    "issue",
    "make_electronic_copy",
    "make_missing_copies",
    "save_billing_details",
]
