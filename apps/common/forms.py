"""Form fields shared by all apps."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.common import currencies, fmt
from apps.common.money import Money
from apps.common.text import is_visible


def validate_visible(value: str) -> None:
    """
    For names: at least one character must be visible.

    :raises forms.ValidationError: if it has only spaces, fillers and invisible characters.
    """
    if value and not is_visible(value):
        raise forms.ValidationError(_("Write a name of which something can be seen."), code="invisible")


YEARS = range(1970, 2201)


class AmountField(forms.CharField):
    """A number in the reader's format; its value is a Decimal."""

    default_error_messages = {
        "not_a_number": _("Write the amount in digits, for example 1250 or 1250.50."),
        "too_large": _("This amount is too large."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"max_length": 24} | options))
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "dir": "ltr"}

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return fmt.parse_decimal(text)
        except fmt.NumberTooLarge:
            raise forms.ValidationError(self.error_messages["too_large"], code="too_large") from None
        except fmt.NotANumber:
            raise forms.ValidationError(self.error_messages["not_a_number"], code="not_a_number") from None

    def prepare_value(self, value: Any) -> Any:
        return fmt.plain_decimal(value) if isinstance(value, Decimal) else value


class MomentField(forms.DateTimeField):
    """
    Date and time in the reader's time zone; times that a clock change skips or repeats are refused.

    Dates outside YEARS are refused, because in another zone they may fall into an unsupported year.
    """

    default_error_messages = {"year": _("Choose a date between the years %(first)s and %(last)s.")}

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        fixed: dict[str, Any] = {"widget": widget, "input_formats": formats}
        super().__init__(**(fixed | options))

    def to_python(self, value: Any) -> datetime | None:
        values = {"first": YEARS[0], "last": YEARS[-1]}
        refusal = forms.ValidationError(self.error_messages["year"], code="year", params=values)
        try:
            moment = super().to_python(value)
        except OverflowError:
            raise refusal from None
        if moment is not None and moment.year not in YEARS:
            raise refusal
        return moment

    def prepare_value(self, value: Any) -> Any:
        prepared = super().prepare_value(value)
        return prepared.replace(second=0, microsecond=0) if isinstance(prepared, datetime) else prepared


def add_money(form: forms.Form, amount: str, currency: str) -> Money | None:
    """
    The Money of an amount field and a currency. None if one is missing or invalid; too many digits are reported at the
    field.
    """
    value, code = form.cleaned_data.get(amount), currency
    if value is None or code not in currencies.exponents():
        return None
    try:
        return Money.of(value, code)
    except ValueError:
        digits = currencies.exponent(code)
        message = _("%(currency)s has %(digits)s digits after the decimal point.") % {
            "currency": code,
            "digits": digits,
        }
        form.add_error(amount, message)
        return None


def currency_choices(first: str = "") -> list[tuple[str, str]]:
    """(code, "EUR – euro") of every currency, `first` on top."""
    codes = sorted(currencies.exponents(), key=lambda code: (code != first, code))
    return [(code, f"{code} – {fmt.currency_name(code)}") for code in codes]


def language_choices() -> list[tuple[str, str]]:
    """The languages users write in, with names in the reader's language."""
    codes = dict.fromkeys([code for code, _name in settings.LANGUAGES] + list(CONTENT_LANGUAGES))
    return sorted(((code, fmt.language_name(code)) for code in codes), key=lambda pair: pair[1])


CONTENT_LANGUAGES = (
    "en", "zh-hans", "ar", "es", "pt-br", "fr", "de", "hi", "bn", "ru", "uk", "id", "ja", "ko", "tr", "vi", "ur", "it",
    "pl", "nl", "th", "fil", "sw",
)  # fmt: skip
