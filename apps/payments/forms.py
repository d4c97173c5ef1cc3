"""Money as people fill it in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common import fmt
from apps.common.forms import AmountField, add_money
from apps.common.money import Money
from apps.payments.states import DoorName, SuspenseTarget


class RecipientForm(forms.Form):
    """What we ask; the bank itself is asked for by the processor."""

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
    """For a door that we pay through by ourselves: nobody else asks for the number."""

    account_number = forms.CharField(max_length=60)

    def __init__(self, *args: Any, door: str, currencies: list[str], **options: Any) -> None:
        super().__init__(*args, currencies=currencies, **options)
        self.fields["is_automatic"].help_text = _(
            "As soon as something is available in this currency and our account there holds enough. You can stop this "
            "any time."
        )
        number = self.fields["account_number"]
        number.widget.attrs |= {"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}
        if door == DoorName.BANK:
            number.label = "IBAN"
            number.help_text = _("As your bank writes it, for example on your statement. Spaces do not matter.")
        else:
            number.label = _("Number of your wallet")
        self.order_fields(["holder_name", "account_number", "currency", "is_automatic"])


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


class BookingForm(forms.Form):
    """Where a difference belongs, and why."""

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


class StatementForm(forms.Form):
    statement = forms.FileField(
        label=_("Statement"),
        help_text=_("camt.053 as the bank gives it, or CSV with the columns date, amount, currency."),
    )


class CashMoveForm(forms.Form):
    source = forms.ChoiceField(label=_("From"))
    target = forms.ChoiceField(label=_("To"))
    currency = forms.ChoiceField(label=_("Currency"))
    amount = AmountField(label=_("Amount"))
    reason = forms.CharField(
        label=_("What for"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("The second person reads it. It is kept with the move."),
    )  # fmt: skip
    move_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, doors: tuple[str, ...], currencies: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.money: Money | None = None
        for name in ("source", "target"):
            self.fields[name].choices = [(door, DoorName(door).label) for door in doors]  # type: ignore[attr-defined]
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
    act_id = forms.UUIDField(widget=forms.HiddenInput)
