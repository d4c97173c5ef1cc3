from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import languages
from apps.matching import policies
from apps.matching.gateways import documents
from apps.matching.models import ListSide
from ranking import formula


class SkillTextForm(forms.Form):
    """A text to find skills in, pasted or uploaded as a file."""

    text = forms.CharField(
        label=_("Paste a text"),
        required=False,
        max_length=documents.CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=_("A CV, a list of skills, a description of your work."),
    )
    file = forms.FileField(
        label=_("Or choose a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.txt,.md"}),
        help_text=_("PDF, Word (docx) or plain text, up to 5 MB. It is read once and not kept."),
    )
    language = forms.ChoiceField(label=_("Written in"), choices=languages)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("text") and not data.get("file") and not self.errors:
            self.add_error("text", _("Paste a text or choose a file."))
        return data


class RefusalForm(forms.Form):
    """Why a recommendation does not suit one side. The policy decides whether a text is required."""

    reason = forms.ChoiceField(
        label=_("Why"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), policies.ReasonUnknown.message),
    )
    text = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("The other side is not notified."),
    )

    def __init__(self, *args: Any, side: ListSide, **options: Any) -> None:
        super().__init__(*args, **options)
        reasons = [(item.value, item.label) for item in policies.REASONS[side]]
        self.fields["reason"].choices = [("", _("Choose a reason")), *reasons]  # type: ignore[attr-defined]


class WeightsForm(forms.Form):
    """The weight of each component: any three numbers, scaled to shares of their sum."""

    skill = forms.IntegerField(label=_("Skills"), min_value=0, max_value=100)
    pay = forms.IntegerField(label=_("Pay"), min_value=0, max_value=100)
    growth = forms.IntegerField(label=_("Track record and room to grow"), min_value=0, max_value=100)

    def __init__(self, *args: Any, points: formula.Weights, **options: Any) -> None:
        initial = {name: round(getattr(points, name)) for name in ("skill", "pay", "growth")}
        super().__init__(*args, **{"initial": initial, **options})
        for name in ("skill", "pay", "growth"):
            self.fields[name].widget = forms.NumberInput(attrs={"type": "range", "min": 0, "max": 100, "step": 5})

    @property
    def weights(self) -> formula.Weights:
        return formula.weights_of(*(self.cleaned_data[name] for name in ("skill", "pay", "growth")))


class StaffWeightsForm(WeightsForm):
    note = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Everybody can read it on the page of the formula."),
    )


class ExperimentForm(WeightsForm):
    """Two arms: the current order, and one with other weights or with more exploration."""

    name = forms.SlugField(
        label=_("Name"), max_length=60, help_text=_("Small letters, digits and dashes. It decides who sees which arm.")
    )
    side = forms.ChoiceField(label=_("Lists"), choices=ListSide.choices)
    note = forms.CharField(
        label=_("What it is to find out"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )
    exploration = forms.DecimalField(
        label=_("Rows that change their place, per cent"), min_value=0, max_value=10, decimal_places=1, initial=2
    )
    share = forms.IntegerField(
        label=_("Readers who take part, per cent"), min_value=1, max_value=100, initial=100,
        help_text=_("Half of them see the new order."),
    )  # fmt: skip
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=180, initial=28)
    newcomer_share_min = forms.DecimalField(
        label=_("Guardrail: newcomers among the first ten, per cent at least"), min_value=0, max_value=100, initial=8
    )
    gini_max = forms.DecimalField(
        label=_("Guardrail: Gini of exposure, at most"), min_value=0, max_value=1, decimal_places=2,
        initial=Decimal("0.8"),
    )  # fmt: skip

    field_order = ("name", "side", "note", "skill", "pay", "growth", "exploration", "share", "days")

    def plan(self, now: datetime) -> dict[str, Any]:
        """Return the arguments of `operations.start_experiment`; the first arm is the current order."""
        data = self.cleaned_data
        points = self.weights
        other = {
            "name": "new", "share": 50, "weights": [points.skill, points.pay, points.growth],
            "parameters": {"exploration": float(data["exploration"]) / 100},
        }  # fmt: skip
        return {
            "name": data["name"],
            "side": ListSide(data["side"]),
            "note": data["note"],
            "arms": [{"name": "present", "share": 50}, other],
            "guardrails": {
                "newcomer_share_min": float(data["newcomer_share_min"]) / 100,
                "gini_max": float(data["gini_max"]),
            },
            "share": data["share"],
            "ends_at": now + timedelta(days=data["days"]),
        }
