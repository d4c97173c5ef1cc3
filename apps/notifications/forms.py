from __future__ import annotations

from django import forms

from apps.notifications.catalogue.kinds import Pace
from apps.notifications.queries import Wish


class PreferencesForm(forms.Form):
    """One row per group: shown in the app, and how often by e-mail."""

    def __init__(self, *args: object, wishes: list[Wish], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.wishes = wishes
        for wish in wishes:
            if wish.is_mandatory:
                continue
            self.fields[f"{wish.group}_in_app"] = forms.BooleanField(required=False, initial=wish.is_in_app)
            self.fields[f"{wish.group}_pace"] = forms.ChoiceField(choices=Pace.choices, initial=wish.pace)

    def rows(self) -> list[tuple[Wish, forms.BoundField | None, forms.BoundField | None]]:
        return [
            (wish, None, None)
            if wish.is_mandatory
            else (wish, self[f"{wish.group}_in_app"], self[f"{wish.group}_pace"])
            for wish in self.wishes
        ]

    def chosen(self) -> dict[str, tuple[bool, str]]:
        data = self.cleaned_data
        return {
            wish.group: (data[f"{wish.group}_in_app"], data[f"{wish.group}_pace"])
            for wish in self.wishes
            if not wish.is_mandatory
        }
