"""Many synthetic tasks and freelancers for benches: rows in bulk, past the operations, never in production."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from faker import Faker

from apps.accounts.models import Membership, Organization, Profile, ProfileLanguage, ProfileSkill, User
from apps.common import tokens
from apps.compliance.models import Country
from apps.dashboard.management.guard import refuse_where_others_are
from apps.skills.models import Category, Skill, SkillKind, SkillLabel
from apps.tasks.models import AcceptanceCriterion, Task, TaskSkill

BATCH = 2000
LOCALES = {"en": "en_US", "de": "de_DE", "zh-hans": "zh_CN", "ar": "ar_AA", "es": "es_ES", "fr": "fr_FR"}
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Lagos", "Asia/Shanghai", "America/Bogota"]


class Command(BaseCommand):
    help = "Synthetic tasks and freelancers for benches. The same --seed makes the same rows, ids and moments apart."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tasks", type=int, default=100_000)
        parser.add_argument("--freelancers", type=int, default=100_000)
        parser.add_argument("--seed", type=int, default=7)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_others_are()
        self.dice = random.Random(options["seed"])  # noqa: S311 - not for secrets
        self.fakers = {code: Faker(locale) for code, locale in LOCALES.items()}
        for faker in self.fakers.values():
            faker.seed_instance(options["seed"])
        core = list(Skill.objects.filter(kind=SkillKind.CORE).order_by("slug").values_list("id", flat=True))
        if not core:
            raise CommandError("There are no skills yet: run import_skills first.")
        # A few skills are asked for by nearly everybody, most by few: a Zipf-like weight.
        self.skills, self.weights = core, [1 / (rank + 3) for rank in range(len(core))]
        labels = SkillLabel.objects.filter(skill_id__in=core, language="en", is_preferred=True)
        self.words = dict(labels.values_list("skill_id", "text"))
        self.countries = list(
            Country.objects.exclude(payout_currencies=[]).order_by("code").values_list("code", flat=True)
        )
        began = time.monotonic()
        people = self._freelancers(options["freelancers"])
        posted = self._tasks(options["tasks"])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE tasks_task, tasks_taskskill, accounts_profile, accounts_profileskill")
        self.stdout.write(
            json.dumps({"freelancers": people, "tasks": posted, "seconds": round(time.monotonic() - began, 1)})
        )

    def _batches(self, total: int) -> Iterator[range]:
        for start in range(0, total, BATCH):
            yield range(start, min(start + BATCH, total))

    def _some_skills(self, most: int) -> list[Any]:
        count = self.dice.randint(2, most)
        return list(dict.fromkeys(self.dice.choices(self.skills, self.weights, k=count)))

    def _freelancers(self, total: int) -> int:
        mark = timezone.now().strftime("%y%m%d%H%M%S")
        for batch in self._batches(total):
            users, organizations, memberships, profiles, skills, languages = [], [], [], [], [], []
            for number in batch:
                language = self.dice.choice(list(LOCALES))
                name = self.fakers[language].name()[:80]
                user = User(email=f"synthetic-{mark}-{number}@example.org", display_name=name, language="en")
                user.set_unusable_password()
                organization = Organization(
                    display_name=name, handle=f"s-{mark}-{number}", country=self.dice.choice(self.countries),
                    currency="EUR", time_zone=self.dice.choice(ZONES), works=True,
                )  # fmt: skip
                profile = Profile(
                    organization=organization, headline=self._words(3), source_language=language,
                    rate_amount_minor=self.dice.randint(8, 120) * 100, rate_currency="EUR",
                )  # fmt: skip
                users.append(user)
                organizations.append(organization)
                memberships.append(Membership(user=user, organization=organization, role="owner"))
                profiles.append(profile)
                skills += [
                    ProfileSkill(profile=profile, skill_id=one, level=self.dice.randint(1, 4))
                    for one in self._some_skills(14)
                ]
                languages += [
                    ProfileLanguage(profile=profile, language=code, level="fluent") for code in {language, "en"}
                ]
            for model, rows in (
                (User, users), (Organization, organizations), (Membership, memberships), (Profile, profiles),
                (ProfileSkill, skills), (ProfileLanguage, languages),
            ):  # fmt: skip
                model._default_manager.bulk_create(rows)  # type: ignore[arg-type]
        return total

    def _words(self, count: int) -> str:
        return ", ".join(self.words[one] for one in self.dice.choices(self.skills, self.weights, k=count))[:120]

    def _tasks(self, total: int) -> int:
        employers = self._employers()
        categories = list(Category.objects.order_by("position"))
        now = timezone.now()
        for batch in self._batches(total):
            tasks, skills, criteria = [], [], []
            for _number in batch:
                language = self.dice.choice(list(LOCALES))
                faker = self.fakers[language]
                published = now - timedelta(minutes=self.dice.randint(0, 60 * 24 * 25))
                chosen = self._some_skills(6)
                title = f"{self.words[chosen[0]]}: {faker.sentence(nb_words=5)}"[:140]
                goal = faker.paragraph(nb_sentences=3)
                amount = self.dice.randint(50, 9000) * 100
                employer = self.dice.choice(employers)
                task = Task(
                    employer=employer, posted_by_id=employer.owner_id, status="open", title=title, goal=goal,  # type: ignore[attr-defined]
                    category=self.dice.choice(categories), requirements=faker.paragraph(nb_sentences=4),
                    source_language=language, budget_min_minor=amount, budget_max_minor=amount, currency="EUR",
                    budget_reference_minor=amount, published_at=published, bidding_closes_at=now + timedelta(days=20),
                    decision_due_at=now + timedelta(days=30), deadline_at=now + timedelta(days=60),
                    search_vector=tokens.vector({
                        "A": tokens.index_tokens(title, language),
                        "B": tokens.index_tokens(" ".join(self.words[one] for one in chosen), "en"),
                        "C": tokens.index_tokens(goal, language),
                    }),
                )  # fmt: skip
                tasks.append(task)
                skills += [TaskSkill(task=task, skill_id=one) for one in chosen]
                criteria.append(AcceptanceCriterion(task=task, position=1, text=goal[:200]))
            Task.objects.bulk_create(tasks)
            TaskSkill.objects.bulk_create(skills)
            AcceptanceCriterion.objects.bulk_create(criteria)
        return total

    def _employers(self) -> list[Organization]:
        mark = timezone.now().strftime("%y%m%d%H%M%S")
        found = []
        for number in range(50):
            user = User.objects.create(
                email=f"synthetic-employer-{mark}-{number}@example.org", display_name="Synthetic"
            )
            organization = Organization.objects.create(
                kind="company", display_name=f"Synthetic {number}", handle=f"se-{mark}-{number}", country="DE",
                currency="EUR", time_zone="Europe/Berlin", hires=True,
            )  # fmt: skip
            Membership.objects.create(user=user, organization=organization, role="owner")
            organization.owner_id = user.id  # type: ignore[attr-defined]
            found.append(organization)
        return found
