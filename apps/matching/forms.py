from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import languages
from apps.matching import scoring
from apps.matching.gateways import documents


def ids(values: Iterable[str]) -> list[UUID]:
    """Those of the values that are ids."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


class SkillTextForm(forms.Form):
    """A text to find skills in: pasted or out of a file."""

    text = forms.CharField(
        label=_("Paste a text"),
        required=False,
        max_length=documents.CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=_("A CV, a list of skills, a description of your work."),
    )
    file = forms.FileField(
        label=_("Or choose a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.txt,.md"}),
        help_text=_("PDF, Word (docx) or plain text, up to 5 MB. It is read once and not kept."),
    )
    language = forms.ChoiceField(label=_("Written in"), choices=languages)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("text") and not data.get("file") and not self.errors:
            self.add_error("text", _("Paste a text or choose a file."))
        return data


class WeightsForm(forms.Form):
    """How much each part counts; any three numbers, taken as shares of their sum."""

    skill = forms.IntegerField(label=_("Skills"), min_value=0, max_value=100)
    pay = forms.IntegerField(label=_("Pay"), min_value=0, max_value=100)
    growth = forms.IntegerField(label=_("Track record and room to grow"), min_value=0, max_value=100)

    def __init__(self, *args: Any, points: scoring.Weights, **options: Any) -> None:
        initial = {name: round(getattr(points, name)) for name in ("skill", "pay", "growth")}
        super().__init__(*args, **{"initial": initial, **options})
        for name in ("skill", "pay", "growth"):
            self.fields[name].widget = forms.NumberInput(attrs={"type": "range", "min": 0, "max": 100, "step": 5})

    @property
    def weights(self) -> scoring.Weights:
        return scoring.weights_of(*(self.cleaned_data[name] for name in ("skill", "pay", "growth")))


class StaffWeightsForm(WeightsForm):
    note = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Everybody can read it on the page of the formula."),
    )
