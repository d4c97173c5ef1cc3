"""The inputs of the formula: current data of tasks and people, and who may be recommended."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Case, Count, FloatField, Q, QuerySet, Sum, Value, When

from apps.accounts.models import Membership, Profile, ProfileLanguage, ProfileSkill
from apps.accounts.queries.related import shares_a_person
from apps.accounts.states import Availability
from apps.bidding.models import Bid
from apps.common.models import money_or_none
from apps.common.money import Money
from apps.common.work_queue import next_due
from apps.compliance import queries as compliance
from apps.contracts.models import Contract
from apps.contracts.states import NOT_PAID_IN_FULL, PAID_IN_FULL
from apps.matching.models import MatchRequest
from apps.pricing.queries import rates
from apps.skills import queries as skills
from apps.tasks.models import Task, TaskSkill
from apps.tasks.queries import REFERENCE_CURRENCY
from apps.tasks.states import TaskStatus, Visibility
from ranking import scoring, word_weights
from ranking.scoring import FreelancerFeatures, PastWork, TaskFeatures

BIDS_DAYS = 365
EMPLOYER_HOURS = range(9, 18)


def profiles_to_match() -> QuerySet[Profile]:
    """Freelancers who may be recommended: active, public, not hidden, available for work."""
    return Profile.objects.filter(
        organization__is_active=True, organization__works=True, is_public=True, hidden_at=None
    ).exclude(availability=Availability.BUSY)


def still_to_match(organization_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of them who may be recommended now."""
    profiles = profiles_to_match().filter(organization_id__in=list(organization_ids))
    return set(profiles.values_list("organization_id", flat=True))


def tasks_to_match(now: datetime) -> QuerySet[Task]:
    return Task.objects.filter(is_to_match(now))


def is_to_match(now: datetime, task: str = "") -> Q:
    """The condition of `tasks_to_match`; `task` is the path from the row to its task, such as "task__"."""
    return Q(**{f"{task}status": TaskStatus.OPEN, f"{task}hidden_at": None, f"{task}bidding_closes_at__gt": now})


def rarity_of(skill_ids: Iterable[UUID]) -> dict[UUID, float]:
    """
    Return the IDF of each skill among people who may be recommended; a skill without people has the highest value.
    """
    ids = list(skill_ids)
    people = profiles_to_match()
    rows = ProfileSkill.objects.filter(profile__in=people, skill_id__in=ids).values_list("skill_id")
    knowing = dict(rows.annotate(n=Count("id")))
    count = people.count()
    return {skill: scoring.idf(count, knowing.get(skill, 0)) for skill in ids}


