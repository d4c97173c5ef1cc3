from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin
from apps.spending.models import Approval, Budget, Spend, SpendingRule, SpendingRuleChange


@admin.register(SpendingRule)
class SpendingRuleAdmin(ReadOnlyAdmin):
    list_display = ("organization", "approval_above_minor", "monthly_limit_minor", "member_limit_minor", "currency")


@admin.register(SpendingRuleChange)
class SpendingRuleChangeAdmin(ReadOnlyAdmin):
    list_display = ("proposed_at", "organization", "status", "is_loosening", "proposed_by", "agreed_by", "effective_at")
    list_filter = ("status",)


@admin.register(Budget)
class BudgetAdmin(ReadOnlyAdmin):
    list_display = ("organization", "name", "amount_minor", "currency", "is_closed")


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    list_display = ("requested_at", "organization", "memo", "amount_minor", "currency", "status")
    list_filter = ("status",)


@admin.register(Spend)
class SpendAdmin(ReadOnlyAdmin):
    list_display = ("spent_on", "organization", "memo", "amount_minor", "currency", "status", "purchase_order")
    list_filter = ("status",)
