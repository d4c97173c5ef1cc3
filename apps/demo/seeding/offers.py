"""An offer to one person, and the templates of an employer."""

from __future__ import annotations

from apps.contracts import terms
from apps.contracts.operations import direct_offers
from apps.demo.seeding.participants import Participants
from apps.demo.steps import days, owner_of
from apps.skills import queries as skills
from apps.tasks import templates
from apps.tasks.models import Task
from apps.tasks.rules import Brief

REQUIREMENTS = (
    "React on top of our own API, usable on a phone in bright sunlight. The map comes first: one colour per field, a "
    "tap opens the last seven days. We bring the API, a year of readings from three farms and a style guide; you bring "
    "layout, code and tests. Two growers try it in the field before we accept, and each of them gets three questions "
    "and ten seconds for each answer."
)


def add_all(participants: Participants) -> None:
    employer = participants.employers["sam"]
    category = skills.category("web-and-app", "en")
    assert category is not None
    direct_offers.offer_directly(
        freelancer_id=participants.freelancers["amara"].id,
        brief=Brief(
            title="Field map for the spring release",
            category_id=category.id,
            goal="Farmers see at a glance which field needs water.",
            requirements=REQUIREMENTS,
            source_language="en",
            currency="USD",
        ),
        draft=terms.Draft(
            steps=(
                terms.Wanted(None, "Layout of the main pages", 600_00, days=7),
                terms.Wanted(None, "Working dashboard", 1_400_00, days=14),
            ),
            criteria=("Every field shows its last reading", "The page loads within two seconds on a slow line"),
            revisions=2,
        ),
        message="Your shop dashboards convinced us. Could you begin this month?",
        actor=owner_of(employer),
        now=participants.now - days(0.5),
    )
    for employer in participants.employers.values():
        task = Task.objects.filter(employer=employer).order_by("created_at", "id").first()
        if task is not None:
            templates.save_template(
                task_id=task.id, name=task.title[:60], actor=owner_of(employer), now=participants.now
            )
