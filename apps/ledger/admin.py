from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin, ReadOnlyInline
from apps.ledger.models import JournalEntry, LedgerAccount, Posting


class PostingInline(ReadOnlyInline):
    model = Posting
    fields = ("account", "amount_minor", "currency")


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = ("recorded_at", "event", "memo", "happened_at", "reverses")
    list_filter = ("event",)
    search_fields = ("id", "memo")
    inlines = (PostingInline,)


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    list_display = ("code", "currency", "kind", "is_guarded", "created_at")
    list_filter = ("kind", "currency")
    search_fields = ("code",)
