import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.operations import profiles
from apps.matching.operations import matches
from apps.skills.models import Skill
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(make, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    react = Skill.objects.get(slug="react").id
    freelancer = make.freelancer("Ada")
    profiles.update_profile(
        organization_id=freelancer.id, actor=make.actor(freelancer), now=NOON, changes={}, skills={react: 4},
        languages={"en": "native"},
    )  # fmt: skip
    employer = make.employer("Werk")
    task = make.task(employer=employer, skill_ids=(react,))
    matches.match_task(task_id=task.id, now=NOON)
    return task, employer, freelancer


def owner(organization):
    return organization.memberships.get(role="owner").user


def test_the_formula_is_public(client):
    html = client.get(reverse("matching:how")).content.decode()
    assert "60 × skill + 25 × pay + 15 × growth" in " ".join(html.split())


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
    body = client.get("/api/v1/recommended-tasks/").json()
    assert body[0]["task_id"] == str(task.id)
    why = client.get(f"/api/v1/tasks/{task.id}/match/").json()
    assert sum(part["points"] for part in why["parts"]) == pytest.approx(why["score"], abs=1e-6)
    client.force_login(owner(employer))
    listed = client.get(f"/api/v1/tasks/{task.id}/recommended-freelancers/?limit=5").json()
    assert [item["display_name"] for item in listed] == ["Ada"]


CV = "Ada Doe\nFive years of React and PostgreSQL, customer service.\nSkills: photo retouching, bookkeping"


def test_skills_of_a_text_are_shown_with_their_words_and_added_when_ticked(client, make):
    freelancer = make.freelancer("Ada")
    client.force_login(owner(freelancer))
    url = reverse("matching:skills_from_text")
    react, postgres = (Skill.objects.get(slug=slug).id for slug in ("react", "postgresql"))

    html = client.post(url, {"text": CV, "language": "en"}).content.decode()

    assert f'value="{react}" checked' in " ".join(html.split())
    assert "<mark>PostgreSQL</mark>" in html
    assert not freelancer.profile.skills.exists()

    response = client.post(url, {"add": "1", "skills": [str(react), str(postgres), "no id", str(freelancer.id)]})
    assert response.status_code == 302
    assert {skill.skill_id for skill in freelancer.profile.skills.all()} == {react, postgres}


def test_skills_known_already_keep_their_level(client, make):
    freelancer = make.freelancer("Ada")
    react = Skill.objects.get(slug="react").id
    profiles.update_profile(
        organization_id=freelancer.id, actor=make.actor(freelancer), now=NOON, changes={}, skills={react: 4}
    )
    client.force_login(owner(freelancer))

    client.post(reverse("matching:skills_from_text"), {"add": "1", "skills": [str(react)]})

    assert [(skill.skill_id, skill.level) for skill in freelancer.profile.skills.all()] == [(react, 4)]


def test_an_uploaded_cv_is_read_and_a_broken_one_refused_in_words(client, make):
    client.force_login(owner(make.freelancer("Ada")))
    url = reverse("matching:skills_from_text")

    good = client.post(url, {"file": SimpleUploadedFile("cv.txt", CV.encode()), "language": "en"})
    assert "<mark>React</mark>" in good.content.decode()

    bad = client.post(url, {"file": SimpleUploadedFile("cv.pdf", b"%PDF-1.7 broken"), "language": "en"})
    assert bad.status_code == 422
    assert "cannot be read" in bad.content.decode()
    assert client.post(url, {"language": "en"}).status_code == 422


def test_a_hostile_text_is_shown_as_text(client, make):
    client.force_login(owner(make.freelancer("Ada")))
    html = client.post(
        reverse("matching:skills_from_text"), {"text": "<script>alert(1)</script> React", "language": "en"}
    ).content.decode()
    assert "<script>alert(1)" not in html
    assert "<mark>React</mark>" in html


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(reverse("matching:skills_from_text")).status_code == 302


def test_the_api_names_skills_in_the_language_of_the_request(client, make):
    client.force_login(owner(make.freelancer("Ada")))
    [first, *_] = client.post(
        "/api/v1/skills-from-text/", {"text": "平面设计", "language": "zh-hans"}, content_type="application/json",
        headers={"accept-language": "en"},
    ).json()  # fmt: skip
    assert first["label"] == "Graphic design"
    assert first["confidence"] >= 0.95
    assert (first["start"], first["end"]) == (0, 4)


ABOUT_OTHERS = ["this freelancer", "Speaks the language", "New here", "Not listed:", "Does not list"]


def test_ones_own_match_speaks_to_you(client, pair):
    task, _, freelancer = pair
    client.force_login(owner(freelancer))
    pages = [
        client.get(address).content.decode()
        for address in (
            reverse("matching:why", args=[task.id, freelancer.id]), reverse("matching:tasks"), task.get_absolute_url(),
            "/en/",
        )
    ]  # fmt: skip

    for page in pages:
        assert not [words for words in ABOUT_OTHERS if words in page]
    assert "You speak the language of the task." in pages[0]
    assert "You have no completed contract yet" in pages[0]
    assert "We know no price of yours" in pages[0] or "your rate" in pages[0] or "your usual price" in pages[0]


def test_the_employer_reads_of_the_freelancer_and_not_of_themselves(client, pair):
    task, employer, freelancer = pair
    client.force_login(owner(employer))

    page = client.get(reverse("matching:why", args=[task.id, freelancer.id])).content.decode()

    assert "Speaks the language of the task." in page
    assert "New here: no completed contract yet" in page
    assert "You speak" not in page and "You have no completed contract" not in page


def _without_tasks(client, make, slugs: list[str]) -> str:
    freelancer = make.freelancer("Ada")
    skills = {Skill.objects.get(slug=slug).id: 3 for slug in slugs}
    profiles.update_profile(
        organization_id=freelancer.id, actor=make.actor(freelancer), now=NOON, changes={}, skills=skills
    )
    client.force_login(owner(freelancer))
    return str(client.get("/en/").content.decode())


def test_who_lists_skills_is_not_told_to_add_some(client, make):
    page = _without_tasks(client, make, ["react", "postgresql", "python", "django"])

    assert "Tasks that suit your skills and languages appear here" in page
    assert "Add skills" not in page


def test_who_lists_no_skills_is_notified_to_add_some(client, make):
    page = _without_tasks(client, make, [])

    assert "Add skills and languages to your profile" in page
