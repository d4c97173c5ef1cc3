from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common.forms import AmountField, add_money
from apps.common.money import Money


class WithdrawForm(forms.Form):
    amount = AmountField(label=_("Amount"), help_text=_("You can withdraw all of it or a part."))

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        self.money: Money | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.money = add_money(self, "amount", self.currency)
        return cleaned


class EvidenceForm(forms.Form):
    text = forms.CharField(
        label=_("Evidence as the bank will read it"),
        help_text=_("Read it, shorten it, add what is missing. It can be handed in once."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 18, "dir": "auto"}),
    )


class CreditBackForm(WithdrawForm):
    amount = AmountField(label=_("Amount"), help_text=_("All of your credit or a part of it."))
