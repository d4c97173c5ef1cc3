import pytest
from django.urls import reverse

from apps.skills.models import Skill

pytestmark = pytest.mark.django_db


def test_suggestions_keep_what_is_ticked(client):
    react = Skill.objects.get(slug="react").id
    url = reverse("skills:suggest")
    answer = client.get(
        url, {"name": "skills", "skills": str(react), "skills_text": "figma"}, headers={"HX-Request": "true"}
    )
    html = answer.content.decode()
    assert f'value="{react}" checked' in " ".join(html.split())
    assert str(Skill.objects.get(slug="figma").id) in html


def test_without_script_suggestions_are_a_page(client):
    answer = client.get(reverse("skills:suggest"), {"q": "市场"})
    assert answer.status_code == 200
    assert "Market research" in answer.content.decode()


def test_a_forged_field_name_is_not_echoed(client):
    answer = client.get(reverse("skills:suggest"), {"name": '"><b>', "q": "figma"}, headers={"HX-Request": "true"})
    assert "<b>" not in answer.content.decode()


def test_attribution_names_the_source_and_the_licence(client):
    html = client.get(reverse("skills:attribution")).content.decode()
    assert "ESCO" in html
    assert "creativecommons.org/licenses/by/4.0" in html


def test_api_finds_skills_and_lists_categories(client):
    body = client.get("/api/v1/skills/?q=شوبيفاي", headers={"Accept-Language": "zh-hans"}).json()
    assert body[0]["label"] == "Shopify"
    assert client.get("/api/v1/skills/").status_code == 400
    names = [item["name"] for item in client.get("/api/v1/categories/", headers={"Accept-Language": "zh-hans"}).json()]
    assert "市场调研" in names
