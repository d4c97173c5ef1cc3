"""Skill suggestions for a brief: skills that go with the chosen ones, and skills that its text names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count
from django.utils.translation import get_language

from apps.skills import queries as skills
from apps.skills.queries import FoundSkill
from apps.tasks.models import Task, TaskSkill
from ranking import skill_suggestions

REMEMBERED = timedelta(days=730)
TOGETHER_MIN = 2  # a pair that occurs in only one task is no evidence
SMOOTHING = 2.0  # prior number of tasks in which a skill occurs without the other
TAXONOMY_SHARE = 0.2  # related skills of the taxonomy come after skills that occur together
FOUND_MAX = 12


def goes_with(skill_ids: Sequence[UUID], now: datetime, limit: int = 6) -> list[tuple[UUID, str]]:
    """
    Return skills that tasks require together with the given ones, most likely first, with labels in the reader's
    language.

    The score is the probability that a task with a chosen skill requires the other, smoothed and summed over the chosen
    skills, over tasks published in the last two years. After them come related skills of the taxonomy.
    """
    chosen = list(dict.fromkeys(skill_ids))
    if not chosen:
        return []
    weights: dict[UUID, float] = defaultdict(float)
    for skill_id, likenesses in skills.related_skills(chosen).items():
        for other, like in likenesses.items():
            if other != skill_id:
                weights[other] += TAXONOMY_SHARE * like / 1000 / len(chosen)
    published = Task.objects.filter(published_at__gte=now - REMEMBERED, hidden_at=None)
    standing = TaskSkill.objects.filter(task__in=published, skill_id__in=chosen)
    times = dict(standing.values_list("skill_id").annotate(n=Count("id")))
    together = (
        TaskSkill.objects.filter(task__in=published, task__skills__skill_id__in=chosen)
        .values_list("task__skills__skill_id", "skill_id")
        .annotate(n=Count("id"))
        .filter(n__gte=TOGETHER_MIN)
    )
    for skill_id, other, count in together:
        weights[other] += count / (times[skill_id] + SMOOTHING)
    best = sorted((weight for weight in weights if weight not in chosen), key=lambda item: (-weights[item], str(item)))
    names = skills.labels(best[: 3 * limit], get_language() or "en")
    active = set(skills.active_skills(best[: 3 * limit]).values_list("id", flat=True))
    return [(item, names[item]) for item in best[: 3 * limit] if item in names and item in active][:limit]


def skills_in(text: str, language: str, known_ids: Sequence[UUID]) -> list[FoundSkill]:
    """
    Return skills that a text names and that are not in `known`, most confident first, with the words of the evidence.
    """
    suggest = [
        item
        for item in skill_suggestions.suggest(text, language, skill_suggestions.ready())
        if item.skill_id not in known_ids
    ]
    names = skills.labels([item.skill_id for item in suggest[:FOUND_MAX]], get_language() or "en")
    by_name: dict[str, FoundSkill] = {}  # one name once
    for item in suggest[:FOUND_MAX]:
        if item.skill_id in names:
            evidence = " ".join(text[item.start : item.end].split())
            shown = FoundSkill(item.skill_id, names[item.skill_id], "", evidence, language)
            by_name.setdefault(shown.label.casefold(), shown)
    return list(by_name.values())
