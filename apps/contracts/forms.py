"""Forms used inside a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BaseFormSet, BoundField, formset_factory
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.common import fmt
from apps.common.forms import AmountField, MomentField, add_money, currency_choices, language_choices
from apps.common.money import Money
from apps.contracts import rules, terms
from apps.contracts.models import Milestone
from apps.contracts.operations.call_offs import QUANTITY_DIGITS, Line
from apps.contracts.operations.milestones import Check, LinkNotReadable, NothingHandedIn
from apps.files.models import StoredFile
from apps.frameworks.terms import QUANTITY_MAX
from apps.skills import queries as skills
from apps.tasks.forms import CriteriaField
from apps.tasks.rules import Brief

FILES_MAX = 10
EXTENSION_DAYS = (2, 7, 14)
EMPTY_LINES = 3


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Accepts several uploads; the value is a list."""

    def __init__(self, **options: Any) -> None:
        fixed: dict[str, Any] = {"widget": ManyFilesInput(), "required": False}
        super().__init__(**(fixed | options))

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = [data] if data and not isinstance(data, list | tuple) else list(data or [])
        if len(files) > FILES_MAX:
            raise forms.ValidationError(_("At most %(most)s files at once.") % {"most": FILES_MAX})
        return [super(ManyFilesField, self).clean(file, initial) for file in files]


