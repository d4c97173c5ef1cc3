from __future__ import annotations

from django import forms

from apps.notifications.catalogue.kinds import Pace
from apps.notifications.queries import GroupPreference


class PreferencesForm(forms.Form):
    """One row per group: shown in the app, and how often by e-mail."""

    def __init__(self, *args: object, preferences: list[GroupPreference], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.preferences = preferences
        for preference in preferences:
            if preference.is_mandatory:
                continue
            self.fields[f"{preference.group}_in_app"] = forms.BooleanField(required=False, initial=preference.is_in_app)
            self.fields[f"{preference.group}_pace"] = forms.ChoiceField(choices=Pace.choices, initial=preference.pace)

    def rows(self) -> list[tuple[GroupPreference, forms.BoundField | None, forms.BoundField | None]]:
        return [
            (preference, None, None)
            if preference.is_mandatory
            else (preference, self[f"{preference.group}_in_app"], self[f"{preference.group}_pace"])
            for preference in self.preferences
        ]

    def chosen(self) -> dict[str, tuple[bool, str]]:
        data = self.cleaned_data
        return {
            preference.group: (data[f"{preference.group}_in_app"], data[f"{preference.group}_pace"])
            for preference in self.preferences
            if not preference.is_mandatory
        }
