from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from apps.common import fmt
from apps.notifications.catalogue.kinds import Pace
from apps.notifications.gateways.push_services import ENDPOINT_MAX
from apps.notifications.models import MailHours
from apps.notifications.queries import Channels, GroupPreference

Row = tuple[GroupPreference, forms.BoundField | None, forms.BoundField | None, forms.BoundField | None]


class PreferencesForm(forms.Form):
    """One row per group: shown in the app, how often by e-mail, and whether on devices."""

    def __init__(
        self, *args: object, preferences: list[GroupPreference], has_push: bool = False, **options: object
    ) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.preferences, self.has_push = preferences, has_push
        for preference in preferences:
            if preference.is_mandatory:
                continue
            self.fields[f"{preference.group}_in_app"] = forms.BooleanField(required=False, initial=preference.is_in_app)
            self.fields[f"{preference.group}_pace"] = forms.ChoiceField(choices=Pace.choices, initial=preference.pace)
            if has_push:
                self.fields[f"{preference.group}_push"] = forms.BooleanField(
                    required=False, initial=preference.is_pushed
                )

    def rows(self) -> list[Row]:
        return [
            (preference, None, None, None)
            if preference.is_mandatory
            else (
                preference,
                self[f"{preference.group}_in_app"],
                self[f"{preference.group}_pace"],
                self[f"{preference.group}_push"] if self.has_push else None,
            )
            for preference in self.preferences
        ]

    def chosen(self) -> dict[str, Channels]:
        data = self.cleaned_data
        return {
            preference.group: Channels(
                data[f"{preference.group}_in_app"],
                data[f"{preference.group}_pace"],
                data.get(f"{preference.group}_push"),
            )
            for preference in self.preferences
            if not preference.is_mandatory
        }


class DeviceForm(forms.Form):
    """The subscription of a browser, filled in by <push-switch>."""

    endpoint = forms.CharField(max_length=ENDPOINT_MAX, widget=forms.HiddenInput)
    public_key = forms.CharField(max_length=90, widget=forms.HiddenInput)
    auth_secret = forms.CharField(max_length=30, widget=forms.HiddenInput)


class MailHoursForm(forms.Form):
    """When mail comes, in the user's time zone."""

    quiet_from = forms.TypedChoiceField(label=_("Quiet from"), coerce=int, empty_value=None, required=False)
    quiet_to = forms.TypedChoiceField(label=_("Quiet until"), coerce=int, empty_value=None, required=False)
    digest_hour = forms.TypedChoiceField(label=_("Hour of digests"), coerce=int)
    digest_weekday = forms.TypedChoiceField(
        label=_("Day of the weekly digest"), coerce=int, choices=[(day + 1, name) for day, name in WEEKDAYS.items()]
    )

    def __init__(self, data: Any = None, *, hours: MailHours) -> None:
        initial = {
            "quiet_from": hours.quiet_from_hour, "quiet_to": hours.quiet_to_hour, "digest_hour": hours.digest_hour,
            "digest_weekday": hours.digest_weekday,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        of_day = [(hour, fmt.clock(datetime(2026, 1, 1, hour, tzinfo=UTC), "UTC")) for hour in range(24)]
        for name in ("quiet_from", "quiet_to", "digest_hour"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = of_day if field.required else [("", _("Never quiet")), *of_day]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if (data.get("quiet_from") is None) != (data.get("quiet_to") is None):
            name = "quiet_to" if data.get("quiet_to") is None else "quiet_from"
            self.add_error(name, _("Choose both hours, or neither."))
        return data

    def hours(self) -> dict[str, Any]:
        """The arguments of `operations.set_mail_hours`."""
        data = self.cleaned_data
        quiet = None if data["quiet_from"] is None else (data["quiet_from"], data["quiet_to"])
        return {"quiet": quiet, "digest_hour": data["digest_hour"], "digest_weekday": data["digest_weekday"]}
