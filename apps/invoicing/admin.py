from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin
from apps.invoicing.models import Document, Series


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    list_display = ("label", "kind", "recipient", "currency", "net_minor", "tax_minor", "treatment", "issued_at")
    list_filter = ("kind", "treatment")
    search_fields = ("label",)


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin):
    list_display = ("prefix", "year", "last_number")
