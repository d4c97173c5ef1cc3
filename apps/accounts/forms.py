"""Forms about people and organizations; they return the arguments of the operations."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import AddEmailForm as AllauthAddEmailForm
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import ConfirmEmailVerificationCodeForm as AllauthEmailCodeForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ResetPasswordForm as AllauthAskForPasswordForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from babel.numbers import get_territory_currencies
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization, PersonalToken, PortfolioItem, Profile, ProfileLanguage, User
from apps.accounts.operations import keys, organizations
from apps.accounts.states import KeyScope, LanguageLevel, OrganizationKind, Role
from apps.common import currencies, fmt
from apps.common.forms import validate_visible
from apps.common.money import Money
from apps.common.text import canonical_email
from apps.files.pictures import Crop
from apps.skills.forms import SkillPickerField

HIRE, WORK, BOTH = "hire", "work", "both"
_REGIONS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@cache
def zones() -> list[tuple[str, str]]:
    named = sorted(zone for zone in available_timezones() if zone.startswith(_REGIONS))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in named)]


def zones_with(kept: str) -> list[tuple[str, str]]:
    """
    The list of time zones, including the one already saved, which may be missing in the list, for example Etc/GMT+2.
    """
    listed = zones()
    return listed if kept in dict(listed) or kept not in available_timezones() else [*listed, (kept, kept)]


def _countries() -> list[tuple[str, Any]]:
    return [("", _("Choose a country")), *fmt.countries()]


def _currencies() -> list[tuple[str, str]]:
    return [(code, f"{code} · {fmt.currency_name(code)}") for code in sorted(currencies.exponents())]


def languages() -> list[tuple[str, str]]:
    """The languages with two-letter codes in CLDR, sorted by their name in the reader's language."""
    names = fmt.locale().languages
    pairs = [(code, name) for code, name in names.items() if len(code) == 2]
    return sorted(pairs, key=lambda pair: pair[1])


def currency_of(country: str) -> str:
    """The country's legal tender if it is supported, else EUR."""
    territory_currencies = get_territory_currencies(country)
    return next((code for code in reversed(territory_currencies) if code in currencies.exponents()), "EUR")


class _OurLabels(forms.Form):
    """Sets our own labels and removes placeholders, which are no labels."""

    labels: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)


class LoginForm(_OurLabels, AllauthLoginForm):  # type: ignore[misc]
    labels = {
        "login": _("E-mail address"),
        "password": _("Password"),
        "remember": _("Stay logged in on this device"),
    }

    def clean_login(self) -> str:
        return canonical_email(super().clean_login())


class AddEmailForm(_OurLabels, AllauthAddEmailForm):  # type: ignore[misc]
    labels = {"email": _("E-mail address")}


class AskForPasswordForm(_OurLabels, AllauthAskForPasswordForm):  # type: ignore[misc]
    labels = {"email": _("E-mail address")}


class EmailCodeForm(_OurLabels, AllauthEmailCodeForm):  # type: ignore[misc]
    labels = {"code": _("Code from the mail")}


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """E-mail and password, and the data that every account needs."""

    display_name = forms.CharField(
        label=_("Your name"),
        max_length=80,
        validators=[validate_visible],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("As people address you. It is beside the messages that you write."),
    )
    organization_name = forms.CharField(
        label=_("Name of your company or team"),
        required=False,
        max_length=80,
        validators=[validate_visible],
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text=_("If you act for one: profile, bids and contracts carry its name. Otherwise they carry yours."),
    )
    purpose = forms.ChoiceField(
        label=_("What would you like to do first?"),
        choices=[(HIRE, _("Have work done")), (WORK, _("Find work")), (BOTH, _("Both"))],
        widget=forms.RadioSelect,
        initial=WORK,
        help_text=_("You can do both at any time."),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=_countries,
        widget=forms.Select(attrs={"autocomplete": "country"}),
        help_text=_("Decides which ways of payment and which tax rules apply to you."),
    )
    field_order = ("display_name", "organization_name", "email", "password1", "password2", "country", "purpose")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", "password1", "password2"):
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["email"].label = _("E-mail address")
        self.fields["password1"].label = _("Password")
        self.fields["password1"].help_text = _("At least 10 characters. A few unusual words are good.")
        self.fields["password2"].label = _("Password again")

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # same response time for known and unknown addresses
        return super().try_save(request)

    def save(self, request: HttpRequest) -> User:
        user: User = super().save(request)
        purpose, country = self.cleaned_data["purpose"], self.cleaned_data["country"]
        user.time_zone = str(timezone.get_current_timezone())
        user.display_currency = currency_of(country)
        user.save(update_fields=["time_zone", "display_currency"])
        company = self.cleaned_data["organization_name"]
        organizations.create_organization(
            owner=user,
            kind=OrganizationKind.COMPANY if company else OrganizationKind.INDIVIDUAL,
            display_name=company or user.display_name,
            country=country,
            currency=currency_of(country),
            time_zone=user.time_zone,
            now=timezone.now(),
            hires=purpose in (HIRE, BOTH),
            works=purpose in (WORK, BOTH),
        )
        return user


