"""The form of a task brief."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common import fmt
from apps.common.errors import Invalid
from apps.common.forms import AmountField, MomentField, add_money, currency_choices, language_choices
from apps.common.models import money_or_none
from apps.skills import queries as skills
from apps.skills.forms import SkillPickerField
from apps.tasks import operations, queries, rules
from apps.tasks.models import Task
from apps.tasks.rules import Brief, PlannedMilestone
from apps.tasks.states import BidWindow, BudgetKind, Visibility

PROBLEMS = {
    "missing": _("Fill this in before you publish."),
    "below_minimum": _("The upper end is below the lower end."),
    "too_soon": _("Give freelancers at least an hour to bid."),
    "too_late": _("This is too far away: at most 60 days."),
    "before_bidding_closes": _("This must come after bidding closes."),
}


class CriteriaField(forms.CharField):
    """One acceptance criterion per line; the value is a tuple of strings."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"widget": forms.Textarea(attrs={"rows": 5, "dir": "auto"})} | options))

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return tuple(line.strip(" -•\t") for line in (text or "").splitlines() if line.strip(" -•\t"))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, tuple | list) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        lines: tuple[str, ...] = self.to_python(value)
        if len(lines) > rules.CRITERIA_MAX:
            message = _("At most %(most)s acceptance criteria fit on one checklist.") % {"most": rules.CRITERIA_MAX}
            raise forms.ValidationError(message)
        if any(len(line) > 400 for line in lines):
            raise forms.ValidationError(_("Keep each criterion below 400 letters."))
        return lines


class PlanField(CriteriaField):
    """One suggested milestone per line, with its share of the price if wanted; a tuple of `PlannedMilestone`."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return "\n".join(_plan_line(row) if isinstance(row, PlannedMilestone) else str(row) for row in value)
        return super().prepare_value(value)

    def clean(self, value: Any) -> Any:
        plan = tuple(rules.planned_milestone(line) for line in self.to_python(value))
        try:
            operations.check_plan(plan)
        except Invalid as error:
            raise forms.ValidationError(str(error)) from None
        return plan


def _plan_line(milestone: PlannedMilestone) -> str:
    return milestone.title if milestone.share is None else f"{milestone.title} {milestone.share} %"


def _words(label: Any, rows: int, hint: Any, limit: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, required=False, max_length=limit, widget=widget, help_text=hint)


class BriefForm(forms.Form):
    """A draft: no field is required to save it; publishing reports what is missing."""

    title = forms.CharField(
        label=_("Title"), required=False, max_length=140, widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("What should be done, in one line."),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("Category"), required=False)
    skills = SkillPickerField(label=_("Skills"), required=False, count_max=rules.SKILLS_MAX)
    source_language = forms.ChoiceField(label=_("Written in"), help_text=_("The language of your own words below."))
    goal = _words(_("Goal"), 3, _("What will be true when the work is done?"), 5000)
    background = _words(_("Background"), 3, _("Who you are, who the work is for, what exists already."), 5000)
    requirements = _words(_("Requirements"), 6, _("Amounts, formats, tools, style, things to avoid."), 10000)
    criteria = CriteriaField(
        label=_("Acceptance criteria"), required=False,
        help_text=_("One a line. The work is delivered and approved against this checklist."),
    )  # fmt: skip
    milestones = PlanField(
        label=_("Milestones you suggest"), required=False,
        help_text=_("One a line, with its share of the price if you like: “Draft 40 %”. Bidders may change them."),
    )  # fmt: skip
    revisions_included = forms.IntegerField(
        label=_("Revisions included per milestone"), required=False, min_value=0, max_value=rules.REVISIONS_MAX,
        initial=2,
    )  # fmt: skip
    payment_terms = _words(_("Payment terms"), 2, _("For example: half on the draft, half on the final version."), 3000)
    budget_kind = forms.ChoiceField(label=_("Budget"), choices=BudgetKind.choices, widget=forms.RadioSelect)
    budget_min = AmountField(label=_("Amount (or from)"), required=False)
    budget_max = AmountField(label=_("To"), required=False, help_text=_("Only for a range."))
    currency = forms.ChoiceField(label=_("Currency"))
    bidding_closes_at = MomentField(label=_("Bidding closes"), required=False)
    decision_due_at = MomentField(
        label=_("You decide by"), required=False, help_text=_("Without a decision the task closes automatically.")
    )
    deadline_at = MomentField(label=_("Delivery deadline"), required=False)
    visibility = forms.ChoiceField(label=_("Who may bid"), choices=Visibility.choices, widget=forms.RadioSelect)
    bid_window = forms.ChoiceField(label=_("Bids are"), choices=BidWindow.choices, widget=forms.RadioSelect)

    PARTS: ClassVar[list[tuple[Any, list[str]]]] = [
        (_("What should be done"), ["title", "category", "skills", "source_language", "goal", "background"]),
        (_("How it will be accepted"), ["requirements", "criteria", "milestones", "revisions_included"]),
        (_("Budget"), ["budget_kind", "budget_min", "budget_max", "currency", "payment_terms"]),
        (_("Dates"), ["bidding_closes_at", "decision_due_at", "deadline_at"]),
        (_("Who and how"), ["visibility", "bid_window"]),
    ]

    def __init__(self, *args: Any, language: str, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        categories = skills.categories(language)
        self.categories = {category.slug: category for category in categories}
        choices = [("", _("Choose a category"))] + [(category.slug, category.name) for category in categories]
        self.fields["category"].choices = choices  # type: ignore[attr-defined]
        self.fields["source_language"].choices = language_choices()  # type: ignore[attr-defined]
        self.fields["currency"].choices = currency_choices(currency)  # type: ignore[attr-defined]
        zone = fmt.zone_name()
        for name in ("bidding_closes_at", "decision_due_at", "deadline_at"):
            field = self.fields[name]
            field.help_text = f"{field.help_text} ".lstrip() + str(_("Your time zone: %(zone)s.") % {"zone": zone})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        code = cleaned.get("currency", "")
        self.lower = add_money(self, "budget_min", code)
        self.upper = add_money(self, "budget_max", code)
        for name, money in (("budget_min", self.lower), ("budget_max", self.upper)):
            if money is not None and money.amount_minor <= 0:
                self.add_error(name, _("Enter an amount above zero."))
        return cleaned

    def brief(self) -> Brief:
        """Return the brief that was filled in. Only for a valid form."""
        cleaned_data = self.cleaned_data
        category = self.categories.get(cleaned_data["category"])
        return Brief(
            title=cleaned_data["title"],
            category_id=category.id if category else None,
            background=cleaned_data["background"],
            goal=cleaned_data["goal"],
            requirements=cleaned_data["requirements"],
            payment_terms=cleaned_data["payment_terms"],
            source_language=cleaned_data["source_language"],
            budget_kind=cleaned_data["budget_kind"],
            budget_min_minor=self.lower.amount_minor if self.lower else None,
            budget_max_minor=self.upper.amount_minor if self.upper else None,
            currency=cleaned_data["currency"],
            deadline_at=cleaned_data["deadline_at"],
            deadline_time_zone=timezone.get_current_timezone_name(),
            visibility=cleaned_data["visibility"],
            bid_window=cleaned_data["bid_window"],
            bidding_closes_at=cleaned_data["bidding_closes_at"],
            decision_due_at=cleaned_data["decision_due_at"],
            criteria=cleaned_data["criteria"],
            milestones=cleaned_data["milestones"],
            revisions_included=2 if cleaned_data["revisions_included"] is None else cleaned_data["revisions_included"],
            skill_ids=tuple(cleaned_data["skills"]),
        )

    def show_problems(self, problems: dict[str, str]) -> None:
        """Report at each field what prevents publishing."""
        for name, code in problems.items():
            self.add_error(name, PROBLEMS[code])

    def parts(self) -> list[dict[str, Any]]:
        return [{"title": title, "fields": [self[name] for name in names]} for title, names in self.PARTS]


def initial_of(task: Task) -> dict[str, Any]:
    """Return a draft's values for the form."""
    return initial_of_brief(queries.brief_of(task))


