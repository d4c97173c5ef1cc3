"""Money as people fill it in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common import fmt
from apps.common.forms import AmountField, add_money
from apps.common.money import Money


class PayoutAccountForm(forms.Form):
    holder_name = forms.CharField(
        label=_("Name of the account holder"), max_length=160, help_text=_("Exactly as the bank has it.")
    )
    currency = forms.ChoiceField(label=_("Currency of the bank account"))
    account_number = forms.CharField(
        label=_("Account number or IBAN"),
        max_length=40,
        help_text=_("It goes to the payment processor. We keep only the last four digits."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )
    is_automatic = forms.BooleanField(
        label=_("Pay my balance out by itself"),
        required=False,
        help_text=_(
            "As soon as something is available, at the exchange rate of the moment. You can stop this any time."
        ),
    )

    def __init__(self, *args: Any, currencies: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(code, f"{code} – {fmt.currency_name(code)}") for code in currencies]
        self.fields["currency"].choices = choices  # type: ignore[attr-defined]

    def clean_account_number(self) -> str:
        number = "".join(str(self.cleaned_data["account_number"]).split()).upper()
        if not number.isascii() or not number.isalnum() or len(number) < 6:
            raise forms.ValidationError(_("Enter the number with letters and digits only, at least six of them."))
        return number


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
