import pytest
from django.urls import reverse

from apps.skills.models import Category, Skill

pytestmark = pytest.mark.django_db


def test_staff_edit_categories_in_every_language_and_find_skills(admin_client):
    html = admin_client.get(reverse("admin:skills_category_changelist")).content.decode()
    assert "translation" in html
    category = Category.objects.get(slug="design")
    html = admin_client.get(reverse("admin:skills_category_change", args=[category.id])).content.decode()
    assert 'name="name_zh_hans"' in html
    assert 'name="name_ar"' in html
    assert "react" in admin_client.get(reverse("admin:skills_skill_changelist"), {"q": "رياكت"}).content.decode()
    react = Skill.objects.get(slug="react")
    assert admin_client.get(reverse("admin:skills_skill_change", args=[react.id])).status_code == 200
