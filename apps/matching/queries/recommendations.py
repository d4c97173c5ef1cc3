"""Stored matches as they are shown to people, with the reasons in their language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization, Profile
from apps.bidding.models import Bid
from apps.bidding.states import LIVE
from apps.common.errors import NotFound
from apps.common.prepared import prepared
from apps.matching.models import ListSide, MatchResult
from apps.matching.queries import impressions
from apps.matching.queries.impressions import Shown
from apps.matching.queries.inputs import is_to_match, profiles_to_match
from apps.matching.queries.ranking_versions import points_of
from apps.skills import queries as skills
from apps.tasks.models import Task, TaskInvitation
from apps.tasks.states import Visibility
from ranking import formula
from ranking.formula import Weights

CONSIDERED_MAX = 200
WORDS_MAX = 8

PART_LABELS: dict[str, str | Promise] = {
    "skill": _("Skills"),
    "pay": _("Pay"),
    "growth": _("Track record and room to grow"),
    "recency": _("Time since last active"),
    "fit": _("Language and hours"),
}
PART_MOST = {"skill": formula.SKILL_POINTS, "pay": formula.PAY_POINTS, "growth": formula.GROWTH_POINTS}
SKILL_PART_LABELS: dict[str, str | Promise] = {
    "evidence": _("Work done with these skills"),
    "coverage": _("Skills asked for that are known"),
    "similar": _("Similar past tasks"),
    "related": _("The same or related skills"),
    "words": _("Words in the task and in the profile"),
}
PAY_SENTENCES: dict[str, str | Promise] = {
    "fits": _("The budget covers the usual price of this freelancer."),
    "above": _("The usual price of this freelancer is above the budget."),
    "pays_a_day": _("The budget pays at least a day of work at the stated rate."),
    "under_a_day": _("The budget pays less than a day of work at the stated rate."),
    "unknown": _("No price is known to compare with the budget."),
}
OWN_PAY_SENTENCES: dict[str, str | Promise] = {
    "fits": _("The budget covers your usual price."),
    "above": _("Your usual price is above the budget."),
    "pays_a_day": _("The budget pays at least a day of work at your rate."),
    "under_a_day": _("The budget pays less than a day of work at your rate."),
    "unknown": _("We know no price of yours to compare with the budget."),
}
OWN_LANGUAGE_SENTENCES: dict[str, str | Promise] = {
    "shared": _("You speak the language of the task."),
    "bridge": _("You do not list the language of the task, but English."),
}
LANGUAGE_SENTENCES: dict[str, str | Promise] = {
    "shared": _("Speaks the language of the task."),
    "bridge": _("Does not list the language of the task, but English."),
}


@dataclass(frozen=True)
class Part:
    """:param most: the maximum of this component; None for components that only subtract."""

    code: str
    label: str | Promise
    points: float
    most: float | None


@dataclass(frozen=True)
class Explanation:
    """
    Why a freelancer and a task suit each other, in the reader's language; `parts` sum to `score`.

    :param related: (required skill, related skill the person has).
    :param skill_parts: the parts of the skill component; they sum to it. Empty for old results.
    :param similar: past tasks that required at least half of the skills: number, number accepted, end of the last one.
    :param words: the words of both texts that count most, as the task writes them.
    :param learned: the position by the category's learned order, on the scale of the score; None without one.
    """

    task_id: UUID
    organization_id: UUID
    score: float
    parts: list[Part]
    skill_parts: list[Part]
    similar: int
    similar_accepted: int
    similar_last_at: datetime | None
    learned: float | None
    words: list[str]
    matched: list[str]
    related: list[tuple[str, str]]
    missing: list[str]
    pay: str | Promise
    language: str | Promise
    hours: int
    completed: int
    is_newcomer: bool
    ranker_version: str
    computed_at: datetime


@dataclass(frozen=True)
class RecommendedTask:
    task: Task
    explanation: Explanation
    shown: Shown


@dataclass(frozen=True)
class RecommendedFreelancer:
    organization: Organization
    profile: Profile
    explanation: Explanation
    shown: Shown


def recommended_tasks(
    organization_id: UUID, limit: int = 10, *, now: datetime | None = None, weights: Weights | None = None
) -> list[RecommendedTask]:
    """
    Return the open tasks that suit the organization best, without its own, those it has bid on and those it refused.

    :param weights: the reader's own weights. The tasks are then ordered by the formula with them, without reranking.
    """
    moment = now or timezone.now()
    results = _open_results(organization_id, moment)
    if weights is not None:
        order = impressions.in_own_order(impressions.reweighed(result, weights) for result in results)
    else:
        order = impressions.arranged(
            results, side=ListSide.TASKS, reader_id=organization_id, now=moment, order=_learned(results)
        )
    explained = explanations((item.result for item in order[:limit]), is_own=True)
    return [RecommendedTask(item.result.task, explained[item.result.id], item) for item in order[:limit]]


def scores(organization_id: UUID, now: datetime) -> dict[UUID, float]:
    """How well open tasks suit this freelancer, 0 to 100: at most `CONSIDERED_MAX`, the best."""
    return {result.task_id: result.score for result in _open_results(organization_id, now)}


@prepared
def _open_results(organization_id: UUID, now: datetime) -> QuerySet[MatchResult]:
    invited = Exists(TaskInvitation.objects.filter(task=OuterRef("task"), organization_id=organization_id))
    bid_on = Exists(Bid.objects.filter(task=OuterRef("task"), bidder_id=organization_id, status__in=LIVE))
    return (
        MatchResult.objects.filter(is_to_match(now, "task__"), organization_id=organization_id)
        .filter(Q(task__visibility=Visibility.PUBLIC) | invited)
        .exclude(bid_on)
        .exclude(impressions.refused_tasks(organization_id))
        .select_related("task", "task__category")
        .defer("task__background", "task__requirements", "task__payment_terms", "task__search_vector")
        .order_by("-score", "task_id")[:CONSIDERED_MAX]
    )


def recommended_freelancers(
    task_id: UUID, limit: int = 10, *, now: datetime | None = None
) -> list[RecommendedFreelancer]:
    """Return the freelancers who suit the task best and have not bid; one place in ten is for a newcomer."""
    bid = Exists(Bid.objects.filter(task_id=task_id, bidder=OuterRef("organization"), status__in=LIVE))
    results = list(
        MatchResult.objects.filter(task_id=task_id, organization__profile__in=profiles_to_match())
        .exclude(bid)
        .exclude(impressions.refused_people(task_id))
        .select_related("organization", "organization__profile", "task")
        .order_by("-score", "organization_id")[:CONSIDERED_MAX]
    )
    if not results:
        return []
    order = impressions.arranged(
        results, side=ListSide.PEOPLE, reader_id=results[0].task.employer_id, task_id=task_id,
        now=now or timezone.now(), order=_learned(results),
    )[:limit]  # fmt: skip
    explained = explanations(item.result for item in order)
    return [
        RecommendedFreelancer(
            item.result.organization, item.result.organization.profile, explained[item.result.id], item
        )
        for item in order
    ]


def explanation(
    task_id: UUID, organization_id: UUID, language: str | None = None, *, is_own: bool = False
) -> Explanation | None:
    """
    Return why this freelancer suits this task; None if they were not matched.

    :param is_own: the reader is the freelancer; the sentences then address them.
    """
    results = _match(task_id, organization_id)
    return explanations(results, language, is_own=is_own)[results[0].id] if results else None


@prepared
def _match(task_id: UUID, organization_id: UUID) -> QuerySet[MatchResult]:
    return MatchResult.objects.filter(task_id=task_id, organization_id=organization_id)


def match_of(task_id: UUID, organization_id: UUID) -> MatchResult:
    """:raises NotFound: if the two were not matched; this does not reveal whether either exists."""
    match_results = MatchResult.objects.filter(task_id=task_id, organization_id=organization_id)
    result = match_results.select_related("organization").first()
    if result is None:
        raise NotFound
    return result


def explanations_for_task(
    task_id: UUID, organization_ids: Iterable[UUID], language: str | None = None
) -> dict[UUID, Explanation]:
    """Return the explanations of several freelancers (bidders side by side), by organization."""
    results = list(MatchResult.objects.filter(task_id=task_id, organization_id__in=list(organization_ids)))
    explained = explanations(results, language)
    return {result.organization_id: explained[result.id] for result in results}


def explanations(
    results: Iterable[MatchResult], language: str | None = None, *, is_own: bool = False
) -> dict[int, Explanation]:
    """Return the explanations of stored results, by their id. One query for all labels."""
    rows = list(results)
    ids = {UUID(skill_id) for row in rows for skill_id in _ids_in(row.reasons)}
    words = skills.labels(ids, language or get_language() or "en")

    def word(skill_id: str) -> str:
        return words.get(UUID(skill_id), "")

    return {
        row.id: Explanation(
            task_id=row.task_id,
            organization_id=row.organization_id,
            score=row.score,
            parts=[Part(code, PART_LABELS[code], row.components[code], PART_MOST.get(code)) for code in PART_LABELS],
            skill_parts=_skill_parts(row),
            **_similar(row),
            learned=row.learned,
            words=_words(row),
            matched=[word(item) for item in row.reasons["matched"]],
            related=[(word(skill), word(relative)) for skill, relative in row.reasons["related"]],
            missing=[word(item) for item in row.reasons["missing"]],
            pay=(OWN_PAY_SENTENCES if is_own else PAY_SENTENCES).get(row.reasons["pay"], ""),
            language=(OWN_LANGUAGE_SENTENCES if is_own else LANGUAGE_SENTENCES).get(row.reasons["language"], ""),
            hours=row.reasons["hours"],
            completed=row.reasons["completed"],
            is_newcomer=row.is_newcomer,
            ranker_version=row.ranker_version,
            computed_at=row.computed_at,
        )
        for row in rows
    }


def _skill_parts(row: MatchResult) -> list[Part]:
    """Return points under the weights that the result was computed with."""
    if "skill" not in row.reasons:
        return []
    most = points_of(row).skill
    shares = row.reasons["skill"]
    parts = [
        Part(code, SKILL_PART_LABELS[code], most * share * shares[code], most * share)
        for code, share in formula.SKILL_SHARES.items()
    ]
    if words := row.reasons.get("words"):  # they fill a part of what the others leave open
        rest = sum(share * shares[code] for code, share in formula.SKILL_SHARES.items())
        limit = most * formula.words_part(1.0, rest)
        parts.append(Part("words", SKILL_PART_LABELS["words"], limit * words, limit))
    return parts


def _words(row: MatchResult) -> list[str]:
    """Return the words that count most in the comparison of the texts, as the task writes them."""
    shared = sorted(row.inputs.get("words", []), key=lambda word: -word[1] * word[2])
    return [text for text, _, _ in shared[:WORDS_MAX]]


def _similar(row: MatchResult) -> dict[str, Any]:
    count, accepted, days = row.reasons.get("similar", (0, 0, None))
    last = None if days is None else row.computed_at - timedelta(days=days)
    return {"similar": count, "similar_accepted": accepted, "similar_last_at": last}


def _learned(results: Iterable[MatchResult]) -> dict[int, float]:
    return {result.id: result.learned for result in results if result.learned is not None}


def _ids_in(reasons: dict[str, Any]) -> list[str]:
    return [*reasons["matched"], *reasons["missing"], *(item for pair in reasons["related"] for item in pair)]
