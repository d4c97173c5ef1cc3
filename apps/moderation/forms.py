from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.moderation.states import Decision, Reason


class ReportForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong?"), choices=Reason.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What should we look at?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"dir": "auto"}),
        help_text=_("The person reported does not learn who you are."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("reason") == Reason.OTHER and not data.get("text", "").strip():
            self.add_error("text", _("Say in a few words what is wrong."))
        return data


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label=_("Why is the decision wrong?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"dir": "auto"}),
        help_text=_("Once, and in your own language. Somebody who did not decide will read it."),
    )


class AnswerForm(forms.Form):
    verb = forms.ChoiceField(
        label=_("Decision"),
        choices=[("grant", _("Restore it")), ("refuse", _("Keep it down"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"dir": "auto"}))


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(label=_("Decision"), choices=Decision.choices, widget=forms.RadioSelect)
    ground = forms.ChoiceField(label=_("Ground"), choices=Reason.choices)
    facts = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"dir": "auto"}),
        help_text=_("Facts and the rule they break. On a take-down the affected party reads this, word for word."),
    )
