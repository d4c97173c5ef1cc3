from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from apps.accounts.models import Organization
from apps.common.actors import Actor
from apps.common.ids import uuid7
from apps.skills.models import Category, Skill, SkillKind
from apps.tasks import operations
from apps.tasks.models import Task
from apps.tasks.rules import Brief


class MakeTasks:
    now: datetime
    count: int

    def employer(self, name: str = "", **fields: Any) -> Organization:
        raise NotImplementedError

    def actor(self, organization: Organization, role: str = "owner") -> Actor:
        raise NotImplementedError

    def skill(self, label: str = "Python") -> Skill:
        """A platform skill of its own, with one English label."""
        self.count += 1
        # `databases.empty_tables` removes it by its slug.
        skill = Skill.objects.create(slug=f"test-skill-{uuid7()}", kind=SkillKind.CORE)
        skill.labels.create(language="en", text=label, norm=label.lower(), is_preferred=True, source="test")
        return skill

    def brief(self, **fields: Any) -> Brief:
        category, _ = Category.objects.get_or_create(slug="translation", defaults={"name": "Translation"})
        day = timedelta(days=1)
        return Brief(
            **{
                "title": "Translate a tax guide",
                "category_id": category.id,
                "background": "We advise small exporters.",
                "goal": "A guide that Spanish readers understand.",
                "requirements": "Twelve pages, German to English.",
                "payment_terms": "One milestone on delivery.",
                "source_language": "en",
                "budget_min_minor": 90000,
                "currency": "EUR",
                "deadline_at": self.now + 30 * day,
                "deadline_time_zone": "Europe/Berlin",
                "bidding_closes_at": self.now + 7 * day,
                "decision_due_at": self.now + 14 * day,
                "criteria": ("All twelve pages are translated", "Terms follow the glossary"),
                "skill_ids": fields.pop("skill_ids", None) or (self.skill().id,),
            }
            | fields
        )

    def task(self, *, status: str = "open", employer: Organization | None = None, **fields: Any) -> Task:
        employer = employer or self.employer()
        actor = self.actor(employer)
        task = operations.start_draft(actor=actor, brief=self.brief(**fields), now=self.now)
        if status != "draft":
            task = operations.publish(task_id=task.id, actor=actor, now=self.now)
        if status == "deciding":
            task = operations.close_bidding(task_id=task.id, now=task.bidding_closes_at or self.now)
        elif status in ("cancelled", "closed"):
            verb = {"cancelled": operations.cancel, "closed": operations.close}[status]
            task = verb(task_id=task.id, actor=actor, now=self.now)
        elif status == "expired":
            task = operations.expire(task_id=task.id, now=task.decision_due_at or self.now)
        assert task.status == status
        return task
