from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuids
from apps.skills import queries

SKILLS_MAX = 15


class SkillPickerWidget(forms.Widget):
    """
    Chosen skills as ticked boxes, a text field that finds more, and a button that adds one without JavaScript.

    With htmx the list below the field is replaced while the user types; the chosen skills stay in it.
    """

    template_name = "skills/_picker.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.suggestions: list[queries.FoundSkill] = []
        self.resolved: list[UUID] | None = None  # skills found for the typed text
        self.has_added = False  # whether the picker's own button was pressed; the form is then shown again

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, Any]:
        chosen = data.getlist(name) if isinstance(data, MultiValueDict) else list(data.get(name) or [])
        typed = str(data.get(f"{name}_text") or "").strip()[:100]
        return {"ids": chosen, "text": typed, "is_adding": f"{name}_add" in data}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        ids = uuids(value["ids"] if isinstance(value, dict) else value or [])
        typed = value["text"] if isinstance(value, dict) else ""
        if self.resolved is not None:
            ids, typed = self.resolved, ""
        context["widget"] |= {
            "suggest_url": f"{reverse('skills:suggest')}?name={name}",
            "typed": typed,
            "choices": choices(ids, self.suggestions),
        }
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        # Always the site's own templates, whatever renderer the form uses.
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


class SkillPickerField(forms.Field):
    """The value is a list of skill ids, in the order chosen."""

    widget = SkillPickerWidget
    default_error_messages = {
        "required": _("Choose at least one skill."),
        "choose": _("Tick the skill that you mean, or type another word."),
        "unknown": _("We know no skill by that name. Try another word, or one in another language."),
        "too_many": ngettext_lazy("Choose at most %(count)d skill.", "Choose at most %(count)d skills.", "count"),
    }

    def __init__(self, *, count_max: int = SKILLS_MAX, **options: Any) -> None:
        self.count_max = count_max
        super().__init__(**options)

    def clean(self, value: Any) -> list[UUID]:
        ids = uuids(value["ids"] if isinstance(value, dict) else value or [])
        values_list = set(queries.active_skills(ids).values_list("id", flat=True))
        ids = [skill_id for skill_id in ids if skill_id in values_list]
        if isinstance(value, dict) and (value["text"] or value["is_adding"]):
            self._resolve(value, ids)
        if self.required and not ids:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(ids) > self.count_max:
            raise forms.ValidationError(
                self.error_messages["too_many"], code="too_many", params={"count": self.count_max}
            )
        return ids

    def _resolve(self, value: dict[str, Any], ids: list[UUID]) -> None:
        """Add the typed text as a skill if it is exactly a skill's name; otherwise ask which skill is meant."""
        widget = self.widget
        assert isinstance(widget, SkillPickerWidget)
        skills = queries.find_skills(value["text"], get_language() or "en")
        exact = [
            item for item in skills[:1] if value["text"].casefold() in (item.label.casefold(), item.matched.casefold())
        ]
        if exact:
            if exact[0].id not in ids:
                ids.append(exact[0].id)
            widget.resolved = ids
            widget.has_added = bool(value["is_adding"])
            return
        if not value["text"] and ids:
            widget.has_added = True
            return
        if not value["is_adding"] and (ids or not self.required):
            return  # ignore text left in the box: the chosen skills are saved
        widget.suggestions = skills
        code = "choose" if skills else "unknown"
        raise forms.ValidationError(self.error_messages[code], code=code)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return uuids(initial or []) != uuids(data["ids"] if isinstance(data, dict) else data or [])


def has_added_skill(form: forms.Form) -> bool:
    """
    Return whether the picker's button was pressed and added a skill. The form is then not saved but shown again as it
    was,
    without errors about missing fields.
    """
    if not form.is_bound:
        return False
    form.full_clean()
    pickers = [field.widget for field in form.fields.values() if isinstance(field.widget, SkillPickerWidget)]
    if not any(widget.has_added for widget in pickers):
        return False
    form.errors.clear()
    return True


SKILL_ADDED = _("Skill added. Add more, or go on.")


def choices(ids: Iterable[UUID], suggestions: Iterable[queries.FoundSkill]) -> list[dict[str, Any]]:
    """Return the boxes of a picker: the chosen skills ticked, then the suggestions with the label that matched."""
    chosen = list(ids)
    names = queries.labels(chosen, get_language() or "en")
    boxes: list[dict[str, Any]] = [
        {"id": skill_id, "label": names[skill_id], "is_chosen": True, "also": "", "also_language": ""}
        for skill_id in chosen
        if skill_id in names
    ]
    boxes += [
        {
            "id": suggestion.id,
            "label": suggestion.label,
            "is_chosen": False,
            "also": suggestion.matched if suggestion.matched.casefold() != suggestion.label.casefold() else "",
            "also_language": suggestion.matched_language,
        }
        for suggestion in suggestions
        if suggestion.id not in names
    ]
    return boxes
