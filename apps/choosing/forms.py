from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from apps.bidding.models import Bid
from apps.choosing import rules
from apps.choosing.rules import AwardCriterion

_CHOICES = [(str(points), str(points)) for points in range(rules.POINTS_MAX + 1)]


class CriterionForm(forms.Form):
    name = forms.CharField(
        label=_("Criterion"), max_length=140, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    weight = forms.IntegerField(label=_("Weight in %"), min_value=1, max_value=100, required=False)


CriterionFormSet = formset_factory(CriterionForm, extra=0, min_num=3, max_num=rules.CRITERIA_MAX, validate_max=True)


def criteria_in(formset: BaseFormSet[CriterionForm]) -> list[AwardCriterion]:
    """The lines that are filled in, also half: the operation says what is missing."""
    rows = [form.cleaned_data for form in formset.forms]
    return [
        AwardCriterion(row.get("name") or "", row.get("weight") or 0)
        for row in rows
        if row.get("name") or row.get("weight")
    ]


class PlanForm(forms.Form):
    is_blind = forms.BooleanField(
        label=_("Blind first round: a member sees the others' scores and notes on a bid only after scoring it"),
        required=False,
    )
    is_published = forms.BooleanField(
        label=_("Publish criteria and weights on the page of the task"), required=False,
        help_text=_("Once they are published and a bid has come in, they cannot be changed."),
    )  # fmt: skip


def _points_field(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=[("", "–"), *_CHOICES], coerce=int)


class ScoreForm(forms.Form):
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )

    def __init__(self, *args: Any, criteria: Sequence[AwardCriterion], **options: Any) -> None:
        super().__init__(*args, **options)
        self.criteria = criteria
        fields = {
            f"points_{number}": _points_field(f"{criterion.name} ({criterion.weight} %)")
            for number, criterion in enumerate(criteria)
        }
        self.fields = {**fields, **self.fields}

    def points(self) -> list[int]:
        return [self.cleaned_data[f"points_{number}"] for number in range(len(self.criteria))]


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Private note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )


class AgreementForm(forms.Form):
    """The agreed points of every scored bid, one field for each criterion, and the reason."""

    reason = forms.CharField(
        label=_("Why you agreed on this result"), max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )  # fmt: skip

    def __init__(self, *args: Any, bids: Sequence[Bid], criteria: Sequence[AwardCriterion], **options: Any) -> None:
        super().__init__(*args, **options)
        self.bids, self.criteria = bids, criteria
        fields = {
            _name(bid.id, number): _points_field(f"{criterion.name} ({criterion.weight} %)")
            for bid in bids
            for number, criterion in enumerate(criteria)
        }
        self.fields = {**fields, **self.fields}

    def by_bid(self) -> list[tuple[Bid, list[forms.BoundField]]]:
        return [(bid, [self[_name(bid.id, number)] for number in range(len(self.criteria))]) for bid in self.bids]

    def points(self) -> dict[UUID, list[int]]:
        numbers = range(len(self.criteria))
        return {bid.id: [self.cleaned_data[_name(bid.id, number)] for number in numbers] for bid in self.bids}


def _name(bid_id: UUID, number: int) -> str:
    return f"points_{bid_id.hex}_{number}"


def initial_points(bid_id: UUID, points: Sequence[int | None]) -> dict[str, int]:
    return {_name(bid_id, number): point for number, point in enumerate(points) if point is not None}
