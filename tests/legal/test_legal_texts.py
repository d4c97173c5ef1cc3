"""Legal texts: published once, in force by their date, accepted by each person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts import policies
from apps.accounts.models import AccessEvent, User
from apps.common.actors import SYSTEM
from apps.legal import operations, queries, rules
from apps.legal.models import Consent, LegalKind, LegalText, LegalVersion
from apps.legal.operations import Wording
from tests.conftest import log_in

pytestmark = pytest.mark.django_db
HTML = {"Accept": "text/html"}


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def published(body="Be fair.", kind=LegalKind.TERMS, *, now=None, effective_at=None, **languages):
    wordings = {"en": Wording("Terms", body, "Shorter.")} | {
        language: Wording(f"Terms {language}", text) for language, text in languages.items()
    }
    now = now or timezone.now()
    return operations.publish(kind=kind, wordings=wordings, effective_at=effective_at, actor=SYSTEM, now=now)


def person(make) -> User:
    return make.freelancer().memberships.get(role="owner").user


def test_a_version_is_shown_in_the_readers_language_or_in_english(client):
    published("Be fair.", ar="كن منصفًا.")
    assert "كن منصفًا." in client.get("/ar/legal/terms/").content.decode()
    assert "Be fair." in client.get("/zh-hans/legal/terms/").content.decode()
    assert client.get("/en/legal/privacy/").status_code == 404
    assert client.get("/en/legal/nonsense/").status_code == 404


def test_a_text_has_headings_and_no_scripts(client):
    published("## Money\n\nBe fair.<script>alert(1)</script>")
    page = client.get("/en/legal/terms/").content.decode()
    assert "<h2>Money</h2>" in page and "alert(1)</script>" not in page


def test_changed_terms_need_notice_and_the_old_ones_hold_until_then(client):
    now = timezone.now()
    first = published("One.", now=now)
    with pytest.raises(operations.TooSoon):
        published("Two.", now=now, effective_at=now + rules.NOTICE - timedelta(seconds=1))
    second = published("Two.", now=now)
    assert (first.effective_at, second.effective_at) == (now, now + rules.NOTICE)
    assert queries.version_in_force(LegalKind.TERMS, now) == first
    assert queries.version_in_force(LegalKind.TERMS, now + rules.NOTICE) == second
    page = client.get("/en/legal/terms/").content.decode()
    assert "One." in page and second.get_absolute_url() in page
    assert "Two." in client.get(second.get_absolute_url()).content.decode()


def test_an_imprint_changes_at_once():
    now = timezone.now()
    published("A street", LegalKind.IMPRINT, now=now)
    assert published("Another street", LegalKind.IMPRINT, now=now).effective_at == now


def test_the_same_words_are_no_new_version():
    published("One.")
    with pytest.raises(operations.TextUnchanged):
        published("One.")
    assert LegalVersion.objects.count() == 1


def test_english_is_needed():
    with pytest.raises(operations.EnglishMissing):
        operations.publish(
            kind=LegalKind.TERMS, wordings={"ar": Wording("شروط", "كن منصفًا.")}, effective_at=None, actor=SYSTEM,
            now=timezone.now(),
        )  # fmt: skip


def test_published_texts_and_consents_never_change(make):
    version = published()
    operations.accept_at_signup(user=person(make), language="en", now=timezone.now())
    for rows in (LegalVersion.objects.filter(id=version.id), LegalText.objects.all(), Consent.objects.all()):
        assert rows.exists()
        for change in (
            lambda rows=rows: rows.update(created_at=timezone.now()),
            lambda rows=rows: rows._raw_delete("default"),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


def test_only_administrators_publish(client, make):
    address = reverse("legal:publish", args=["terms"])
    log_in(client, make.freelancer())
    assert client.get(address).status_code == 403
    moderator = make.staff_actor("moderator")
    with pytest.raises(policies.StaffRoleMissing):
        operations.publish(
            kind=LegalKind.TERMS, wordings={"en": Wording("T", "B")}, effective_at=None, actor=moderator,
            now=timezone.now(),
        )  # fmt: skip


def test_a_publication_is_in_the_access_log():
    published()
    event = AccessEvent.objects.get(action="legal.published")
    assert (event.details["kind"], event.details["number"]) == ("terms", 1)


# -- consent


def test_signing_up_records_what_was_accepted(client):
    published("One.")
    published("We keep little.", LegalKind.PRIVACY)
    published("A street", LegalKind.IMPRINT)
    page = client.get(reverse("account_signup")).content.decode()
    assert reverse("legal:current", args=["terms"]) in page
    client.post(
        reverse("account_signup"),
        {
            "display_name": "Nia", "email": "nia@example.org", "password1": "correct horse battery",
            "password2": "correct horse battery", "country": "NG", "purpose": "work",
        },
    )  # fmt: skip
    user = User.objects.get(email="nia@example.org")
    kinds = {consent.version.kind for consent in queries.consents_of(user.pk)}
    assert kinds == {"terms", "privacy"}
    assert user.terms_due_at is None


def test_everybody_is_asked_once_the_new_terms_hold_and_nothing_is_lost(client, make, outbox_drain, time_machine):
    now = timezone.now()
    user = person(make)
    published("One.", now=now)
    operations.accept_at_signup(user=user, language="en", now=now)
    published("Two.", now=now)
    outbox_drain(timezone.now())
    user.refresh_from_db()
    assert user.terms_due_at == now + rules.NOTICE
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    home = client.get("/en/", headers=HTML)
    assert home.status_code == 200 and reverse("legal:accept") in home.content.decode()

    time_machine.move_to(now + rules.NOTICE + timedelta(seconds=1), tick=False)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    redirect = client.get("/en/contracts/?page=2", headers=HTML)
    assert (
        redirect.status_code == 302 and redirect["Location"] == "/en/legal/accept/?next=%2Fen%2Fcontracts%2F%3Fpage%3D2"
    )
    assert client.get("/en/settings/", headers=HTML).status_code == 200
    assert client.get("/en/account-data/", headers=HTML).status_code == 200
    assert client.get("/api/v1/tasks/").status_code == 200
    page = client.get(redirect["Location"])
    (text,) = page.context["texts"]
    assert text.body == "Two."
    answer = client.post(reverse("legal:accept"), {"text": str(text.id), "next": page.context["next"]})
    assert answer["Location"] == "/en/contracts/?page=2"
    assert client.get("/en/contracts/", headers=HTML).status_code == 200
    assert Consent.objects.filter(user=user).count() == 2


def test_accepting_needs_all_that_is_in_force(make):
    user, now = person(make), timezone.now()
    terms = published("One.", now=now)
    privacy = published("Little.", LegalKind.PRIVACY, now=now)
    only = [queries.text_of(terms, "en").id]
    with pytest.raises(operations.TextsChanged):
        operations.accept(user=user, text_ids=only, now=now)
    both = [*only, queries.text_of(privacy, "en").id]
    for _time in range(2):
        operations.accept(user=user, text_ids=both, now=now)
    assert Consent.objects.filter(user=user).count() == 2


def test_another_site_is_no_next_page(client, make):
    published()
    log_in(client, make.freelancer())
    page = client.get(reverse("legal:accept"), {"next": "https://evil.example/"})
    assert page.context["next"] == "/en/"


# -- for operators


def test_texts_are_loaded_from_files_and_only_when_they_changed(tmp_path, capsys):
    (tmp_path / "terms.en.md").write_text("# Terms of use\n\nBe **fair**.\n")
    (tmp_path / "terms.ar.md").write_text("# شروط الاستخدام\n\nكن منصفًا.\n")
    (tmp_path / "imprint.en.md").write_text("# Legal notice\n\nA street\n")
    call_command("load_legal_texts", str(tmp_path))
    call_command("load_legal_texts", str(tmp_path))
    said = capsys.readouterr().out
    assert "terms: version 1" in said and "terms: unchanged" in said
    assert LegalVersion.objects.count() == 2
    assert Client().get("/en/legal/terms/").content.decode().count("<strong>fair</strong>") == 1


def test_the_api_returns_what_is_in_force(client):
    published("One.", ar="واحد.")
    (row,) = client.get("/api/v1/legal/", headers={"Accept-Language": "ar"}).json()
    assert (row["kind"], row["number"], row["body"], row["language"]) == ("terms", 1, "واحد.", "ar")
    assert row["sha256"] == rules.fingerprint(row["title"], row["body"])
