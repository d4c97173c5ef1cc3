"""
Synthetic tasks and freelancers for benchmarks, copied into the tables without the operations. The same seed gives the
same rows. Texts come from a few hundred per language, because a million of their own would take hours to write.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import AutoField, Field, Model
from django.utils import timezone
from faker import Faker

from apps.accounts.models import Membership, Organization, Profile, ProfileLanguage, ProfileSkill, User
from apps.accounts.queries.people import facet_tokens
from apps.common import tokens
from apps.compliance.models import Country
from apps.skills.models import Category, Skill, SkillKind, SkillLabel
from apps.skills.rules import CATEGORY, SKILL, concept
from apps.tasks.models import AcceptanceCriterion, Task, TaskSkill

BATCH = 2000
EMPLOYERS = 50
LOCALES = {"en": "en_US", "de": "de_DE", "zh-hans": "zh_CN", "ar": "ar_AA", "es": "es_ES", "fr": "fr_FR"}
TIME_ZONES = [
    "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Lagos", "Asia/Shanghai", "America/Bogota",
]  # fmt: skip


TEXTS_PER_LANGUAGE = 300


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its words for search."""

    text: str
    words: list[str]


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language from which tasks and names are drawn."""

    names: list[str]
    openings: list[Text]
    goals: list[Text]
    requirements: list[str]


class SkillsMissing(Exception):
    """No skills have been imported."""


class Generator:
    """:raises SkillsMissing: if skills were not imported."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - not for secrets
        self.texts = {code: _texts(code, locale, seed) for code, locale in LOCALES.items()}
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
        self.label_words = {skill: tokens.index_tokens(label, "en") for skill, label in self.labels.items()}
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
        name = self.random.choice(self.texts[language].names)
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
        user.last_organization = organization
        profile = Profile(
            organization=organization,
            headline=", ".join(self.labels[skill] for skill in self._draw_skills(3))[:120],
            source_language=language,
            rate_amount_minor=self.random.randint(8, 120) * 100,
            rate_currency="EUR",
        )
        yield from (user, organization, Membership(user=user, organization=organization, role="owner"), profile)
        skills, codes = self._distinct_skills(14), sorted({language, "en"})
        profile.search_vector = tokens.vector_text(
            {
                "A": tokens.index_tokens(f"{name} {profile.headline}", "en"),
                "B": [concept(SKILL, skill_id) for skill_id in skills],
                "D": facet_tokens(profile, dict.fromkeys(codes, "fluent")),
            }
        )
        for skill_id in skills:
            yield ProfileSkill(profile=profile, skill_id=skill_id, level=self.random.randint(1, 4))
        for code in codes:
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
        texts = self.texts[language]
        opening, goal = self.random.choice(texts.openings), self.random.choice(texts.goals)
        concepts = [*(concept(SKILL, skill) for skill in skills), concept(CATEGORY, category.id)]
        amount_minor = self.random.randint(50, 9000) * 100
        return Task(
            employer_id=employer.organization_id,
            posted_by_id=employer.user_id,
            status="open",
            title=f"{self.labels[skills[0]]}: {opening.text}"[:140],
            goal=goal.text,
            category=category,
            requirements=self.random.choice(texts.requirements),
            source_language=language,
            budget_min_minor=amount_minor,
            budget_max_minor=amount_minor,
            currency="EUR",
            budget_reference_minor=amount_minor,
            published_at=now - timedelta(minutes=self.random.randint(0, 60 * 24 * 25)),
            bidding_closes_at=now + timedelta(days=20),
            decision_due_at=now + timedelta(days=30),
            deadline_at=now + timedelta(days=60),
            search_vector=tokens.vector_text(
                {"A": [*self.label_words[skills[0]], *opening.words], "B": concepts, "C": goal.words}
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
            user.last_organization = organization
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


def _texts(code: str, locale: str, seed: int) -> Texts:
    faker = Faker(locale)
    faker.seed_instance(seed)

    def with_words(text: str) -> Text:
        return Text(text, tokens.index_tokens(text, code))

    numbers = range(TEXTS_PER_LANGUAGE)
    return Texts(
        names=[faker.name()[:80] for _ in numbers],
        openings=[with_words(faker.sentence(nb_words=5)) for _ in numbers],
        goals=[with_words(faker.paragraph(nb_sentences=3)) for _ in numbers],
        requirements=[faker.paragraph(nb_sentences=4) for _ in numbers],
    )


@transaction.atomic  # users and organizations name each other: foreign keys are checked at the end
def _insert(rows: dict[type[Model], list[Any]]) -> None:
    """COPY: several times faster than INSERT."""
    for model, instances in rows.items():
        if not instances:
            continue
        fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
        lines = io.StringIO()
        for instance in instances:
            lines.write("\t".join(_column(_value_of(field, instance)) for field in fields) + "\n")
        lines.seek(0)
        columns = ", ".join(f'"{field.column}"' for field in fields)
        with connection.cursor() as cursor:
            cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', lines)


def _value_of(field: Field[Any, Any], instance: Model) -> Any:
    """The field's value; an array in PostgreSQL's notation."""
    value = field.pre_save(instance, True)
    if not isinstance(field, ArrayField):
        return value
    return "{" + ",".join(json.dumps(str(item)) for item in value) + "}"


def _column(value: Any) -> str:
    """In COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    text = json.dumps(value) if isinstance(value, dict | list) else str(value)
    return text.translate(_ESCAPES)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
