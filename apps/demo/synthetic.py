"""
Synthetic tasks and freelancers for benchmarks, inserted in bulk without the operations. The same seed gives the same
rows.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.utils import timezone
from faker import Faker

from apps.accounts.models import Membership, Organization, Profile, ProfileLanguage, ProfileSkill, User
from apps.common import tokens
from apps.compliance.models import Country
from apps.skills.models import Category, Skill, SkillKind, SkillLabel
from apps.tasks.models import AcceptanceCriterion, Task, TaskSkill

BATCH = 2000
EMPLOYERS = 50
LOCALES = {"en": "en_US", "de": "de_DE", "zh-hans": "zh_CN", "ar": "ar_AA", "es": "es_ES", "fr": "fr_FR"}
TIME_ZONES = [
    "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Lagos", "Asia/Shanghai", "America/Bogota",
]  # fmt: skip


class SkillsMissing(Exception):
    """No skills have been imported."""


class Generator:
    """:raises SkillsMissing: if skills were not imported."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - not for secrets
        self.fakers = {code: Faker(locale) for code, locale in LOCALES.items()}
        for faker in self.fakers.values():
            faker.seed_instance(seed)
        self.skills = list(Skill.objects.filter(kind=SkillKind.CORE).order_by("slug").values_list("id", flat=True))
        if not self.skills:
            raise SkillsMissing
        # A few skills are required by nearly every task, most by few: a Zipf-like weight.
        self.weights = [1 / (rank + 3) for rank in range(len(self.skills))]
        labels = SkillLabel.objects.filter(skill_id__in=self.skills, language="en", is_preferred=True)
        self.labels = dict(labels.values_list("skill_id", "text"))
        self.countries = list(
            Country.objects.exclude(payout_currencies=[]).order_by("code").values_list("code", flat=True)
        )
        self.suffix = timezone.now().strftime("%y%m%d%H%M%S")

    def add_freelancers(self, count: int) -> None:
        for batch in _batches(count):
            rows: dict[type[Model], list[Any]] = {
                model: [] for model in (User, Organization, Membership, Profile, ProfileSkill, ProfileLanguage)
            }
            for number in batch:
                for row in self._freelancer(number):
                    rows[type(row)].append(row)
            _insert(rows)

    def _freelancer(self, number: int) -> Iterator[Model]:
        language = self.random.choice(list(LOCALES))
        name = self.fakers[language].name()[:80]
        user = User(email=f"synthetic-{self.suffix}-{number}@example.org", display_name=name, language="en")
        user.set_unusable_password()
        organization = Organization(
            display_name=name,
            handle=f"s-{self.suffix}-{number}",
            country=self.random.choice(self.countries),
            currency="EUR",
            time_zone=self.random.choice(TIME_ZONES),
            works=True,
        )
        profile = Profile(
            organization=organization,
            headline=", ".join(self.labels[skill] for skill in self._draw_skills(3))[:120],
            source_language=language,
            rate_amount_minor=self.random.randint(8, 120) * 100,
            rate_currency="EUR",
        )
        yield from (user, organization, Membership(user=user, organization=organization, role="owner"), profile)
        for skill_id in self._distinct_skills(14):
            yield ProfileSkill(profile=profile, skill_id=skill_id, level=self.random.randint(1, 4))
        for code in sorted({language, "en"}):
            yield ProfileLanguage(profile=profile, language=code, level="fluent")

    def add_tasks(self, count: int) -> None:
        employers = self._add_employers()
        categories = list(Category.objects.order_by("position"))
        now = timezone.now()
        for batch in _batches(count):
            rows: dict[type[Model], list[Any]] = {model: [] for model in (Task, TaskSkill, AcceptanceCriterion)}
            for _number in batch:
                skills = self._distinct_skills(6)
                task = self._task(self.random.choice(employers), self.random.choice(categories), skills, now)
                rows[Task].append(task)
                rows[TaskSkill] += [TaskSkill(task=task, skill_id=skill_id) for skill_id in skills]
                rows[AcceptanceCriterion].append(AcceptanceCriterion(task=task, position=1, text=task.goal[:200]))
            _insert(rows)

    def _task(self, employer: Membership, category: Category, skills: list[UUID], now: Any) -> Task:
        language = self.random.choice(list(LOCALES))
        faker = self.fakers[language]
        title = f"{self.labels[skills[0]]}: {faker.sentence(nb_words=5)}"[:140]
        goal = faker.paragraph(nb_sentences=3)
        amount_minor = self.random.randint(50, 9000) * 100
        return Task(
            employer_id=employer.organization_id,
            posted_by_id=employer.user_id,
            status="open",
            title=title,
            goal=goal,
            category=category,
            requirements=faker.paragraph(nb_sentences=4),
            source_language=language,
            budget_min_minor=amount_minor,
            budget_max_minor=amount_minor,
            currency="EUR",
            budget_reference_minor=amount_minor,
            published_at=now - timedelta(minutes=self.random.randint(0, 60 * 24 * 25)),
            bidding_closes_at=now + timedelta(days=20),
            decision_due_at=now + timedelta(days=30),
            deadline_at=now + timedelta(days=60),
            search_vector=tokens.vector(
                {
                    "A": tokens.index_tokens(title, language),
                    "B": tokens.index_tokens(" ".join(self.labels[skill] for skill in skills), "en"),
                    "C": tokens.index_tokens(goal, language),
                }
            ),
        )

    def _add_employers(self) -> list[Membership]:
        rows: dict[type[Model], list[Any]] = {User: [], Organization: [], Membership: []}
        for number in range(EMPLOYERS):
            user = User(email=f"synthetic-employer-{self.suffix}-{number}@example.org", display_name="Synthetic")
            organization = Organization(
                kind="company",
                display_name=f"Synthetic {number}",
                handle=f"se-{self.suffix}-{number}",
                country="DE",
                currency="EUR",
                time_zone="Europe/Berlin",
                hires=True,
            )
            rows[User].append(user)
            rows[Organization].append(organization)
            rows[Membership].append(Membership(user=user, organization=organization, role="owner"))
        _insert(rows)
        return rows[Membership]

    def _draw_skills(self, count: int) -> list[UUID]:
        return self.random.choices(self.skills, self.weights, k=count)

    def _distinct_skills(self, count_max: int) -> list[UUID]:
        return list(dict.fromkeys(self._draw_skills(self.random.randint(2, count_max))))


def analyze() -> None:
    """Update the planner's statistics."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_task, tasks_taskskill, accounts_profile, accounts_profileskill")


def _batches(count: int) -> Iterator[range]:
    for start in range(0, count, BATCH):
        yield range(start, min(start + BATCH, count))


def _insert(rows: dict[type[Model], list[Any]]) -> None:
    for model, instances in rows.items():
        model._default_manager.bulk_create(instances)
