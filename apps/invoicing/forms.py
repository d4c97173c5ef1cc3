"""Forms of the details that organizations put on documents."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from stdnum.eu import vat

from apps.invoicing.models import BillingDetails

_PUNCTUATION = re.compile(r"[\s.\-/]+")
"""Separators people type in VAT numbers; registries and e-invoices use none."""


class BillingDetailsForm(forms.ModelForm[BillingDetails]):
    """The format of a VAT number is checked here; only its registry can tell whether it is valid."""

    class Meta:
        model = BillingDetails
        fields = ("legal_name", "street", "postcode", "city", "vat_id", "tax_number")
        labels = {
            "legal_name": _("Name on documents"),
            "street": _("Street and number"),
            "postcode": _("Postcode"),
            "city": _("City"),
            "vat_id": _("VAT number"),
            "tax_number": _("Tax number"),
        }
        help_texts = {
            "legal_name": _("The legal name of the person or company."),
            "vat_id": _("With its country's letters, for example DE123456788. We check its form, not the registry."),
        }

    def __init__(self, *args: Any, country: str, needs_address: bool = False, **kwargs: Any) -> None:
        self.country = country
        super().__init__(*args, **kwargs)
        for name in ("street", "city") if needs_address else ():
            self.fields[name].required = True

    def clean_vat_id(self) -> str:
        """VAT numbers in the European Union have a known format; Greek ones start with EL."""
        upper = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", str(self.cleaned_data["vat_id"]))).upper()
        prefix = "EL" if self.country == "GR" else self.country
        if not upper or prefix.lower() not in {*vat.MEMBER_STATES, "el"}:
            return upper
        if not upper.startswith(prefix) or not vat.is_valid(upper):
            raise forms.ValidationError(_("This is not a VAT number of your country. Check its letters and digits."))
        return upper
