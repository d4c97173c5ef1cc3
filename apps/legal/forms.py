from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.legal.operations import Wording


class PublishForm(forms.Form):
    """A version: when it takes effect, and its words in each language."""

    effective_at = forms.DateTimeField(
        label=_("Takes effect"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: as soon as the notice period allows."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, _name in settings.LANGUAGES:
            is_needed = code == "en"
            self.fields[f"title_{code}"] = forms.CharField(label=_("Title"), max_length=140, required=is_needed)
            self.fields[f"changes_{code}"] = forms.CharField(
                label=_("What is new"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
            )
            self.fields[f"body_{code}"] = forms.CharField(
                label=_("Text"), max_length=200_000, required=is_needed, widget=forms.Textarea(attrs={"rows": 16}),
                help_text=_("You can use Markdown."),
            )  # fmt: skip

    def languages(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [
            (code, [self[f"{name}_{code}"] for name in ("title", "changes", "body")])
            for code, _name in settings.LANGUAGES
        ]

    def wordings(self) -> dict[str, Wording]:
        data = self.cleaned_data
        return {
            code: Wording(data[f"title_{code}"], data[f"body_{code}"], data[f"changes_{code}"])
            for code, _name in settings.LANGUAGES
        }
