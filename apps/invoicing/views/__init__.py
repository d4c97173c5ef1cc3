from apps.invoicing.views.documents import details, document, document_pdf, document_xml, documents, self_billing
from apps.invoicing.views.statements import statement, statement_csv, statement_json, statements

__all__ = [
    "details",
    "document",
    "document_pdf",
    "document_xml",
    "documents",
    "self_billing",
    "statement",
    "statement_csv",
    "statement_json",
    "statements",
]
