"""The page that shows every component: not in production, and whole."""

import re

import pytest
from django.conf import settings as project

TEMPLATES = project.BASE_DIR / "templates"
pytestmark = pytest.mark.django_db


def test_it_shows_every_component(client):
    answer = client.get("/en/components/")

    assert answer.status_code == 200
    sources = [TEMPLATES / "demo/components.html", *(TEMPLATES / "demo/components").glob("*.html")]
    shown = set(re.findall(r"<c-([\w-]+)", "".join(path.read_text() for path in sources)))
    assert {path.stem.replace("_", "-") for path in (TEMPLATES / "cotton").glob("*.html")} <= shown


@pytest.mark.parametrize("language", ["zh-hans", "ar"])
def test_it_opens_in_every_language(client, language):
    assert client.get(f"/{language}/components/").status_code == 200


def test_the_footer_of_the_demo_leads_there(client, settings):
    def footer():
        return client.get("/en/help/").content.decode().split("<footer")[1]

    settings.TRADEWIND_ENV = "demo"
    assert 'href="/en/components/"' in footer()
    settings.TRADEWIND_ENV = "production"
    assert 'href="/en/components/"' not in footer()
