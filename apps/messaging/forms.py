from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from apps.messaging.operations import FILES_MAX, PHRASE_LENGTH_MAX, TEXT_LENGTH_MAX
from apps.messaging.rules.hints import Hint

QUICK_PHRASES = (
    _("Are you available to start this week?"),
    _("Could you show me an example of similar work?"),
    _("What would you need from me to begin?"),
    _("Could you tell me more about the result that you expect?"),
    _("Is the date fixed, or can it be moved?"),
    _("Thank you. I will answer by tomorrow."),
    _("Thank you for asking, but I cannot take this on at the moment."),
)
"""Sentences that both sides often need before a contract; people add their own."""

HINT_TEXTS = {
    Hint.CONTACT.value: _(
        "This message names a way to reach each other elsewhere. Before a contract, stay here: what is written here "
        "counts in a dispute, what is written elsewhere does not."
    ),
    Hint.OUTSIDE_PAYMENT.value: _(
        "This message speaks of paying outside the marketplace. Such payments are not held in escrow and cannot be "
        "brought back."
    ),
    Hint.DEPOSIT.value: _(
        "This message speaks of paying something before the work. Nobody has to pay a deposit, a fee or for equipment "
        "to get work here: that is a common fraud."
    ),
    Hint.SECRET.value: _(
        "This message asks for a code, a password or a document. Never give these to anybody, not even to our staff."
    ),
}
"""What the reader of a message is warned of; the message itself is never changed."""


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


class PhraseForm(forms.Form):
    text = forms.CharField(
        label=_("A sentence that you often write"),
        max_length=PHRASE_LENGTH_MAX,
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 2}),
    )