def candidates_by_skills(weights: Mapping[UUID, float], limit: int) -> list[UUID]:
    """
    Return the people who declare most of these skills and who worked most with them, by weight. Slower than the index.
    """
    if not weights:
        return []
    declared = (
        ProfileSkill.objects.filter(profile__in=profiles_to_match(), skill_id__in=weights)
        .values_list("profile__organization_id")
        .annotate(weight=_weighted("skill_id", weights))
        .order_by("-weight", "profile__organization_id")
    )
    worked = (
        Contract.objects.filter(status__in=PAID_IN_FULL, freelancer__profile__in=profiles_to_match())
        .exclude(shares_a_person("employer_id", "freelancer_id"))
        .filter(task__skills__skill_id__in=weights)
        .values_list("freelancer_id")
        .annotate(weight=_weighted("task__skills__skill_id", weights))
        .order_by("-weight", "freelancer_id")
    )
    first = [owner for owner, _ in worked[: limit // 2]]
    return list(dict.fromkeys(first + [owner for owner, _ in declared[:limit]]))[:limit]


def _weighted(skill: str, weights: Mapping[UUID, float]) -> Sum:
    cases = [When(**{skill: item}, then=Value(weight)) for item, weight in weights.items()]
    return Sum(Case(*cases, output_field=FloatField()))


def tasks_by_skills(weights: Mapping[UUID, float], now: datetime, limit: int) -> list[UUID]:
    """Return open tasks that require most of these skills, by weight, best first; ties are ordered by id."""
    if not weights:
        return []
    asking = TaskSkill.objects.filter(task__in=tasks_to_match(now), skill_id__in=weights).values_list("task_id")
    best = asking.annotate(weight=_weighted("skill_id", weights)).order_by("-weight", "task_id")
    return [task_id for task_id, _ in best[:limit]]


def is_public(task_id: UUID) -> bool:
    """Return whether everyone may see the task; a task for invited people is not shown to others."""
    return Task.objects.filter(id=task_id, visibility=Visibility.PUBLIC).exists()


def task_features(task_ids: Iterable[UUID], now: datetime) -> dict[UUID, TaskFeatures]:
    ids = list(task_ids)
    query: dict[UUID, list[UUID]] = defaultdict(list)
    for task_id, skill_id in (
        TaskSkill.objects.filter(task_id__in=ids).order_by("id").values_list("task_id", "skill_id")
    ):
        query[task_id].append(skill_id)
    # Values only: a changed profile is compared with a thousand tasks, and their briefs are long.
    tasks = Task.objects.filter(id__in=ids).values_list(
        "id", "employer_id", "employer__country", "employer__time_zone", "source_language", "budget_min_minor",
        "budget_max_minor", "currency",
    )  # fmt: skip
    table = rates.rate_table(now.date())
    return {
        task_id: TaskFeatures(
            id=task_id,
            employer_id=employer_id,
            employer_country=country,
            language=language,
            skill_ids=tuple(query[task_id]),
            budget_minor=_in_reference(money_or_none(most or least, currency), table),
            utc_hours=utc_hours(zone, EMPLOYER_HOURS, now),
        )
        for task_id, employer_id, country, zone, language, least, most, currency in tasks
    }


def with_words(tasks: Iterable[TaskFeatures]) -> dict[UUID, TaskFeatures]:
    """Return the tasks with the words of their briefs, by id."""
    features = {task.id: task for task in tasks}
    rows = Task.objects.filter(id__in=list(features)).values_list(
        "id", "source_language", "title", "goal", "background", "requirements"
    )
    for task_id, language, *texts in rows:
        bag, written = _words("\n".join(texts), language)
        features[task_id] = replace(features[task_id], words=bag, written=written)
    return features


@lru_cache(maxsize=500)
def _words(text: str, language: str) -> tuple[dict[int, int], dict[int, str]]:
    """A changed profile is compared with the same briefs as the last one."""
    return word_weights.bag(text, language), word_weights.shown(text, language)


def freelancer_features(
    organization_ids: Iterable[UUID], now: datetime, *, has_words: bool = True
) -> dict[UUID, FreelancerFeatures]:
    """
    Return the features of those of the organizations that may be recommended.

    :param has_words: read the words of their texts, which are compared only where there is a candidate index.
    """
    profiles = list(
        profiles_to_match().filter(organization_id__in=list(organization_ids)).select_related("organization")
    )
    ids = [profile.organization_id for profile in profiles]
    existing: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for owner, skill_id, level in ProfileSkill.objects.filter(profile__in=profiles).values_list(
        "profile__organization_id", "skill_id", "level"
    ):
        existing[owner][skill_id] = level
    table = rates.rate_table(now.date())
    languages = _languages(ids)
    prices, last_bid = _usual_prices(ids, now, table)
    works = _works(ids)
    return {
        profile.organization_id: FreelancerFeatures(
            id=profile.organization_id,
            country=profile.organization.country,
            skills=existing[profile.organization_id],
            languages=languages[profile.organization_id],
            usual_price_minor=prices.get(profile.organization_id),
            hourly_minor=_in_reference(profile.rate, table),
            works=tuple(works[profile.organization_id]),
            completed=sum(work.accepted for work in works[profile.organization_id]),
            failed=sum(not work.accepted for work in works[profile.organization_id]),
            active_at=max(profile.updated_at, last_bid.get(profile.organization_id, profile.updated_at)),
            utc_hours=utc_hours(
                profile.organization.time_zone, range(profile.works_from_hour, profile.works_to_hour), now
            ),
            words=word_weights.bag(profile.bio, profile.source_language, name=profile.organization.display_name)
            if has_words
            else {},
        )
        for profile in profiles
    }


def utc_hours(zone: str, hours: range, now: datetime) -> frozenset[int]:
    """Return the hours of the UTC day in which a person in that time zone works, with today's offset."""
    offset = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return frozenset(int((hour - offset.total_seconds() / 3600) // 1) % 24 for hour in hours)


def payable_pairs(pairs: Iterable[tuple[str, str]], now: datetime) -> set[tuple[str, str]]:
    """Return the pairs (employer country, freelancer country) between which payments are possible and allowed."""
    return {pair for pair, decision in compliance.corridors(pairs, now.date()).items() if decision.is_open}


def organizations_sharing_people(organization_id: UUID) -> set[UUID]:
    """Return organizations with a common member; people are not recommended to themselves."""
    people = Membership.objects.filter(organization_id=organization_id).values("user_id")
    return set(Membership.objects.filter(user_id__in=people).values_list("organization_id", flat=True))


def related_of(skill_ids: Iterable[UUID]) -> dict[UUID, dict[UUID, int]]:
    return skills.related_skills(skill_ids)


def _languages(ids: list[UUID]) -> dict[UUID, dict[str, str]]:
    """Return the declared languages, or else the language a member uses on this site."""
    languages: dict[UUID, dict[str, str]] = defaultdict(dict)
    for owner, language, level in ProfileLanguage.objects.filter(profile__organization_id__in=ids).values_list(
        "profile__organization_id", "language", "level"
    ):
        languages[owner][language] = level
    silent = [owner for owner in ids if owner not in languages]
    for owner, language in Membership.objects.filter(organization_id__in=silent).values_list(
        "organization_id", "user__language"
    ):
        languages[owner].setdefault(language, "conversational")
    return languages


def _usual_prices(
    ids: list[UUID], now: datetime, table: rates.RateTable
) -> tuple[dict[UUID, int], dict[UUID, datetime]]:
    query: dict[UUID, list[int]] = defaultdict(list)
    last: dict[UUID, datetime] = {}
    bids = Bid.objects.filter(bidder_id__in=ids, submitted_at__gte=now - timedelta(days=BIDS_DAYS))
    for owner, amount, currency, moment in bids.values_list(
        "bidder_id", "binding_amount_minor", "binding_currency", "submitted_at"
    ):
        last[owner] = max(moment, last.get(owner, moment))
        price = _in_reference(Money(amount, currency), table)
        if price:
            query[owner].append(price)
    return {owner: int(statistics.median(prices)) for owner, prices in query.items()}, last


def _works(ids: list[UUID]) -> dict[UUID, list[PastWork]]:
    """Return funded contracts that ended, with the skills of their tasks; accepted means everything was paid."""
    ended = Contract.objects.filter(
        freelancer_id__in=ids, status__in=[*PAID_IN_FULL, *NOT_PAID_IN_FULL], ended_at__isnull=False
    ).exclude(shares_a_person("employer_id", "freelancer_id"))
    query: dict[UUID, list[UUID]] = defaultdict(list)
    contracts: dict[UUID, tuple[UUID, datetime, bool]] = {}
    for contract, owner, status, ended_at, skill_id in ended.order_by("id", "task__skills__id").values_list(
        "id", "freelancer_id", "status", "ended_at", "task__skills__skill_id"
    ):
        if ended_at is not None:
            contracts[contract] = (owner, ended_at, status in PAID_IN_FULL)
        if skill_id is not None:
            query[contract].append(skill_id)
    works: dict[UUID, list[PastWork]] = defaultdict(list)
    for contract, (owner, at, accepted) in contracts.items():
        works[owner].append(PastWork(tuple(query[contract]), at, accepted))
    return works


def _in_reference(amount: Money | None, table: rates.RateTable) -> int | None:
    if amount is None:
        return None
    converted = table.convert(amount, REFERENCE_CURRENCY)
    return converted.amount.amount_minor if converted else None


def candidate_index_database() -> str:
    """
    Return the name that a candidate index of this database must have; empty if the database has no name yet.

    It includes the database's OID, because a database restored under the same address has the same row but another OID.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, (SELECT oid FROM pg_database WHERE datname = current_database())"
            " FROM matching_candidateindexdatabase"
        )
        row = cursor.fetchone()
    return f"{row[0]}:{row[1]}" if row else ""


def next_request_for_update(now: datetime) -> MatchRequest | None:
    return next_due(MatchRequest.objects.all(), now=now, due="requested_at")
