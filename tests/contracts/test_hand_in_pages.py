"""Checks before a delivery: the review step loses nothing, and both sides see what it said."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.contracts.models import ContractCriterion, Deliverable, Milestone
from apps.files.models import StoredFile
from tests.contracts.test_views import as_, typed  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


@pytest.fixture
def milestone(make) -> Milestone:
    milestone = make.milestone(status="funded")
    first, second = milestone.contract.criteria.order_by("position")
    ContractCriterion.objects.filter(id=first.id).update(text="A text of at least 500 words")
    ContractCriterion.objects.filter(id=second.id).update(text="Looks good")
    return milestone


def text(words: int, name="guide.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"word " * words, content_type="text/plain")


def deliver_address(milestone) -> str:
    return f"/en/milestones/{milestone.id}/deliver/"


def hidden_values(page) -> dict:
    """What the browser sends again from the review page."""
    form = page.context["form"]
    return {field.html_name: field.value() or "" for field in form.hidden()}


def test_the_first_step_shows_the_checks_and_delivers_nothing(milestone, as_):  # noqa: F811
    client = as_(milestone.contract.freelancer)
    page = client.post(deliver_address(milestone), typed(milestone, files=[text(20)], step="review"))
    shown = page.content.decode()
    assert page.status_code == 200
    assert "Nothing is delivered yet" in shown
    assert "Words: at least 500" in shown
    assert "Fail" in shown
    assert "Cannot be measured" in shown
    assert not Deliverable.objects.exists()


def test_the_review_step_keeps_what_was_typed_and_uploaded(milestone, as_):  # noqa: F811
    client = as_(milestone.contract.freelancer)
    fields = typed(
        milestone, files=[text(600)], links="https://example.org/a", note="Line one\nline two", step="review"
    )
    page = client.post(deliver_address(milestone), fields)
    back = client.post(deliver_address(milestone), hidden_values(page) | {"step": "edit"})
    assert back.status_code == 200
    assert back.context["form"].errors == {}
    assert "Line one\nline two" in back.content.decode()
    assert "guide.txt" in back.content.decode()

    sent = client.post(deliver_address(milestone), hidden_values(page) | {"step": "send"})
    assert sent.status_code == 302
    deliverable = Deliverable.objects.get()
    assert deliverable.note == "Line one\nline two"
    assert deliverable.links == ["https://example.org/a"]
    assert deliverable.files.get().file.name == "guide.txt"
    assert list(deliverable.checks.values_list("is_met", flat=True)) == [True, True]


def test_findings_are_kept_and_shown_to_the_employer(milestone, as_):  # noqa: F811
    client = as_(milestone.contract.freelancer)
    client.post(deliver_address(milestone), typed(milestone, files=[text(20)]))
    [finding, *_rest] = Deliverable.objects.get().findings
    assert (finding["kind"], finding["result"]) == ("words", "fail")
    for address in (milestone.contract.get_absolute_url(), f"/en/milestones/{milestone.id}/approve/"):
        page = as_(milestone.contract.employer).get(address).content.decode()
        assert "Words: at least 500" in page
        assert "guide.txt" in page


def test_the_same_file_again_is_recognized(milestone, as_):  # noqa: F811
    client = as_(milestone.contract.freelancer)
    client.post(deliver_address(milestone), typed(milestone, files=[text(600)]))
    page = client.post(deliver_address(milestone), typed(milestone, files=[text(600)], step="review"))
    assert "All files are the same as in an earlier version." in page.content.decode()
    assert client.post(deliver_address(milestone), hidden_values(page) | {"step": "send"}).status_code == 302


def test_an_address_that_is_none_is_refused_before_the_review(milestone, as_):  # noqa: F811
    client = as_(milestone.contract.freelancer)
    page = client.post(deliver_address(milestone), typed(milestone, links="my-site", step="review"))
    assert page.status_code == 422
    assert "my-site" in page.context["form"].errors["links"][0]


def test_an_upload_of_somebody_else_is_not_looked_at(milestone, make, as_):  # noqa: F811
    other = as_(make.milestone(status="funded").contract.freelancer)
    other.post(deliver_address(Milestone.objects.exclude(id=milestone.id).get()), {"files": [text(600)]})
    stranger_file = StoredFile.objects.get()
    client = as_(milestone.contract.freelancer)
    page = client.post(deliver_address(milestone), typed(milestone, kept=[str(stranger_file.id)], step="review"))
    assert page.status_code == 422


@pytest.mark.parametrize("language", ["ar", "zh-hans"])
def test_the_review_step_opens_in_every_language(milestone, as_, language):  # noqa: F811
    client = as_(milestone.contract.freelancer)
    address = f"/{language}/milestones/{milestone.id}/deliver/"
    page = client.post(address, typed(milestone, files=[text(20)], step="review"))
    assert page.status_code == 200
    assert "Words: at least" not in page.content.decode()
