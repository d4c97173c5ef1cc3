from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.moderation.states import Decision, Reason, StaffAct


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


# Days whose next day exists in every time zone.
_DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class AuditFilterForm(forms.Form):
    """Days are in the reader's time zone; the last day is included."""

    act = forms.ChoiceField(label=_("Act"), required=False, choices=[("", _("All")), *StaffAct.choices])
    person = forms.TypedChoiceField(label=_("Person"), required=False, coerce=str)
    since = forms.DateField(
        label=_("From"), required=False, validators=_DAYS, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Until"), required=False, validators=_DAYS, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, forms.ChoiceField)
        person.choices = [("", _("Everybody")), *((str(person.id), person.display_name) for person in people)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day comes before the first."))
        return data

    def filters(self) -> dict[str, Any]:
        """Return the arguments of `queries.audit_entries`."""
        data, zone = self.cleaned_data, timezone.get_current_timezone()
        since, until = data["since"], data["until"]
        return {
            "act": data["act"],
            "person_id": data["person"] or None,
            "since": datetime.combine(since, time.min, zone) if since else None,
            "before": datetime.combine(until + timedelta(days=1), time.min, zone) if until else None,
        }
