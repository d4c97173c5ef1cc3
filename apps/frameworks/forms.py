"""The form of the terms: empty rows for rates, so that it needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.common.forms import AmountField, add_money, currency_choices, language_choices
from apps.common.money import Money
from apps.frameworks import terms
from apps.frameworks.states import Unit
from apps.frameworks.terms import Draft, Rate

PREFIX = "rates"
EMPTY_ROWS = 3


def _clause(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=terms.CLAUSE_MAX,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )  # fmt: skip


class DayField(forms.DateField):
    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **options)


class FrameworkForm(forms.Form):
    """The terms beside the rates."""

    title = forms.CharField(
        label=_("Title"), max_length=terms.TITLE_MAX, widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("What you work on together, in one line."),
    )  # fmt: skip
    source_language = forms.ChoiceField(label=_("Written in"), help_text=_("The language of your own words below."))
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"), help_text=_("At most three years after the first day. Days are in UTC."))
    currency = forms.ChoiceField(label=_("Currency"))
    revisions = forms.IntegerField(
        label=_("Revisions included per milestone"), min_value=0, max_value=terms.REVISIONS_MAX
    )
    review_days = forms.IntegerField(
        label=_("Review window"), min_value=terms.REVIEW_DAYS_MIN, max_value=terms.REVIEW_DAYS_MAX,
        help_text=_("Business days of the employer to answer a delivery."),
    )  # fmt: skip
    notice_days = forms.IntegerField(
        label=_("Notice period"), min_value=0, max_value=terms.NOTICE_DAYS_MAX,
        help_text=_("Days between a notice and the end. Running contracts go on."),
    )  # fmt: skip
    ceiling = AmountField(
        label=_("Ceiling"), required=False, help_text=_("The most that all offers under these terms may add up to.")
    )
    confidentiality = _clause(_("Confidentiality"), _("What may not be passed on, and for how long."))
    rights = _clause(_("Rights to the work"), _("Who may use the work, for what, and from when."))
    other = _clause(_("Other agreements"), _("What else applies to all work under these terms."))

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source_language"].choices = language_choices()  # type: ignore[attr-defined]
        self.fields["currency"].choices = currency_choices(currency)  # type: ignore[attr-defined]

    def draft(self, rates: tuple[Rate, ...]) -> Draft | None:
        """Return the terms; None if the ceiling has too many digits."""
        values = self.cleaned_data
        ceiling = add_money(self, "ceiling", values["currency"])
        if self.errors:
            return None
        return Draft(
            rates=rates,
            ceiling_minor=ceiling.amount_minor if ceiling else None,
            **{name: value for name, value in values.items() if name != "ceiling"},
        )


class RateForm(forms.Form):
    description = forms.CharField(
        label=_("Description of the rate"),
        max_length=terms.DESCRIPTION_MAX,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices, initial=Unit.HOUR)
    price = AmountField(label=_("Price"))

    def rate(self, currency: str) -> Rate | None:
        """Return the rate; None of an empty row, or if the price has too many digits."""
        values = self.cleaned_data
        price = add_money(self, "price", currency) if values else None
        return None if price is None else Rate(values["description"], values["unit"], price.amount_minor)


class _RateFormSet(BaseFormSet[RateForm]):
    def initial_form_count(self) -> int:
        """None: every row may be left empty, or be emptied to remove it."""
        return 0


def rate_forms(data: QueryDict | None = None, rows: Sequence[dict[str, Any]] = ()) -> BaseFormSet[RateForm]:
    """Return the rows as typed, or rows to fill the form with and some empty ones after them."""
    count = min(len(rows) + EMPTY_ROWS, terms.RATES_MAX)
    made_of = formset_factory(
        RateForm, formset=_RateFormSet, extra=count, max_num=terms.RATES_MAX, absolute_max=terms.RATES_MAX,
        validate_max=True,
    )  # fmt: skip
    return made_of(data, prefix=PREFIX) if data is not None else made_of(initial=list(rows), prefix=PREFIX)


def typed_rows(data: QueryDict) -> list[dict[str, Any]]:
    """Return the rows as typed, without those that are empty, for a form with more of them."""
    rows = []
    for index in range(terms.RATES_MAX):
        row = {name: data.get(f"{PREFIX}-{index}-{name}", "") for name in RateForm.base_fields}
        if row["description"].strip() or row["price"].strip():
            rows.append(row)
    return rows


def values_of(draft: Draft) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return terms as initial values of the form, and of its rows."""
    values = {name: getattr(draft, name) for name in FrameworkForm.base_fields if name != "ceiling"}
    rows = [
        {
            "description": rate.description,
            "unit": rate.unit,
            "price": Money(rate.price_minor, draft.currency).as_decimal(),
        }
        for rate in draft.rates
    ]
    return values | {"ceiling": draft.ceiling.as_decimal() if draft.ceiling else None}, rows


def first_values(*, currency: str, source_language: str, today: date) -> dict[str, Any]:
    """What a new proposal begins with."""
    return {
        "source_language": source_language,
        "starts_on": today,
        "ends_on": today + timedelta(days=364),
        "currency": currency,
        "revisions": 2,
        "review_days": 10,
        "notice_days": 14,
    }
