from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common.forms import AmountField, add_money
from apps.common.money import Money
from apps.gateways.names import GatewayName
from apps.payments.forms import WithdrawForm
from apps.treasury.models.reconciliation import SuspenseTarget


class BookingForm(forms.Form):
    """The account to which a difference belongs, and the explanation."""

    target = forms.ChoiceField(label=_("Where it belongs"), choices=SuspenseTarget.choices)
    payment_number = forms.CharField(
        label=_("Number of the payment"), max_length=20, required=False,
        help_text=_("Only for an employer's credit: a payment of the employer who gets it, for example CH-7K3M-9QXA."),
    )  # fmt: skip
    explanation = forms.CharField(
        label=_("What happened, and how you know"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}), required=False,
        help_text=_("The second person reads it. It is kept with the entry."),
    )  # fmt: skip


class InternalTransferForm(forms.Form):
    source = forms.ChoiceField(label=_("From"))
    target = forms.ChoiceField(label=_("To"))
    currency = forms.ChoiceField(label=_("Currency"))
    amount = AmountField(label=_("Amount"))
    reason = forms.CharField(
        label=_("What for"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("The second person reads it. It is kept with the transfer."),
    )  # fmt: skip
    transfer_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, gateways: tuple[str, ...], currencies: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.money: Money | None = None
        for name in ("source", "target"):
            self.fields[name].choices = [(gateway, GatewayName(gateway).label) for gateway in gateways]  # type: ignore[attr-defined]
        self.fields["currency"].choices = [(code, code) for code in currencies]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.money = add_money(self, "amount", cleaned.get("currency", ""))
        return cleaned


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("It is kept with your name, for those who read it later."),
    )  # fmt: skip


class TreasuryForm(WithdrawForm):
    amount = AmountField(label=_("Amount"))
    reason = forms.CharField(
        label=_("What for"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("For example the period and number of the tax return. It is kept with the entry."),
    )  # fmt: skip
    operation_id = forms.UUIDField(widget=forms.HiddenInput)
