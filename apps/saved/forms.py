from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class DescribeForm(forms.Form):
    """A private note about something saved, and the list that it is in."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Only you see it."),
    )
    list_name = forms.CharField(
        label=_("List"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "auto", "list": "lists", "autocomplete": "off"}),
        help_text=_("Type a new name to begin a list."),
    )
