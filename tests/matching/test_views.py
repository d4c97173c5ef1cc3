import pytest
from django.urls import reverse

from apps.accounts import operations as accounts
from apps.matching import operations
from apps.skills.models import Skill
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(make, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    react = Skill.objects.get(slug="react").id
    freelancer = make.freelancer("Ada")
    accounts.update_profile(
        organization_id=freelancer.id, actor=make.actor(freelancer), now=NOON, changes={}, skills={react: 4},
        languages={"en": "native"},
    )  # fmt: skip
    employer = make.employer("Werk")
    task = make.task(employer=employer, skill_ids=(react,))
    operations._kept.clear()
    operations.match_task(task_id=task.id, now=NOON)
    return task, employer, freelancer


def owner(organization):
    return organization.memberships.get(role="owner").user


def test_the_formula_is_public(client):
    html = client.get(reverse("matching:how")).content.decode()
    assert "60 × skill + 25 × pay + 15 × growth" in html


def test_a_freelancer_sees_recommended_tasks_with_reasons(client, pair):
    task, _, freelancer = pair
    client.force_login(owner(freelancer))
    html = client.get(reverse("matching:tasks")).content.decode()
    assert task.title in html
    assert "How the score adds up" in html


def test_only_the_employer_sees_who_is_recommended(client, pair, make):
    task, employer, freelancer = pair
    url = reverse("matching:freelancers", args=[task.id])
    client.force_login(owner(employer))
    assert "Ada" in client.get(url).content.decode()
    client.force_login(owner(freelancer))
    assert client.get(url).status_code == 404
    assert client.get(f"/api/v1/tasks/{task.id}/recommended-freelancers/").status_code == 404


def test_nobody_else_compares(client, pair, make):
    task, _, freelancer = pair
    client.force_login(owner(make.freelancer("Curious")))
    assert client.get(reverse("matching:why", args=[task.id, freelancer.id])).status_code == 404
    assert client.get(f"/api/v1/tasks/{task.id}/match/").status_code == 404


def test_api_gives_parts_that_sum(client, pair):
    task, employer, freelancer = pair
    client.force_login(owner(freelancer))
    found = client.get("/api/v1/recommended-tasks/").json()
    assert found[0]["task_id"] == str(task.id)
    why = client.get(f"/api/v1/tasks/{task.id}/match/").json()
    assert sum(part["points"] for part in why["parts"]) == pytest.approx(why["score"], abs=1e-6)
    client.force_login(owner(employer))
    listed = client.get(f"/api/v1/tasks/{task.id}/recommended-freelancers/?limit=5").json()
    assert [one["display_name"] for one in listed] == ["Ada"]
