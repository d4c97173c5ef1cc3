from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import languages
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
