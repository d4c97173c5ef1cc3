from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common import fmt
from apps.common.forms import AmountField, add_money, currency_choices
from apps.common.money import Money


class FeeForm(forms.Form):
    """A price between two countries, whose fees are to be shown."""

    amount = AmountField(label=_("Price of the work"))
    currency = forms.ChoiceField(label=_("Currency"), choices=lambda: currency_choices("EUR"))
    employer = forms.ChoiceField(label=_("Employer in"), choices=fmt.countries)
    freelancer = forms.ChoiceField(label=_("Freelancer in"), choices=fmt.countries)
    payout = forms.ChoiceField(label=_("Paid out in"), choices=lambda: currency_choices("USD"))

    price: Money | None = None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.price = add_money(self, "amount", cleaned.get("currency", ""))
        if self.price is not None and self.price.amount_minor <= 0:
            self.add_error("amount", _("The amount must be greater than zero."))
            self.price = None
        return cleaned
