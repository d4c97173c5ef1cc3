from datetime import date

from django.urls import path, register_converter

from apps.invoicing.views import documents, statements


class MonthConverter:
    regex = r"2[0-9]{3}-(?:0[1-9]|1[0-2])"  # only months with a month before and after; year 9999 has none after it

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"


register_converter(MonthConverter, "month")

app_name = "invoicing"
urlpatterns = [
    path("documents/", documents.documents, name="documents"),
    path("documents/<uuid:document_id>/", documents.document, name="document"),
    path("documents/<uuid:document_id>/document.pdf", documents.document_pdf, name="document_pdf"),
    path("documents/<uuid:document_id>/invoice.xml", documents.document_xml, name="document_xml"),
    path("documents/details/", documents.details, name="details"),
    path("documents/self-billing/", documents.self_billing, name="self_billing"),
    path("statements/", statements.statements, name="statements"),
    path("statements/<month:month>/", statements.statement, name="statement"),
    path("statements/<month:month>/statement.csv", statements.statement_csv, name="statement_csv"),
    path("statements/<month:month>/statement.json", statements.statement_json, name="statement_json"),
]
