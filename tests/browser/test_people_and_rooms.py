"""Pages about people, messages, reviews and moderation in a real browser: by axe, by width, and without JavaScript."""

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from apps.accounts.models import User
from apps.accounts.operations import profiles
from apps.messaging import operations as messaging
from apps.moderation import operations as moderation
from tests.make.agreed import ended_contract

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# The last looks again at what the others show together: `make test-full`.
SCREENS = [("en", "light", 1280), ("ar", "dark", 390), ("zh-hans", "light", 320),
           pytest.param("en", "dark", 390, marks=pytest.mark.full)]  # fmt: skip


def _path(name: str, *args: object) -> str:
    with translation.override("en"):
        return reverse(name, args=args).removeprefix("/en")


@pytest.fixture
def amara(make):
    make.now = timezone.now()
    own = make.freelancer("Amara Okafor")
    profiles.update_profile(
        organization_id=own.id,
        actor=make.actor(own),
        now=make.now,
        changes={"headline": "Photo retouching", "bio": "Ten **years**.\n\n- one\n- two"},
        languages={"en": "native", "de": "fluent"},
    )
    return own


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_public_pages_are_accessible(visitor, amara, language, theme, width):
    visitor = visitor(language=language, theme=theme, width=width)
    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/people/",
                 f"/people/{amara.handle}/", f"/reviews/of/{amara.id}/"):  # fmt: skip
        visitor.open(path)
        visitor.check()


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS[:2])
def test_own_pages_are_accessible(visitor, amara, language, theme, width):
    visitor = visitor(amara.memberships.get().user, language=language, theme=theme, width=width)
    for path in ("/welcome/", "/settings/", "/settings/profile/", "/settings/profile/skills/", "/settings/keys/",
                 "/settings/profile/languages/", "/organizations/", f"/organizations/{amara.id}/", "/accounts/2fa/",
                 "/accounts/email/", "/accounts/sessions/", "/reviews/", "/messages/", "/statements/"):  # fmt: skip
        visitor.open(path)
        visitor.check()


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS[:2])
def test_rooms_and_the_queue_are_accessible(visitor, make, language, theme, width):
    make.now = timezone.now()
    contract = ended_contract(make)
    messaging.send(
        contract_id=contract.id, text="Hallo", source_language="de", actor=make.actor(contract.employer), now=make.now
    )
    profile = make.freelancer("Suspect").profile
    report = moderation.report(
        subject_type="profile", subject_id=profile.id, reason="spam", text="Look", source_language="en",
        actor=make.actor(contract.employer), now=make.now,
    )  # fmt: skip
    party = visitor(
        User.objects.get(id=make.actor(contract.freelancer).user_id), language=language, theme=theme, width=width
    )
    for path in (_path("messaging:thread", contract.id), "/messages/", _path("reviews:new", contract.id),
                 _path("moderation:report", "profile", profile.id)):  # fmt: skip
        party.open(path)
        party.check()
    staff = visitor(make.staff(), language=language, theme=theme, width=width)
    for path in ("/moderation/", "/moderation/audit/"):
        staff.open(path)
        staff.check()
    statement = moderation.decide(
        report_id=report.id, decision="take_down", ground="spam", facts="Advertising", actor=make.staff_actor(),
        now=make.now,
    )  # fmt: skip
    assert statement is not None
    affected = visitor(profile.organization.memberships.get().user, language=language, theme=theme, width=width)
    affected.open(_path("moderation:statement", statement.id))
    affected.check()
    affected.page.locator("[name=text]").fill("It is my portfolio")
    affected.page.locator("main form button").click()
    affected.page.get_by_text("It is my portfolio").wait_for()
    staff.open("/moderation/objections/")
    staff.check()


def test_messages_are_sent_without_reloading(visitor, make):
    make.now = timezone.now()
    contract = ended_contract(make)
    visitor = visitor(User.objects.get(id=make.actor(contract.freelancer).user_id))
    page = visitor.open(_path("messaging:thread", contract.id))
    page.evaluate("window.kept = 1")
    page.locator("#id_text").fill("Good morning")
    page.keyboard.press("Control+Enter")
    page.locator(".bubble-own").get_by_text("Good morning").wait_for()

    assert page.evaluate("window.kept") == 1
    visitor.check()


def test_the_queue_is_walked_by_keys(visitor, make, amara):
    for name in ("One", "Two"):
        moderation.report(
            subject_type="profile", subject_id=make.freelancer(name).profile.id, reason="spam", text="",
            source_language="en", actor=make.actor(amara), now=make.now,
        )  # fmt: skip
    page = visitor(make.staff()).open("/moderation/")
    heading = page.locator(".card-title").first
    assert heading.inner_text() == "One"
    page.keyboard.press("j")
    page.wait_for_url("**case=**")
    assert heading.inner_text() == "Two"
    page.keyboard.press("k")
    page.get_by_role("heading", name="One").wait_for()


def test_people_are_filtered_without_reloading_and_without_javascript(visitor, make, amara):
    make.freelancer("Li Wei", country="CN", currency="CNY")
    with_script = visitor()
    page = with_script.open("/people/")
    page.locator("summary", has_text="Country").click()
    page.get_by_label("China").check()
    page.wait_for_url("**country=CN**")
    page.get_by_role("link", name="Amara").wait_for(state="detached")

    plain = visitor(javascript=False).open("/people/?country=CN")
    assert plain.locator("article").count() == 1


def test_the_language_and_the_theme_are_switched(visitor, amara):
    visitor = visitor()
    page = visitor.open("/people/")
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator("header summary", has_text="Language").click()
    page.locator("header button[lang=ar]").click()
    page.wait_for_url("**/ar/people/")
    assert page.evaluate("[document.documentElement.dir, document.documentElement.dataset.theme].join()") == "rtl,dark"


def test_sign_up_works_without_javascript(visitor, transactional_db):
    page = visitor(javascript=False, width=390).open("/accounts/signup/")
    page.get_by_label("Your name").fill("Amara Okafor")
    page.get_by_label("E-mail address").fill("amara@example.org")
    page.get_by_label("Password", exact=True).fill("violet river lamp")
    page.get_by_label("Password again").fill("violet river lamp")
    page.get_by_label("Country").select_option("NG")
    page.get_by_label("Find work").check()
    page.get_by_role("button", name="Create account").click()

    page.wait_for_url("**/confirm-email/**")
    assert User.objects.filter(email="amara@example.org").exists()
