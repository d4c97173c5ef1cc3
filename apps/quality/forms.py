from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.quality.operations import NoteMissing


class JudgementForm(forms.Form):
    result = forms.ChoiceField(
        label=_("What did you see?"), widget=forms.RadioSelect,
        choices=[("fine", _("Fine: nothing to note")), ("concern", _("A concern"))],
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("Only our staff reads it."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("result") == "concern" and not (cleaned.get("note") or "").strip():
            self.add_error("note", NoteMissing.message)
        return cleaned