class _EndsKeys(forms.Form):
    """A new password may also end the API keys: another person may have created some with the old password."""

    end_keys = forms.BooleanField(
        label=_("End all my API keys as well"),
        required=False,
        help_text=_("Do so if somebody else may have known the old password."),
    )

    def end_keys_of(self, user: User) -> None:
        if self.cleaned_data.get("end_keys"):
            keys.revoke_tokens(user=user, now=timezone.now())


class ChangePasswordForm(_OurLabels, _EndsKeys, AllauthChangePasswordForm):  # type: ignore[misc]
    labels = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password again"),
    }
    field_order = ("oldpassword", "password1", "password2", "end_keys")

    def save(self) -> None:
        super().save()
        self.end_keys_of(self.user)


class ResetPasswordForm(_OurLabels, _EndsKeys, AllauthResetPasswordKeyForm):  # type: ignore[misc]
    labels = {"password1": _("New password"), "password2": _("New password again")}
    field_order = ("password1", "password2", "end_keys")

    def save(self) -> None:
        super().save()
        self.end_keys_of(self.user)


class SettingsForm(forms.ModelForm[User]):
    """:param own: the current organization, if the person may change its name."""

    organization_name = forms.CharField(
        label=_("Name of your company or team"),
        max_length=80,
        validators=[validate_visible],
        widget=forms.TextInput(attrs={"autocomplete": "organization", "dir": "auto"}),
        help_text=_("Profile, bids and contracts carry this name."),
    )
    language = forms.ChoiceField(label=_("Language"))
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    display_currency = forms.ChoiceField(
        label=_("Show amounts in"),
        choices=_currencies,
        help_text=_("Beside the amount that counts, which is always in the currency of the contract."),
    )
    theme = forms.ChoiceField(
        label=_("Appearance"),
        required=False,
        choices=[("", _("As on this device")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = User
        fields = ("display_name", "legal_name", "language", "time_zone", "display_currency")
        labels = {"display_name": _("Your name"), "legal_name": _("Your legal name")}
        help_texts = {
            "display_name": _("As people address you. It is beside the messages that you write."),
            "legal_name": _("As on your papers. Only for contracts, invoices and payment; others do not see it."),
        }

    field_order = ("display_name", "organization_name", "legal_name")

    def __init__(self, *args: Any, own: Organization | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if own is None:
            del self.fields["organization_name"]
        else:
            self._fill_organization_name(own)
        self.fields["time_zone"].choices = zones_with(self.instance.time_zone)  # type: ignore[attr-defined]
        languages_here = [
            (code, translation.get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES
        ]
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=languages_here)
        self.fields["display_name"].validators.append(validate_visible)

    def _fill_organization_name(self, own: Organization) -> None:
        is_alone = own.kind == OrganizationKind.INDIVIDUAL
        field = self.fields["organization_name"]
        self.initial["organization_name"] = (
            "" if is_alone and own.display_name == self.instance.display_name else str(own)
        )
        if is_alone:
            field.required = False
            field.help_text = _(
                "If you act for one: profile, bids and contracts carry its name, and it counts as a company."
            )


class OrganizationForm(forms.ModelForm[Organization]):
    country = forms.ChoiceField(label=_("Country"), choices=_countries)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    currency = forms.ChoiceField(label=_("Currency"), choices=_currencies, help_text=_("In which it pays or is paid."))
    hires = forms.BooleanField(label=_("Has work done"), required=False)
    works = forms.BooleanField(label=_("Takes on work"), required=False)

    class Meta:
        model = Organization
        fields = ("kind", "display_name", "legal_name", "country", "time_zone", "currency", "hires", "works")
        labels = {"kind": _("Kind"), "display_name": _("Name that others see"), "legal_name": _("Legal name")}
        help_texts = {"display_name": _("Of the company or team; where you act for yourself, your own.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zones_with(self.instance.time_zone)  # type: ignore[attr-defined]
        self.fields["display_name"].validators.append(validate_visible)


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.MEMBER)


class ProfileForm(forms.ModelForm[Profile]):
    source_language = forms.ChoiceField(
        label=_("Written in"),
        choices=languages,
        help_text=_("So that readers and their browsers know the language of your words."),
    )
    rate = forms.CharField(
        label=_("Rate per hour"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    rate_currency = forms.ChoiceField(label=_("Currency"), choices=_currencies, required=False)
    works_from_hour = forms.TypedChoiceField(label=_("Reachable from"), coerce=int)
    works_to_hour = forms.TypedChoiceField(label=_("Reachable until"), coerce=int)

    class Meta:
        model = Profile
        fields = (
            "headline", "bio", "source_language", "rate", "rate_currency", "availability", "works_from_hour",
            "works_to_hour", "is_public",
        )  # fmt: skip
        labels = {"bio": _("About you")}
        help_texts = {
            "headline": _("One line: what you do and for whom."),
            "bio": _("What you are good at, how you work, what you have done. Markdown is understood."),
            "is_public": _("Otherwise only you see it, and those whose tasks you bid on."),
        }
        widgets = {"bio": forms.Textarea(attrs={"dir": "auto"}), "headline": forms.TextInput(attrs={"dir": "auto"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = [(hour, f"{hour:02d}:00") for hour in range(25)]
        for name, choices in (("works_from_hour", hours[:24]), ("works_to_hour", hours[1:])):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = choices
        if self.instance.rate is not None:
            self.initial["rate"] = fmt.number(self.instance.rate.as_decimal())
        self.initial.setdefault("rate_currency", self.instance.organization.currency)
        if not self.instance.rate_currency:
            self.initial["rate_currency"] = self.instance.organization.currency

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        typed = data.pop("rate", "")
        data["rate_amount_minor"] = None
        if typed:
            try:
                amount = Money.of(fmt.parse_decimal(typed), data.get("rate_currency") or "EUR")
            except ValueError:
                self.add_error("rate", _("Write an amount, for example 45 or 45.50."))
            else:
                if amount.amount_minor <= 0:
                    self.add_error("rate", _("The rate must be more than zero."))
                data["rate_amount_minor"] = amount.amount_minor
        if data["rate_amount_minor"] is None:
            data["rate_currency"] = ""
        return data

    def changes(self) -> dict[str, Any]:
        """The changes for `operations.update_profile`."""
        return dict(self.cleaned_data)

    def _post_clean(self) -> None:
        # The operation writes the row; the form must not change the instance, whose columns have other names.
        return


class SkillsForm(forms.Form):
    skills = SkillPickerField(label=_("Your skills"), required=False, count_max=30)


class LanguageForm(forms.ModelForm[ProfileLanguage]):
    language = forms.ChoiceField(label=_("Language"), choices=lambda: [("", "—"), *languages()], required=False)
    level = forms.ChoiceField(label=_("Level"), choices=LanguageLevel.choices, initial=LanguageLevel.FLUENT)

    class Meta:
        model = ProfileLanguage
        fields = ("language", "level")


class PortfolioForm(forms.ModelForm[PortfolioItem]):
    link = forms.URLField(label=_("Link"), required=False, assume_scheme="https")
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        help_text=_("JPEG, PNG, WebP or GIF. Place and camera data are taken out."),
    )

    class Meta:
        model = PortfolioItem
        fields = ("title", "description", "link", "picture", "image_alt")
        help_texts = {"image_alt": _("For people who cannot see it.")}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("picture") and not data.get("image_alt"):
            self.add_error("image_alt", _("Say in a few words what the picture shows."))
        return data


class PictureForm(forms.Form):
    """A photo or logo, and which square part of it; the three numbers are hidden where nothing can show the part."""

    picture = forms.FileField(
        label=_("Photo or logo"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        help_text=_("JPEG, PNG, WebP or GIF, at least 96 × 96 pixels. Place and camera data are taken out."),
    )
    zoom = forms.FloatField(required=False, min_value=1, max_value=4)
    across = forms.FloatField(required=False, min_value=0, max_value=1)
    down = forms.FloatField(required=False, min_value=0, max_value=1)

    def crop(self) -> Crop:
        """The middle, unless the form says more."""
        values = {name: self.cleaned_data[name] for name in ("zoom", "across", "down")}
        return Crop(**{name: value for name, value in values.items() if value is not None})


class TokenForm(forms.ModelForm[PersonalToken]):
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("1 year"))],
        initial=90,
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do, beside reading"),
        choices=[choice for choice in KeyScope.choices if choice[0] != KeyScope.READ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Choose as little as the program needs. A key never does more than your own role allows."),
    )
    field_order = ("name", "scopes", "days")

    class Meta:
        model = PersonalToken
        fields = ("name",)
        labels = {"name": _("Name")}
        help_texts = {"name": _("What it is for, so that you know it again.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(validate_visible)
