from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common import fmt
from apps.gateways.names import GatewayName


class RecipientForm(forms.Form):
    """The fields we ask for. The processor asks for the bank account itself."""

    holder_name = forms.CharField(
        label=_("Name of the account holder"), max_length=160, help_text=_("Exactly as the bank has it.")
    )
    currency = forms.ChoiceField(label=_("Currency of the bank account"))
    is_automatic = forms.BooleanField(
        label=_("Pay out automatically"),
        required=False,
        help_text=_(
            "As soon as something is available, at the exchange rate of the moment. You can stop this any time."
        ),
    )

    def __init__(self, *args: Any, currencies: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(code, f"{code} – {fmt.currency_name(code)}") for code in currencies]
        self.fields["currency"].choices = choices  # type: ignore[attr-defined]


class DirectAccountForm(RecipientForm):
    """For a gateway through which we pay directly: we ask for the account number ourselves."""

    account_number = forms.CharField(max_length=60)

    def __init__(self, *args: Any, gateway: str, currencies: list[str], **options: Any) -> None:
        super().__init__(*args, currencies=currencies, **options)
        self.fields["is_automatic"].help_text = _(
            "As soon as something is available in this currency and our account there holds enough. You can stop this "
            "any time."
        )
        number = self.fields["account_number"]
        number.widget.attrs |= {"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}
        if gateway == GatewayName.BANK:
            number.label = "IBAN"
            number.help_text = _("As your bank writes it, for example on your statement. Spaces do not matter.")
        else:
            number.label = _("Number of your wallet")
        self.order_fields(["holder_name", "account_number", "currency", "is_automatic"])
