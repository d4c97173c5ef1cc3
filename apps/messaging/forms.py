from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from apps.messaging.operations import FILES_MAX, TEXT_LENGTH_MAX


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class ManyFilesField(forms.FileField):
    """Zero or more uploads; the value is a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[File[bytes]]:  # type: ignore[override]
        values = data if isinstance(data, (list, tuple)) else [data] if data else []
        single = super().clean
        return [single(item, initial) for item in values]


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=TEXT_LENGTH_MAX,
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 3}),
    )
    files = ManyFilesField(label=_("Files"), required=False)  # type: ignore[assignment]

    def clean_files(self) -> list[File[bytes]]:
        files: list[File[bytes]] = self.cleaned_data["files"]
        if len(files) > FILES_MAX:
            raise forms.ValidationError(_("A message may have at most %(limit)d files."), params={"limit": FILES_MAX})
        return files
