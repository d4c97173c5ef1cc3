"""Tag completion for a brief: what goes with the skills chosen, and what its own words name."""

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
TOGETHER_MIN = 2  # a pair that one task alone brought together says nothing
SMOOTHING = 2.0  # tasks in which a skill stands without the other, before any was seen
TAXONOMY_SHARE = 0.2  # what is alike by the taxonomy comes after what stands together
FOUND_MAX = 12


def goes_with(skill_ids: Sequence[UUID], now: datetime, limit: int = 6) -> list[tuple[UUID, str]]:
    """
    Skills that tasks ask for together with those, the likeliest first, with the reader's word for each.

    The chance that a task with a chosen skill asks for the other, smoothed and summed over the chosen ones, over what
    was published in two years; after them what the taxonomy holds alike.
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
    """Skills that a text names and that are not known yet, the surest first, each with the words that say so."""
    suggest = [
        item
        for item in skill_suggestions.suggest(text, language, skill_suggestions.ready())
        if item.skill_id not in known_ids
    ]
    names = skills.labels([item.skill_id for item in suggest[:FOUND_MAX]], get_language() or "en")
    return [
        FoundSkill(item.skill_id, names[item.skill_id], "", " ".join(text[item.start : item.end].split()), language)
        for item in suggest[:FOUND_MAX]
        if item.skill_id in names
    ]