def initial_of_brief(brief: Brief) -> dict[str, Any]:
    lower, upper = (money_or_none(minor, brief.currency) for minor in (brief.budget_min_minor, brief.budget_max_minor))
    slug = next((row.slug for row in skills.categories() if row.id == brief.category_id), "")
    return {
        "title": brief.title,
        "category": slug,
        "skills": list(brief.skill_ids),
        "source_language": brief.source_language,
        "goal": brief.goal,
        "background": brief.background,
        "requirements": brief.requirements,
        "criteria": brief.criteria,
        "payment_terms": brief.payment_terms,
        "budget_kind": brief.budget_kind,
        "budget_min": lower.as_decimal() if lower else None,
        "budget_max": upper.as_decimal() if upper and brief.budget_kind == "range" else None,
        "milestones": brief.milestones,
        "revisions_included": brief.revisions_included,
        "currency": brief.currency,
        "bidding_closes_at": brief.bidding_closes_at,
        "decision_due_at": brief.decision_due_at,
        "deadline_at": brief.deadline_at,
        "visibility": brief.visibility,
        "bid_window": brief.bid_window,
    }


class AddendumForm(forms.Form):
    text = forms.CharField(
        label=_("What is new"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("Every bidder is notified. The brief above stays as it was."),
    )  # fmt: skip
    bidding_closes_at = MomentField(label=_("Bidding closes later"), required=False)
    decision_due_at = MomentField(label=_("You decide later"), required=False)
    deadline_at = MomentField(label=_("Delivery deadline later"), required=False)


class TextForm(forms.Form):
    """A form of one text: a question or an answer."""

    text = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}))


class AttachmentForm(forms.Form):
    file = forms.FileField(label=_("Attach a file"))


class InviteForm(forms.Form):
    organization = forms.UUIDField(widget=forms.HiddenInput)
    message = forms.CharField(label=_("Message"), required=False, max_length=1000)


class InvitePersonForm(forms.Form):
    """To which of the employer's tasks somebody is invited, or to a new one."""

    task = forms.ChoiceField(
        label=_("Task"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a task, or describe a new one.")},
    )
    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("Why you thought of them. They read it with the invitation."),
    )

    def __init__(self, *args: Any, tasks: list[Task], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(task.id), str(task)) for task in tasks if not task.has_invited]  # type: ignore[attr-defined]
        self.fields["task"].choices = [*choices, ("new", _("A new task that I describe next"))]  # type: ignore[attr-defined]
        if not choices:
            self.fields["task"].initial = "new"
