"""Forms used inside a contract."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.common.forms import AmountField, add_money, language_choices
from apps.common.money import Money
from apps.contracts import rules
from apps.contracts.models import Milestone
from apps.contracts.operations.milestones import Check, NothingHandedIn
from apps.files.models import StoredFile

FILES_MAX = 10


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
            {"met": self[f"met_{criterion.id}"], "note": self[f"note_{criterion.id}"]} for criterion in self.criteria
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
