from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from apps.matching import events, queries, scoring
from apps.matching.models import MatchRequest, MatchResult, SubjectKind
from apps.matching.scoring import FreelancerFacts, Match, TaskFacts
from apps.matching.scoring.sparse import SkillIndex
from apps.outbox import bus

CANDIDATES_MAX = 500
KEPT_MAX = 200
TOLD_MAX = 20
TOLD_SCORE_MIN = 55.0
EXPANDED_WEIGHT = 0.3
GENERATION = "matching:generation"
SMALL = 5_000  # indexes up to this size are made anew at each change, larger ones at most every PAUSE seconds
PAUSE_SECONDS = 30.0

PAUSE_AFTER_FAILURE = timedelta(minutes=1)

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_kept: dict[str, tuple[int, float, SkillIndex]] = {}


@transaction.atomic
def request_match(*, subject_kind: SubjectKind, subject_id: UUID, now: datetime) -> None:
    """Note that a task or a freelancer must be matched anew."""
    MatchRequest.objects.update_or_create(
        subject_kind=subject_kind, subject_id=subject_id, defaults={"requested_at": now}
    )
    if subject_kind == SubjectKind.ORGANIZATION:
        transaction.on_commit(forget_index, robust=True)


def refresh_pending(*, now: datetime, limit: int = 200) -> int:
    """Match what was asked for, oldest first, each in its own transaction; gives how many."""
    done = 0
    while done < limit and _refresh_next(now):
        done += 1
    return done


@transaction.atomic
def _refresh_next(now: datetime) -> bool:
    request = queries.next_request_for_update(now)
    if request is None:
        return False
    try:
        with transaction.atomic():
            if request.subject_kind == SubjectKind.TASK:
                match_task(task_id=request.subject_id, now=now)
            else:
                match_organization(organization_id=request.subject_id, now=now)
    except Exception:
        # One that fails must not stop those behind it: it goes to the end of the queue.
        logger.exception("%s %s could not be matched", request.subject_kind, request.subject_id)
        request.requested_at = now + PAUSE_AFTER_FAILURE
        request.save(update_fields=["requested_at"])
    else:
        request.delete()
    return True


@transaction.atomic
def match_task(*, task_id: UUID, now: datetime) -> list[MatchResult]:
    """
    Compute the best freelancers for an open task and keep them with the reasons.

    Those who suit a task well are told of it once, when it is first matched.
    """
    task = queries.task_facts([task_id], now).get(task_id)
    if task is None or not queries.tasks_to_match(now).filter(id=task_id).exists():
        return []
    index = _freelancer_index()
    related = queries.related_of(task.skill_ids)
    candidates = index.best(_expanded(task.skill_ids, index, related), CANDIDATES_MAX)
    freelancers = queries.freelancer_facts(candidates, now)
    rarity = index.rarity(task.skill_ids)
    matches = [
        (freelancer.id, scoring.score(task, freelancer, rarity=rarity, related=related, now=now))
        for freelancer in _eligible(task, freelancers.values(), now)
    ]
    best = sorted(matches, key=lambda pair: (-pair[1].score, str(pair[0])))[:KEPT_MAX]
    is_first_time = not MatchResult.objects.filter(task_id=task_id).exists()
    MatchResult.objects.filter(task_id=task_id).exclude(organization_id__in=[owner for owner, _ in best]).delete()
    results = _keep([(task_id, owner, match) for owner, match in best], now)
    told = [owner for owner, match in best[:TOLD_MAX] if match.score >= TOLD_SCORE_MIN]
    if is_first_time and told and queries.is_public(task_id):
        bus.publish(events.TaskSuits(task_id=task_id, organization_ids=told), now=now)
    return results