class DeliveryForm(forms.Form):
    note = forms.CharField(
        label=_("What you hand in"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"})
    )
    source_language = forms.ChoiceField(label=_("Written in"))
    files = ManyFilesField(label=_("Files"))  # type: ignore[assignment]  # shadows nothing that a Form class uses
    links = forms.CharField(
        label=_("Links"), required=False, max_length=rules.LINKS_MAX * (rules.LINK_LENGTH_MAX + 2),
        help_text=_("Work that lies elsewhere, one address per line, for example https://example.org/page."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr", "inputmode": "url", "spellcheck": "false"}),
    )  # fmt: skip
    kept = forms.ModelMultipleChoiceField(
        StoredFile.objects.none(), label=_("Uploaded already"), required=False, widget=forms.CheckboxSelectMultiple
    )
    """Uploads of an earlier, rejected submission, so that the user does not have to choose them again."""

    def __init__(self, *args: Any, milestone: Milestone, user_id: UUID | None, **options: Any) -> None:
        super().__init__(*args, **options)
        own = StoredFile.objects.filter(uploaded_by_id=user_id) if user_id else StoredFile.objects.none()
        self.fields["kept"].queryset = own  # type: ignore[attr-defined]
        self.fields["kept"].label_from_instance = lambda file: file.name  # type: ignore[attr-defined]
        self.fields["source_language"].choices = language_choices()  # type: ignore[attr-defined]
        self.criteria = list(milestone.contract.criteria.order_by("position"))
        for criterion in self.criteria:
            self.fields[f"met_{criterion.id}"] = forms.BooleanField(label=criterion.text, required=False)
            self.fields[f"note_{criterion.id}"] = forms.CharField(
                label=_("Comment"), required=False, max_length=400, widget=forms.TextInput(attrs={"dir": "auto"})
            )

    def check_fields(self) -> list[dict[str, Any]]:
        return [
            {"criterion": criterion, "met": self[f"met_{criterion.id}"], "note": self[f"note_{criterion.id}"]}
            for criterion in self.criteria
        ]

    def clean(self) -> dict[str, Any]:
        """Report missing answers at their line; the operation checks the same."""
        cleaned = super().clean() or {}
        for criterion in self.criteria:
            if not cleaned.get(f"met_{criterion.id}") and not (cleaned.get(f"note_{criterion.id}") or "").strip():
                self.add_error(f"note_{criterion.id}", _("Tick this line, or say why it is not met."))
        has_work = cleaned.get("files") or cleaned.get("kept") or (cleaned.get("links") or "").strip()
        if not has_work and not {"files", "kept", "links"} & set(self.errors):
            self.add_error("files", NothingHandedIn.message)
        return cleaned

    def clean_links(self) -> str:
        """Report an address that is none before the review step; the operation checks the same."""
        text = str(self.cleaned_data["links"])
        wrong = next((link for link in text.split() if not rules.is_web_address(link)), None)
        if wrong is not None:
            raise forms.ValidationError(LinkNotReadable.message % {"link": wrong[:100]})
        return text

    def links_given(self) -> list[str]:
        return str(self.cleaned_data["links"]).split()

    def keep(self, stored: list[StoredFile]) -> None:
        """Offer uploads that are already stored, so that the form can be sent again without choosing them."""
        kept_ids = [str(item.id) for item in self.cleaned_data.get("kept") or []]
        ids = list(dict.fromkeys([*kept_ids, *(str(item.id) for item in stored)]))
        kept = self.fields["kept"]
        kept.queryset = kept.queryset.filter(id__in=ids)  # type: ignore[attr-defined]
        data = QueryDict(mutable=True)
        data.update(self.data)
        data.setlist("kept", ids)
        self.data = data

    def kept_files(self) -> list[StoredFile]:
        """The uploads that are stored already, after `keep`."""
        return list(self.fields["kept"].queryset.order_by("created_at", "id"))  # type: ignore[attr-defined]

    def hidden(self) -> list[BoundField]:
        """Every field but the file input: a page with them loses nothing that was typed or uploaded."""
        return [self[name] for name in self.fields if name != "files"]

    def checks(self) -> list[Check]:
        cleaned_data = self.cleaned_data
        return [
            Check(criterion.id, cleaned_data[f"met_{criterion.id}"], cleaned_data[f"note_{criterion.id}"])
            for criterion in self.criteria
        ]


class RevisionForm(forms.Form):
    text = forms.CharField(
        label=_("What should change"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("Name the lines of the checklist that are not met yet."),
    )  # fmt: skip


class ApprovalForm(forms.Form):
    """Approve all or part of the held money."""

    how_much = forms.ChoiceField(
        label=_("Release"), choices=[("all", _("All of it")), ("part", _("A part"))], widget=forms.RadioSelect,
        initial="all",
    )  # fmt: skip
    amount = AmountField(label=_("Amount to release"), required=False)

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        self.fields["amount"].help_text = currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.part: Money | None = None
        if cleaned.get("how_much") == "all" and str(self.data.get("amount", "")).strip():
            self.add_error("how_much", _("You wrote an amount: choose “A part”, or leave the amount empty."))
        if cleaned.get("how_much") == "part":
            self.part = add_money(self, "amount", self.currency)
            if self.part is None and "amount" not in self.errors:
                self.add_error("amount", _("Enter the amount to release."))
            elif self.part is not None and self.part.amount_minor <= 0:
                self.add_error("amount", _("Enter an amount above zero."))
        return cleaned


class CancellationForm(forms.Form):
    freelancer_share = forms.IntegerField(
        label=_("Share of the held money for the freelancer, in per cent"), min_value=0, max_value=100, initial=0
    )
    reason = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}))


class LeaveForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("The employer reads this."),
    )  # fmt: skip


