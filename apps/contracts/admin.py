from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin, ReadOnlyInline
from apps.contracts.models import Bonus, ChangeRequest, Contract, ContractVersion, Milestone


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


@admin.register(ContractVersion)
class ContractVersionAdmin(ReadOnlyAdmin):
    list_display = ("contract", "number", "sha256", "employer_accepted_at", "freelancer_accepted_at")
    list_select_related = ("contract",)


@admin.register(ChangeRequest)
class ChangeRequestAdmin(ReadOnlyAdmin):
    list_display = ("contract", "status", "proposed_by", "proposed_at", "answered_at")
    list_filter = ("status",)
    list_select_related = ("contract", "proposed_by")


@admin.register(Bonus)
class BonusAdmin(ReadOnlyAdmin):
    list_display = ("contract", "status", "amount_minor", "currency", "given_at", "paid_at")
    list_filter = ("status", "currency")
    list_select_related = ("contract",)
