from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin, ReadOnlyInline
from apps.contracts.models import Contract, Milestone


class MilestoneInline(ReadOnlyInline):
    model = Milestone
    fields = ("position", "title", "amount_minor", "currency", "status", "due_at", "review_due_at")


@admin.register(Contract)
class ContractAdmin(ReadOnlyAdmin):
    list_display = ("title", "employer", "freelancer", "status", "amount_minor", "currency", "offered_at", "ended_at")
    list_filter = ("status", "currency")
    search_fields = ("title", "employer__display_name", "freelancer__display_name")
    list_select_related = ("employer", "freelancer")
    inlines = (MilestoneInline,)