class ChangeForm(forms.Form):
    """What a change request says beside the milestones."""

    criteria = forms.CharField(
        label=_("Acceptance criteria"), max_length=terms.CRITERIA_MAX * 402,
        help_text=_("One per line. The work is checked against them."),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )  # fmt: skip
    revisions = forms.IntegerField(
        label=_("Revisions included per milestone"), min_value=0, max_value=terms.REVISIONS_MAX
    )
    reason = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("The other side reads this beside the changes."),
    )  # fmt: skip
    source_language = forms.ChoiceField(label=_("Written in"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source_language"].choices = language_choices()  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """One milestone of a change request. A funded one has a date, the others a number of days."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Milestone"), max_length=140, widget=forms.TextInput(attrs={"dir": "auto"}))
    amount = AmountField(label=_("Amount"))
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=terms.DAYS_MAX, required=False)
    due_at = MomentField(label=_("Due"), required=False)
    drop = forms.BooleanField(label=_("Remove this milestone"), required=False)

    def __init__(self, *args: Any, held: Mapping[str, Milestone], **options: Any) -> None:
        super().__init__(*args, **options)
        milestone_id = self.data.get(self.add_prefix("id")) if self.is_bound else self.initial.get("id")
        self.milestone = held.get(str(milestone_id or ""))
        """The milestone, if money is held for it."""
        del self.fields["days" if self.milestone else "due_at"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "days" in self.fields and "days" not in self.errors and not cleaned.get("days") and not cleaned.get("drop"):
            self.add_error("days", _("Enter the number of days for this milestone."))
        return cleaned

    def wish(self, currency: str) -> terms.Wanted | None:
        """Return the milestone as proposed; None if it is dropped or its amount has too many digits."""
        cleaned = self.cleaned_data
        if cleaned.get("drop"):
            return None
        amount = add_money(self, "amount", currency)
        if amount is None:
            return None
        due_at = cleaned.get("due_at")
        is_same = self.milestone is not None and due_at is not None and same_minute(due_at, self.milestone.due_at)
        return terms.Wanted(
            id=cleaned.get("id"),
            title=cleaned["title"],
            amount_minor=amount.amount_minor,
            days=cleaned.get("days") or 0,
            due_at=None if is_same else due_at,
        )


def same_minute(moment: datetime, other: datetime | None) -> bool:
    """Forms show minutes: a date that nobody touched comes back without its seconds."""
    return other is not None and moment == other.replace(second=0, microsecond=0)


StepFormSet = formset_factory(StepForm, extra=0, max_num=terms.STEPS_MAX, validate_max=True)


class ExtensionForm(forms.Form):
    """Another date for one milestone: some days later, or a date."""

    days = forms.TypedChoiceField(
        choices=[(str(days), str(days)) for days in EXTENSION_DAYS], coerce=int, empty_value=None, required=False
    )
    due_at = MomentField(label=_("Or another date"), required=False)
    reason = forms.CharField(
        label=_("Why"), max_length=2000, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("days") and not cleaned.get("due_at") and not self.errors:
            self.add_error("due_at", _("Choose how many days more, or a date."))
        return cleaned


class BonusForm(forms.Form):
    amount = AmountField(label=_("Amount"))
    note = forms.CharField(
        label=_("A few words"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}), help_text=_("The freelancer reads this."),
    )  # fmt: skip

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.money = add_money(self, "amount", self.currency)
        if self.money is not None and self.money.amount_minor <= 0:
            self.add_error("amount", _("Enter an amount above zero."))
        return cleaned


class OfferForm(forms.Form):
    """What the employer writes in an offer to one person, beside the milestones."""

    title = forms.CharField(
        label=_("Title"), max_length=140, widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("What should be done, in one line."),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("Category"))
    source_language = forms.ChoiceField(label=_("Written in"), help_text=_("The language of your own words below."))
    goal = forms.CharField(
        label=_("Goal"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("What will be true when the work is done?"),
    )  # fmt: skip
    requirements = forms.CharField(
        label=_("Requirements"), required=False, max_length=10000,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        help_text=_("Amounts, formats, tools, style, things to avoid."),
    )  # fmt: skip
    criteria = CriteriaField(
        label=_("Acceptance criteria"),
        help_text=_("One a line. The work is delivered and approved against this checklist."),
    )
    message = forms.CharField(
        label=_("Message"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("They read it with the offer. It is not part of the contract."),
    )  # fmt: skip

    def __init__(self, *args: Any, language: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.categories = {category.slug: category for category in skills.categories(language)}
        choices = [("", _("Choose a category"))] + [(slug, row.name) for slug, row in self.categories.items()]
        self.fields["category"].choices = choices  # type: ignore[attr-defined]
        self.fields["source_language"].choices = language_choices()  # type: ignore[attr-defined]

    def brief(self, currency: str) -> Brief:
        """Only for a valid form."""
        values = self.cleaned_data
        return Brief(
            title=values["title"],
            category_id=self.categories[values["category"]].id,
            goal=values["goal"],
            requirements=values["requirements"],
            source_language=values["source_language"],
            currency=currency,
        )


class DirectOfferForm(OfferForm):
    revisions = forms.IntegerField(
        label=_("Revisions included per milestone"), min_value=0, max_value=terms.REVISIONS_MAX, initial=2
    )
    currency = forms.ChoiceField(label=_("Currency"))

    def __init__(self, *args: Any, language: str, currency: str, **options: Any) -> None:
        super().__init__(*args, language=language, **options)
        self.fields["currency"].choices = currency_choices(currency)  # type: ignore[attr-defined]


class CallOffLineForm(forms.Form):
    """One milestone of an offer under a framework agreement: a quantity of an agreed rate."""

    rate = forms.ChoiceField(label=_("Rate"))
    quantity = AmountField(label=_("Quantity"))
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=terms.DAYS_MAX, initial=7)
    title = forms.CharField(
        label=_("Milestone"), required=False, max_length=140, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def __init__(self, *args: Any, rates: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["rate"].choices = [("", _("Choose a rate")), *rates]  # type: ignore[attr-defined]

    def clean_quantity(self) -> Decimal:
        quantity: Decimal = self.cleaned_data["quantity"]
        if not 0 < quantity <= QUANTITY_MAX or quantity != round(quantity, QUANTITY_DIGITS):
            values = {"most": fmt.number(QUANTITY_MAX), "digits": QUANTITY_DIGITS}
            text = _("Enter a number above zero, at most %(most)s, with up to %(digits)s digits after the point.")
            raise forms.ValidationError(text % values)
        return quantity

    def line(self) -> Line | None:
        """Return the milestone; None of an empty row."""
        values = self.cleaned_data
        return Line(int(values["rate"]), values["quantity"], values["days"], values["title"]) if values else None


class _CallOffLineFormSet(BaseFormSet[CallOffLineForm]):
    def initial_form_count(self) -> int:
        """None: every row may be left empty, or be emptied to remove it."""
        return 0


def call_off_lines(
    data: QueryDict | None = None, *, rates: Sequence[tuple[str, str]], rows: Sequence[dict[str, Any]] = ()
) -> BaseFormSet[CallOffLineForm]:
    """
    Return the rows as typed, or rows to fill the form with and some empty ones after them.

    :param rates: the number of each agreed rate, from 1, and how it is shown.
    """
    made_of = formset_factory(
        CallOffLineForm, formset=_CallOffLineFormSet, extra=min(len(rows) + EMPTY_LINES, terms.STEPS_MAX),
        max_num=terms.STEPS_MAX, absolute_max=terms.STEPS_MAX, validate_max=True,
    )  # fmt: skip
    options: dict[str, Any] = {"prefix": "lines", "form_kwargs": {"rates": rates}}
    return made_of(data, **options) if data is not None else made_of(initial=list(rows), **options)


def typed_lines(data: QueryDict) -> list[dict[str, Any]]:
    """Return the rows as typed, without those that are empty, for a form with more of them."""
    rows = [
        {name: data.get(f"lines-{index}-{name}", "") for name in CallOffLineForm.base_fields}
        for index in range(terms.STEPS_MAX)
    ]
    return [row for row in rows if row["rate"] or row["quantity"].strip() or row["title"].strip()]


class AppealForm(forms.Form):
    text = forms.CharField(
        label=_("Why it was not your fault"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"})
    )


class AppealAnswerForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect,
        choices=[("uphold", _("It stays a missed deadline")), ("overturn", _("It was not the freelancer’s fault"))],
    )  # fmt: skip
    answer = forms.CharField(
        label=_("Reasons"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        help_text=_("Both sides read them."),
    )  # fmt: skip


class BidChoiceForm(forms.Form):
    bid = forms.UUIDField()
