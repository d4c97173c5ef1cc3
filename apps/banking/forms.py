from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class StatementForm(forms.Form):
    statement = forms.FileField(
        label=_("Statement"),
        help_text=_("camt.053 as the bank gives it, or CSV with the columns date, amount, currency."),
    )
