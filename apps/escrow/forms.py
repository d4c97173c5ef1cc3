"""Staff forms for goodwill refunds and recoveries, and the form for the freelancer's appeal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common.forms import AmountField, add_money
from apps.common.money import Money
from apps.escrow.states import GoodwillTo


class GoodwillForm(forms.Form):
    to = forms.ChoiceField(label=_("To whom"), choices=GoodwillTo.choices, widget=forms.RadioSelect)
    amount = AmountField(label=_("Amount, with the tax that it contains"))
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("The one who gets it reads this."),
    )  # fmt: skip
    goodwill_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        self.money: Money | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.money = add_money(self, "amount", self.currency)
        return cleaned


class RecoveryForm(forms.Form):
    """The amount that staff claim back for fraud, and the reasons."""

    amount = AmountField(label=_("Amount to claim back"))
    reasons = forms.CharField(
        label=_("Reasons"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=_("The freelancer reads them and can appeal. Name what was found and how."),
    )  # fmt: skip

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        self.money: Money | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.money = add_money(self, "amount", self.currency)
        return cleaned


class AppealForm(forms.Form):
    text = forms.CharField(
        label=_("Why the decision is wrong"), max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )  # fmt: skip


class AppealAnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Decision on the appeal"), widget=forms.RadioSelect,
        choices=[("grant", _("The appeal is right: nothing is claimed back")),
                 ("reject", _("The appeal is rejected: the amount is claimed back"))],
    )  # fmt: skip
    reasons = forms.CharField(
        label=_("Reasons"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        help_text=_("The freelancer reads them."),
    )  # fmt: skip
