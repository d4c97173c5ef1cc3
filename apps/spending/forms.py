"""Forms of limits and budgets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common.forms import AmountField, add_money
from apps.common.money import Money
from apps.spending.models import Budget, SpendingRule

LIMITS = ("approval_above", "monthly_limit", "member_limit")


class RuleForm(forms.Form):
    approval_above = AmountField(
        label=_("A second person has to agree to payments above"),
        required=False,
        help_text=_("Leave it empty if one person may pay any amount."),
    )
    monthly_limit = AmountField(label=_("All of us together, in a month, at most"), required=False)
    member_limit = AmountField(label=_("One person, in a month, at most"), required=False)

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        self.limits: dict[str, Money | None] = dict.fromkeys(LIMITS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.limits = {name: add_money(self, name, self.currency) for name in LIMITS}
        return cleaned

    @staticmethod
    def initial_of(rule: SpendingRule | None) -> dict[str, Any]:
        result = {name: getattr(rule, name, None) for name in LIMITS}
        return {name: limit.as_decimal() for name, limit in result.items() if limit is not None}


class BudgetForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("A project, a department, a quarter."))
    amount = AmountField(label=_("Amount"))
    purchase_order = forms.CharField(
        label=_("Purchase order"),
        max_length=60,
        required=False,
        help_text=_("Printed on the documents of everything that is paid from this budget."),
    )

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        self.money: Money | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.money = add_money(self, "amount", self.currency)
        if self.money is not None and self.money.amount_minor <= 0:
            self.add_error("amount", _("Enter an amount above zero."))
        return cleaned


class PurposeForm(forms.Form):
    """Fields next to a payment: its budget and its purchase order."""

    budget = forms.ModelChoiceField(
        label=_("Budget"), queryset=Budget.objects.none(), required=False, empty_label=_("No budget")
    )
    purchase_order = forms.CharField(
        label=_("Purchase order"),
        max_length=60,
        required=False,
        help_text=_("Your own reference; it is on the documents."),
    )

    def __init__(self, *args: Any, budgets: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["budget"].queryset = budgets  # type: ignore[attr-defined]
        self.fields["budget"].label_from_instance = lambda budget: budget.name  # type: ignore[attr-defined]
        if not budgets.exists():
            del self.fields["budget"]


class DecisionForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Needed when you refuse."),
    )
