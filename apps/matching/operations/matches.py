"""Matches tasks and people: processes requests, and stores the best matches with their reasons."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.bidding.models import Bid
from apps.common.actors import Actor
from apps.matching import events, policies
from apps.matching.models import CandidateChange, MatchRequest, MatchResult, RankingWeights, SubjectKind
from apps.matching.operations.candidate_index import current_index
from apps.matching.queries import inputs, ranking_versions
from apps.matching.queries import learned as learned_queries
from apps.moderation import operations as moderation
from apps.outbox import bus
from apps.tasks.models import Task
from ranking import formula, scoring
from ranking.candidate_index.index import CandidateIndex
from ranking.candidate_index.ranking import Rules
from ranking.candidate_index.segments import COUNTRIES, country_number
from ranking.formula import Match
from ranking.scoring import FreelancerFeatures, TaskFeatures

CANDIDATES_MAX = 1000
KEPT_MAX = 200
KEPT_AFTER_CLOSING = timedelta(days=60)
PRUNED_AGAIN = timedelta(days=30)
"""So long may the job that deletes old matches fail without leaving some for ever."""
PRUNED_AT_ONCE = 100
NOTIFIED_MAX = 20
NOTIFY_SCORE_MIN = 46.0
EXPANDED_WEIGHT = 0.3
PAUSE_AFTER_FAILURE = timedelta(minutes=1)

logger = logging.getLogger(__name__)


_waker: list[Callable[[], None]] = []


def on_requested(wake: Callable[[], None]) -> None:
    """Set the function that is called after the commit of a request; the edge sets a Celery task here."""
    _waker[:] = [wake]


def request_match(*, subject_kind: SubjectKind, subject_id: UUID, now: datetime) -> None:
    """Request that a task or a freelancer is matched again."""
    request_matches(subject_kind=subject_kind, subject_ids=[subject_id], now=now)


@transaction.atomic
def request_matches(*, subject_kind: SubjectKind, subject_ids: Iterable[UUID], now: datetime) -> None:
    """Request it for several, with one signal to the worker. A lost signal delays the match by three seconds."""
    ids = sorted(set(subject_ids))  # sorted, so that two concurrent requests cannot deadlock
    MatchRequest.objects.bulk_create(
        [MatchRequest(subject_kind=subject_kind, subject_id=row_id, requested_at=now) for row_id in ids],
        batch_size=1000, update_conflicts=True, unique_fields=["subject_kind", "subject_id"],
        update_fields=["requested_at"],
    )  # fmt: skip
    if subject_kind == SubjectKind.ORGANIZATION:
        CandidateChange.objects.bulk_create(
            [CandidateChange(organization_id=row_id, changed_at=now) for row_id in ids],
            batch_size=1000, update_conflicts=True, unique_fields=["organization"], update_fields=["changed_at"],
        )  # fmt: skip
    for wake in _waker:
        transaction.on_commit(wake, robust=True)


def refresh_pending(*, now: datetime, limit: int = 200) -> int:
    """Process requests, oldest first, each in its own transaction. Returns the number processed."""
    done = 0
    while done < limit and _refresh_next(now):
        done += 1
    return done


@transaction.atomic
def _refresh_next(now: datetime) -> bool:
    request = inputs.next_request_for_update(now)
    if request is None:
        return False
    try:
        with transaction.atomic():
            if request.subject_kind == SubjectKind.TASK:
                match_task(task_id=request.subject_id, now=now)
            else:
                match_organization(organization_id=request.subject_id, now=now)
    except Exception:
        # A failed request moves to the end of the queue, so that it does not block the others.
        logger.exception("%s %s could not be matched", request.subject_kind, request.subject_id)
        request.requested_at = now + PAUSE_AFTER_FAILURE
        request.save(update_fields=["requested_at"])
    else:
        request.delete()
    return True


@transaction.atomic
def match_task(*, task_id: UUID, now: datetime) -> list[MatchResult]:
    """
    Compute the best freelancers for an open task and store them with the reasons.

    When the task is matched for the first time, freelancers who suit it well are notified.
    """
    task = inputs.task_features([task_id], now).get(task_id)
    if task is None or not inputs.tasks_to_match(now).filter(id=task_id).exists():
        return []
    best = _best_for(task, now)
    is_first_time = not MatchResult.objects.filter(task_id=task_id).exists()
    MatchResult.objects.filter(task_id=task_id).exclude(organization_id__in=[owner for owner, _ in best]).delete()
    choosers, suffix = learned_queries.choosers_of(learned_queries.category_of(task_id))
    places = learned_queries.learned_places(
        [match for _, match in best], choosers, ranking_versions.current_weights()[0]
    )
    learned = dict(zip([owner for owner, _ in best], places, strict=True)) if choosers else {}
    results = _keep([(task_id, owner, match) for owner, match in best], now, learned, suffix)
    notified = [owner for owner, match in best[:NOTIFIED_MAX] if match.score >= NOTIFY_SCORE_MIN]
    if is_first_time and notified and inputs.is_public(task_id):
        bus.publish(events.TaskSuits(task_id=task_id, organization_ids=notified), now=now)
    return results


@transaction.atomic
def match_organization(*, organization_id: UUID, now: datetime) -> list[MatchResult]:
    """Compute the best open tasks for a freelancer. A freelancer who may not be recommended has no results."""
    freelancer = inputs.freelancer_features([organization_id], now).get(organization_id)
    kept = MatchResult.objects.filter(organization_id=organization_id)
    if freelancer is None:
        kept.delete()
        return []
    own_skills, people = freelancer.skills.keys() | freelancer.done_by_skill.keys(), current_index()
    sought = _expanded(_rarity(own_skills, people), inputs.related_of(own_skills))
    candidates = inputs.tasks_by_skills(sought, now, CANDIDATES_MAX)
    tasks = inputs.task_features(candidates, now)
    required = {skill_id for task in tasks.values() for skill_id in task.skill_ids}
    rarity, like = _rarity(required, people), inputs.related_of(required)
    points, _ = ranking_versions.current_weights()
    matches = [
        (task.id, scoring.score(task, freelancer, rarity=rarity, related=like, now=now, weights=points))
        for task in _suitable(freelancer, tasks.values(), now)
    ]
    best = sorted(matches, key=lambda pair: (-pair[1].score, str(pair[0])))[:KEPT_MAX]
    if people is not None and freelancer.words:  # briefs are long, so the texts of the best alone are compared
        word_rarity, briefs = people.word_rarity, inputs.with_words(tasks[task_id] for task_id, _ in best)
        matches = [
            (task.id, scoring.score(
                task, freelancer, rarity=rarity, related=like, now=now, weights=points, word_rarity=word_rarity,
            ))
            for task in briefs.values()
        ]  # fmt: skip
        best = sorted(matches, key=lambda pair: (-pair[1].score, str(pair[0])))
    kept.filter(task__in=inputs.tasks_to_match(now)).exclude(task_id__in=[task_id for task_id, _ in best]).delete()
    keep = _keep([(task_id, organization_id, match) for task_id, match in best], now)
    # A learned order compares all rows of a list, so the lists of tasks with one are computed again.
    lists = learned_queries.tasks_in_learned_order([task_id for task_id, _ in best[:NOTIFIED_MAX]])
    if lists:
        request_matches(subject_kind=SubjectKind.TASK, subject_ids=lists, now=now)
    return keep


def _best_for(task: TaskFeatures, now: datetime) -> list[tuple[UUID, Match]]:
    """
    Return the best freelancers from the candidate index, or from PostgreSQL if there is no index.

    The index may be older than the tables, so people who may no longer be recommended are removed from its result.
    """
    related, people = inputs.related_of(task.skill_ids), current_index()
    rarity = _rarity(task.skill_ids, people)
    weights = _expanded(rarity, related)
    points, _ = ranking_versions.current_weights()
    if people is None:
        candidates = inputs.candidates_by_skills(weights, CANDIDATES_MAX)
        freelancers = inputs.freelancer_features(candidates, now, has_words=False)
        matches = [
            (item.id, scoring.score(task, item, rarity=rarity, related=related, now=now, weights=points))
            for item in _eligible(task, freelancers.values(), now)
        ]
        return sorted(matches, key=lambda pair: (-pair[1].score, str(pair[0])))[:KEPT_MAX]
    payable = np.zeros(COUNTRIES, dtype=bool)
    for _, country in inputs.payable_pairs([(task.employer_country, country) for country in people.countries], now):
        payable[country_number(country)] = True
    own = inputs.organizations_sharing_people(task.employer_id) | {task.employer_id}
    ranked = people.rank(
        inputs.with_words([task])[task.id], weights=weights, related=related, now=now, candidates=CANDIDATES_MAX,
        rules=Rules(payable, frozenset(own)), limit=KEPT_MAX, points=points,
    )  # fmt: skip
    there = inputs.still_to_match(item.owner for item in ranked)
    return [(item.owner, item.match) for item in ranked if item.owner in there]


def _rarity(skill_ids: Iterable[UUID], people: CandidateIndex | None) -> dict[UUID, float]:
    ids = list(skill_ids)
    return people.rarity(ids) if people is not None else inputs.rarity_of(ids)


def _eligible(task: TaskFeatures, freelancers: Iterable[FreelancerFeatures], now: datetime) -> list[FreelancerFeatures]:
    """
    Return those who pass the hard rules: not the same person, a shared language, and a possible and legal payment.
    """
    result = list(freelancers)
    payable = inputs.payable_pairs([(task.employer_country, item.country) for item in result], now)
    own = inputs.organizations_sharing_people(task.employer_id) | {task.employer_id}
    return [item for item in result if item.id not in own and _can_work(task, item, payable)]


def _suitable(freelancer: FreelancerFeatures, tasks: Iterable[TaskFeatures], now: datetime) -> list[TaskFeatures]:
    """Apply the same rules to the tasks of one freelancer."""
    result = list(tasks)
    payable = inputs.payable_pairs([(item.employer_country, freelancer.country) for item in result], now)
    own = inputs.organizations_sharing_people(freelancer.id) | {freelancer.id}
    return [item for item in result if item.employer_id not in own and _can_work(item, freelancer, payable)]


def _can_work(task: TaskFeatures, freelancer: FreelancerFeatures, payable: set[tuple[str, str]]) -> bool:
    speaks = scoring.language_fit(task.language, freelancer.languages)[0] > 0
    return speaks and (task.employer_country, freelancer.country) in payable


def _expanded(rarity: dict[UUID, float], related: dict[UUID, dict[UUID, int]]) -> dict[UUID, float]:
    """Return the skills with their rarity, and related skills with a part of it."""
    weights: dict[UUID, float] = {}
    for skill_id, weight in rarity.items():
        for other, like in related.get(skill_id, {}).items():
            weights[other] = max(weights.get(other, 0.0), EXPANDED_WEIGHT * like / 1000 * weight)
    return weights | rarity


def _keep(
    matches: list[tuple[UUID, UUID, Match]],
    now: datetime,
    learned: dict[UUID, float] | None = None,
    suffix: str = "",
) -> list[MatchResult]:
    """:param learned: position by the learned order, per freelancer; None keeps the stored positions."""
    points, version = ranking_versions.current_weights()
    return MatchResult.objects.bulk_create(
        [
            MatchResult(
                task_id=task_id,
                organization_id=owner,
                score=min(100.0, max(0.0, match.score)),
                components=match.components,
                reasons={
                    "matched": [str(item) for item in match.matched],
                    "related": [[str(skill_id), str(relative_id)] for skill_id, relative_id in match.related],
                    "missing": [str(item) for item in match.missing],
                    "pay": match.pay_reason,
                    "language": match.language_reason,
                    "hours": match.hours,
                    "completed": match.completed,
                    "points": [points.skill, points.pay, points.growth],
                    "skill": match.skill_shares,
                    "words": match.words,
                    "similar": [match.similar.count, match.similar.accepted, match.similar.days],
                },
                inputs=match.inputs.as_json(),
                is_newcomer=match.completed <= scoring.NEWCOMER_DONE_MAX,
                ranker_version=version + suffix,
                learned=(learned or {}).get(owner),
                computed_at=now,
            )
            # A fixed order prevents deadlocks between workers that write the same pairs.
            for task_id, owner, match in sorted(matches, key=lambda row: (row[0], row[1]))
        ],
        update_conflicts=True,
        unique_fields=["task", "organization"],
        update_fields=[
            "score",
            "components",
            "reasons",
            "inputs",
            "is_newcomer",
            "ranker_version",
            "computed_at",
            *([] if learned is None else ["learned"]),
        ],
    )


@transaction.atomic
def set_weights(*, weights: formula.Weights, note: str, actor: Actor, now: datetime) -> RankingWeights:
    """
    Change the points of the formula; every open task is matched again.

    :raises NotFound: unless the actor is staff.
    :raises policies.NoteMissing: if there is no reason. The reason is public.
    """
    policies.check_can_set_weights(actor, note)
    ranking_weights = RankingWeights.objects.create(
        skill=weights.skill, pay=weights.pay, growth=weights.growth, note=note.strip(), set_by_id=actor.person_id,
        set_at=now,
    )  # fmt: skip
    moderation.record(
        actor=actor, action="matching.set_weights", subject_type="ranking_weights", subject_id=str(ranking_weights.id),
        reason=note.strip(), details={"skill": weights.skill, "pay": weights.pay, "growth": weights.growth}, now=now,
    )  # fmt: skip
    tasks = inputs.tasks_to_match(now).values_list("id", flat=True)
    request_matches(subject_kind=SubjectKind.TASK, subject_ids=tasks, now=now)
    return ranking_weights


def prune_matches(*, now: datetime) -> int:
    """
    Delete the matches of tasks whose bidding closed 60 days ago, a hundred tasks at a time, and return their number.

    Those of people who bid are kept, because their bids show them. What was shown in lists has its own copy in the
    impressions.
    """
    until, pruned = now - KEPT_AFTER_CLOSING, 0
    closed = Task.objects.filter(bidding_closes_at__lt=until, bidding_closes_at__gte=until - PRUNED_AGAIN)
    task_ids = list(closed.order_by("bidding_closes_at", "id").values_list("id", flat=True))
    bids = Bid.objects.filter(task=OuterRef("task"), bidder=OuterRef("organization"))
    for start in range(0, len(task_ids), PRUNED_AT_ONCE):
        of_tasks = MatchResult.objects.filter(task_id__in=task_ids[start : start + PRUNED_AT_ONCE])
        pruned += of_tasks.exclude(Exists(bids)).delete()[0]
    return pruned
