from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from apps.common.ids import uuids
from apps.skills import forms, queries
from apps.skills.models import Skill
from apps.skills.states import SkillKind

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Return the boxes of a skill picker for the typed text; without htmx, a whole page."""
    name = request.GET.get("name", "skills")
    if not NAME.fullmatch(name):
        name = "skills"
    typed = (request.GET.get(f"{name}_text") or request.GET.get("q") or "")[:100]
    chosen = uuids(request.GET.getlist(name)[:50])
    skills = queries.find_skills(typed, get_language() or "en", 8) if typed.strip() else []
    context = {"name": name, "typed": typed, "choices": forms.choices(chosen, skills), "found": skills}
    template = "skills/_choices.html" if request.htmx else "skills/skill_list.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_safe
def attribution(request: HttpRequest) -> HttpResponse:
    """Show the sources of the skills, as ESCO's licence requires."""
    counts = {kind: Skill.objects.filter(kind=kind).count() for kind in SkillKind.values}
    return render(request, "skills/attribution.html", {"counts": counts})