@transaction.atomic
def match_organization(*, organization_id: UUID, now: datetime) -> list[MatchResult]:
    """Compute the best open tasks for a freelancer; one who may not be recommended keeps no result."""
    freelancer = queries.freelancer_facts([organization_id], now).get(organization_id)
    kept = MatchResult.objects.filter(organization_id=organization_id)
    if freelancer is None:
        kept.delete()
        return []
    index = SkillIndex(queries.task_skill_rows(now))
    everybody = _freelancer_index()
    related = queries.related_of(freelancer.skills)
    candidates = index.best(_expanded(list(freelancer.skills), everybody, related), CANDIDATES_MAX)
    tasks = queries.task_facts(candidates, now)
    asked = {skill_id for task in tasks.values() for skill_id in task.skill_ids}
    rarity, like = everybody.rarity(asked), queries.related_of(asked)
    matches = [
        (task.id, scoring.score(task, freelancer, rarity=rarity, related=like, now=now))
        for task in tasks.values()
        if _eligible(task, [freelancer], now)
    ]
    best = sorted(matches, key=lambda pair: (-pair[1].score, str(pair[0])))[:KEPT_MAX]
    kept.filter(task__in=queries.tasks_to_match(now)).exclude(task_id__in=[task_id for task_id, _ in best]).delete()
    return _keep([(task_id, organization_id, match) for task_id, match in best], now)


def forget_index() -> None:
    """Tell every process that profiles have changed."""
    try:
        cache.incr(GENERATION)
    except ValueError:
        cache.set(GENERATION, int(time.time()), None)


def _eligible(task: TaskFacts, freelancers: Iterable[FreelancerFacts], now: datetime) -> list[FreelancerFacts]:
    """Hard rules: not oneself, a shared language, and money that may and can reach them."""
    found = [
        one
        for one in freelancers
        if one.id != task.employer_id and scoring.language_fit(task.language, one.languages)[0] > 0
    ]
    payable = {
        country: queries.is_payable(task.employer_country, country, now) for country in {one.country for one in found}
    }
    own = queries.organizations_sharing_people(task.employer_id)
    return [one for one in found if payable[one.country] and one.id not in own]


def _expanded(skill_ids: Iterable[UUID], index: SkillIndex, related: dict[UUID, dict[UUID, int]]) -> dict[UUID, float]:
    """The skills with their rarity, and the skills like them with a part of it."""
    weights: dict[UUID, float] = {}
    rarity = index.rarity(skill_ids)
    for skill_id, weight in rarity.items():
        for other, like in related.get(skill_id, {}).items():
            weights[other] = max(weights.get(other, 0.0), EXPANDED_WEIGHT * like / 1000 * weight)
    return weights | rarity


def _freelancer_index() -> SkillIndex:
    generation = int(cache.get(GENERATION) or 0)
    with _lock:
        kept = _kept.get("freelancers")
        if kept is not None:
            fresh = kept[0] == generation
            young = time.monotonic() - kept[1] < PAUSE_SECONDS
            if generation and young and (fresh or len(kept[2].owners) > SMALL):
                return kept[2]
        index = SkillIndex(queries.freelancer_skill_rows())
        _kept["freelancers"] = (generation, time.monotonic(), index)
        return index


def _keep(matches: list[tuple[UUID, UUID, Match]], now: datetime) -> list[MatchResult]:
    return MatchResult.objects.bulk_create(
        [
            MatchResult(
                task_id=task_id,
                organization_id=owner,
                score=min(100.0, max(0.0, match.score)),
                components=match.components,
                reasons={
                    "matched": [str(one) for one in match.matched],
                    "related": [[str(asked), str(known)] for asked, known in match.related],
                    "missing": [str(one) for one in match.missing],
                    "pay": match.pay_reason,
                    "language": match.language_reason,
                    "hours": match.hours,
                    "completed": match.completed,
                },
                is_newcomer=match.completed <= scoring.NEWCOMER_DONE_MAX,
                ranker_version=scoring.RANKER_VERSION,
                computed_at=now,
            )
            # In one order everywhere: two workers that meet on the same pairs wait, and never for each other.
            for task_id, owner, match in sorted(matches, key=lambda row: (row[0], row[1]))
        ],
        update_conflicts=True,
        unique_fields=["task", "organization"],
        update_fields=["score", "components", "reasons", "is_newcomer", "ranker_version", "computed_at"],
    )
