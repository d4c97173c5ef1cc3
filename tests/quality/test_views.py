"""Pages and endpoints: staff sees the queue, everybody the draws."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.quality import operations, rules
from apps.quality.models import Draw, Sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample(make) -> Sample:
    make.now = timezone.now() - timedelta(hours=1)
    operations.draw_samples(now=make.now - timedelta(hours=1))  # publishes the first seed
    make.milestone(status="delivered")
    operations.draw_samples(now=timezone.now())
    return Sample.objects.get()


def test_staff_finds_the_sample_on_the_board_and_judges_it(client, make, sample):
    client.force_login(make.staff())
    assert "/staff/quality/" in client.get("/en/staff/").content.decode()
    assert sample.get_absolute_url() in client.get("/en/staff/quality/").content.decode()
    page = client.post(sample.get_absolute_url(), {"result": "concern", "note": ""})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["note"])
    assert client.post(sample.get_absolute_url(), {"result": "fine"}).status_code == 302
    assert sample.get_absolute_url() not in client.get("/en/staff/quality/").content.decode()
    assert sample.get_absolute_url() in client.get("/en/staff/quality/?show=seen").content.decode()
    assert "looked at it" in client.get(sample.get_absolute_url()).content.decode()


def test_a_note_is_kept_if_a_colleague_was_faster(client, make, sample):
    client.force_login(make.staff())
    operations.judge(
        sample_id=sample.id, is_fine=True, note="", actor=make.staff_actor(), now=timezone.now()
    )  # fmt: skip
    page = client.post(sample.get_absolute_url(), {"result": "fine", "note": "Looks like a good translation"})
    assert page.status_code == 422
    assert "Looks like a good translation" in page.content.decode()


def test_others_do_not_see_the_queue(client, make, sample):
    client.force_login(sample.deliverable.submitted_by)
    for address in ("/en/staff/quality/", sample.get_absolute_url(), "/api/v1/quality/samples/"):
        assert client.get(address).status_code in (403, 404)
    assert client.post(f"/api/v1/quality/samples/{sample.id}/judge/", {"is_fine": True}).status_code in (403, 404)


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_every_page_opens_in_every_language(client, make, sample, language):
    client.force_login(make.staff())
    for address in ("staff/quality/", f"staff/quality/{sample.id}/", "transparency/quality/"):
        assert client.get(f"/{language}/{address}").status_code == 200


def test_anybody_can_repeat_a_draw_from_what_is_published(sample):
    client = APIClient()
    following, draw = client.get("/api/v1/quality/draws/").json()
    assert (following["is_drawn"], following["seed"]) == (False, "")
    assert Draw.objects.get(id=following["id"]).seed not in client.get("/en/transparency/quality/").content.decode()
    whole = client.get(f"/api/v1/quality/draws/{draw['id']}/").json()
    assert rules.commitment(whole["seed"]) == whole["seed_sha256"]
    assert rules.draw(whole["seed"], whole["population"], whole["before"]) == whole["chosen"]
    assert whole["chosen"] == [rules.key(sample.deliverable_id)]
    secret = client.get(f"/api/v1/quality/draws/{following['id']}/").json()
    assert (secret["seed"], secret["population"]) == ("", [])


def test_staff_reads_and_judges_by_api(client, make, sample):
    client.force_login(make.staff())
    [row] = client.get("/api/v1/quality/samples/").json()["results"]
    assert row["id"] == str(sample.id)
    answer = client.post(
        f"/api/v1/quality/samples/{sample.id}/judge/", {"is_fine": False, "note": "Blank pages"}, "application/json"
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "concern")
