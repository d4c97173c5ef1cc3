"""The page that shows every component: in the demo only, and whole."""

import re

import pytest
from django.conf import settings as project

TEMPLATES = project.BASE_DIR / "templates"
pytestmark = pytest.mark.django_db


def test_the_demo_shows_every_component(client, settings):
    settings.TRADEWIND_ENV = "demo"

    answer = client.get("/en/components/")

    assert answer.status_code == 200
    sources = [TEMPLATES / "dashboard/components.html", *(TEMPLATES / "dashboard/components").glob("*.html")]
    shown = set(re.findall(r"<c-([\w-]+)", "".join(path.read_text() for path in sources)))
    assert {path.stem.replace("_", "-") for path in (TEMPLATES / "cotton").glob("*.html")} <= shown


@pytest.mark.parametrize("language", ["zh-hans", "ar"])
def test_it_opens_in_every_language(client, settings, language):
    settings.TRADEWIND_ENV = "demo"

    assert client.get(f"/{language}/components/").status_code == 200


def test_the_footer_of_the_demo_leads_there(client, settings):
    def footer():
        return client.get("/en/help/").content.decode().split("<footer")[1]

    settings.TRADEWIND_ENV = "demo"
    assert 'href="/en/components/"' in footer()
    settings.TRADEWIND_ENV = "production"
    assert 'href="/en/components/"' not in footer()


@pytest.mark.parametrize("environment", ["production", "test"])
def test_elsewhere_there_is_no_such_page(client, settings, environment):
    settings.TRADEWIND_ENV = environment

    assert client.get("/en/components/").status_code == 404


def test_development_shows_it_too(client, settings):
    settings.DEBUG = True

    assert client.get("/en/components/").status_code == 200
