"""The form of a bid."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization
from apps.bidding import queries, rules
from apps.bidding.models import Bid
from apps.bidding.rules import Answer, BidDraft, MilestoneDraft
from apps.bidding.states import ExchangeBearer
from apps.common.forms import AmountField, add_money, language_choices
from apps.common.money import Money
from apps.tasks import queries as tasks
from apps.tasks.models import Task


class BidForm(forms.Form):
    amount = AmountField(label=_("Your price for the whole work"))
    currency = forms.ChoiceField(label=_("Currency"))
    exchange_bearer = forms.ChoiceField(
        label=_("Who bears our exchange margin"), choices=ExchangeBearer.choices, required=False,
        help_text=_("You are paid in another currency than the task's, so money is exchanged when you withdraw."),
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("Days to deliver"), min_value=1, max_value=730, help_text=_("Counted from the day the contract begins.")
    )
    cover_note = forms.CharField(
        label=_("Cover note"), max_length=5000, widget=forms.Textarea(attrs={"rows": 7, "dir": "auto"}),
        help_text=_("Why you, and how you would do it. Write in the language you write best."),
    )  # fmt: skip
    source_language = forms.ChoiceField(label=_("Written in"))

    def __init__(self, *args: Any, task: Task, bidder: Organization, **options: Any) -> None:
        super().__init__(*args, **options)
        self.task = task
        codes = dict.fromkeys([task.currency, bidder.currency])
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]
        self.fields["source_language"].choices = language_choices()  # type: ignore[attr-defined]
        if queries.payout_currency(bidder) == task.currency:  # no exchange, so no choice of who pays for it
            del self.fields["exchange_bearer"]
        self.criteria = tasks.criteria(task.id)
        for criterion in self.criteria:
            self.fields[f"meets_{criterion.id}"] = forms.TypedChoiceField(
                label=criterion.text,
                choices=[("yes", _("I will meet this")), ("no", _("Can't meet as written"))],
                coerce=lambda value: value == "yes",
                widget=forms.RadioSelect,
            )
            self.fields[f"note_{criterion.id}"] = forms.CharField(
                label=_("Comment"), required=False, max_length=600, widget=forms.TextInput(attrs={"dir": "auto"})
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.price = add_money(self, "amount", cleaned.get("currency", ""))
        if self.price is not None and self.price.amount_minor <= 0:
            self.add_error("amount", _("Enter an amount above zero."))
        return cleaned

    def answer_fields(self) -> list[dict[str, Any]]:
        return [
            {"criterion": criterion, "meets": self[f"meets_{criterion.id}"], "note": self[f"note_{criterion.id}"]}
            for criterion in self.criteria
        ]

    def draft(self, milestones: tuple[MilestoneDraft, ...]) -> BidDraft:
        cleaned_data = self.cleaned_data
        assert self.price is not None
        return BidDraft(
            amount=self.price,
            days=cleaned_data["days"],
            cover_note=cleaned_data["cover_note"],
            source_language=cleaned_data["source_language"],
            exchange_bearer=cleaned_data.get("exchange_bearer") or ExchangeBearer.FREELANCER,
            milestones=milestones,
            answers=tuple(
                Answer(criterion.id, cleaned_data[f"meets_{criterion.id}"], cleaned_data[f"note_{criterion.id}"])
                for criterion in self.criteria
            ),
        )


class MilestoneForm(forms.Form):
    title = forms.CharField(
        label=_("Milestone"), max_length=140, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    amount = AmountField(label=_("Amount"), required=False)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=730, required=False)

    def is_blank(self) -> bool:
        cleaned_data = self.cleaned_data
        return not (cleaned_data.get("title") or cleaned_data.get("amount") is not None or cleaned_data.get("days"))


class BaseMilestoneFormSet(BaseFormSet[MilestoneForm]):
    currency = ""

    def clean(self) -> None:
        for form in self.forms:
            if form.errors or form.is_blank():
                continue
            cleaned_data = form.cleaned_data
            for name in ("title", "amount", "days"):
                if not cleaned_data.get(name):
                    form.add_error(name, _("Fill in the whole line, or leave all of it empty."))

    def drafts(self, currency: str) -> tuple[MilestoneDraft, ...]:
        """
        Return the filled-in lines; an amount with too many digits is reported at its field and makes the set invalid.
        """
        result = []
        for form in self.forms:
            if form.is_blank():
                continue
            amount = add_money(form, "amount", currency)
            if amount is not None:
                cleaned_data = form.cleaned_data
                result.append(MilestoneDraft(cleaned_data["title"], amount.amount_minor, cleaned_data["days"]))
        return tuple(result)

    def has_errors(self) -> bool:
        return any(form.errors for form in self.forms) or bool(self.non_form_errors())


MilestoneFormSet = formset_factory(
    MilestoneForm, formset=BaseMilestoneFormSet, extra=3, max_num=rules.MILESTONES_MAX, validate_max=True
)


def initial_of(bid: Bid) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "amount": bid.amount.as_decimal(),
        "currency": bid.currency,
        "exchange_bearer": bid.exchange_bearer,
        "days": bid.days,
        "cover_note": bid.cover_note,
        "source_language": bid.source_language,
    }
    for answer in queries.answers(bid.id):
        initial[f"meets_{answer.criterion_id}"] = "yes" if answer.will_meet else "no"
        initial[f"note_{answer.criterion_id}"] = answer.note
    return initial


def suggested_milestones(task: Task) -> list[dict[str, Any]]:
    """The employer's plan as lines of the form; prices and days are the bidder's."""
    return [{"title": milestone.title} for milestone in task.planned_milestones[: rules.MILESTONES_MAX]]


def milestones_initial(bid: Bid) -> list[dict[str, Any]]:
    return [
        {
            "title": milestone.title,
            "amount": Money(milestone.amount_minor, bid.currency).as_decimal(),
            "days": milestone.days,
        }
        for milestone in queries.milestones(bid.id)
    ]
