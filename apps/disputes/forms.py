"""Forms of disputes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common import fmt
from apps.common.forms import AmountField, add_money, language_choices
from apps.common.money import Money
from apps.disputes import rules
from apps.disputes.states import DisputeReason


class SplitForm(forms.Form):
    """How the frozen money would be split, in per cent or as an amount; `part` is the freelancer's part."""

    how = forms.ChoiceField(
        label=_("Say the freelancer's part as"),
        choices=[("percent", _("Per cent")), ("amount", _("An amount"))],
        widget=forms.RadioSelect,
        initial="percent",
    )
    share = AmountField(label=_("The freelancer's part"))

    def __init__(self, *args: Any, whole: Money, **options: Any) -> None:
        super().__init__(*args, **options)
        self.whole = whole
        self.part: Money | None = None
        self.fields["share"].help_text = _("Of %(whole)s. The rest goes back to the employer.") % {
            "whole": fmt.money(whole)
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        share = cleaned.get("share")
        if share is None:
            return cleaned
        part = self._by_percent(share) if cleaned.get("how") == "percent" else add_money(self, "share", self.currency)
        if part is not None and not 0 <= part.amount_minor <= self.whole.amount_minor:
            self.add_error("share", _("Between nothing and the whole."))
        self.part = part
        return cleaned

    def _by_percent(self, share: Decimal) -> Money | None:
        bps = share * 100
        if bps != bps.to_integral_value() or not 0 <= bps <= rules.WHOLE_BPS:
            self.add_error("share", _("Write a share between 0 and 100 per cent, with two digits at most."))
            return None
        return rules.part_of(self.whole, int(bps))

    @property
    def currency(self) -> str:
        return self.whole.currency


class StatementForm(forms.Form):
    text = forms.CharField(
        label=_("What happened"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=_("Name dates, deliveries and lines of the checklist. The other side and our staff read it."),
    )  # fmt: skip
    source_language = forms.ChoiceField(label=_("Written in"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source_language"].choices = language_choices()  # type: ignore[attr-defined]


class OpenForm(StatementForm, SplitForm):
    reason = forms.ChoiceField(label=_("What it is about"), choices=DisputeReason.choices)
    field_order = ("reason", "text", "source_language", "how", "share")

    def offer(self, reasons: list[DisputeReason]) -> None:
        """Show only these reasons: the others contradict the known facts about the milestone."""
        self.fields["reason"].choices = [(reason.value, reason.label) for reason in reasons]  # type: ignore[attr-defined]


class DecisionForm(SplitForm):
    reasons = forms.CharField(
        label=_("Reasons"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=_("Which facts, which terms of the contract, and why this split. Both sides read it."),
    )  # fmt: skip
