from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

STARS = [
    (5, _("5: excellent")),
    (4, _("4: good")),
    (3, _("3: as agreed")),
    (2, _("2: below what was agreed")),
    (1, _("1: poor")),
]


class _Stars(forms.TypedChoiceField):
    def __init__(self, label: Any, help_text: Any) -> None:
        super().__init__(label=label, help_text=help_text, choices=STARS, coerce=int, widget=forms.RadioSelect)


class ReviewForm(forms.Form):
    """The employer's review of the freelancer; the freelancer's form has other questions only."""

    quality = _Stars(_("Completion and quality"), _("Was everything on the checklist done, and done well?"))
    communication = _Stars(_("Communication"), _("Clear, friendly and in time?"))
    skill = _Stars(_("Professional skill"), _("Did they know their trade?"))
    text = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"dir": "auto"}),
        help_text=_("What should others know before they work together with them?"),
    )

    def __init__(self, *args: object, of_employer: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if of_employer:
            self.fields["quality"].label = _("Brief and fairness")
            self.fields["quality"].help_text = _("Was the brief complete, and were the criteria kept to?")
            self.fields["skill"].label = _("Working together")
            self.fields["skill"].help_text = _("Did they decide, answer and approve competently?")


class ReplyForm(forms.Form):
    reply = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"dir": "auto"}),
        help_text=_("You can answer once. It is shown below the review."),
    )
