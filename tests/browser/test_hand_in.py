"""A delivery is checked before it is sent, seen by the employer, and looked at by staff."""

import io

import pytest
from django.utils import timezone
from PIL import Image

from apps.contracts.jobs import draw_previews
from apps.contracts.models import ContractCriterion, Deliverable

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def owner(organization):
    return organization.memberships.get(role="owner").user


def picture() -> bytes:
    box = io.BytesIO()
    Image.new("RGB", (1200, 800), "teal").save(box, "PNG")
    return box.getvalue()


@pytest.mark.parametrize(("language", "width", "javascript"), [("en", 1280, True), ("ar", 390, False)])
def test_a_delivery_is_checked_sent_and_seen(make, visitor, language, width, javascript):
    milestone = make.milestone(status="funded")
    first, second = milestone.contract.criteria.order_by("position")
    ContractCriterion.objects.filter(id=first.id).update(text="1200 x 800 px, PNG under 2 MB")
    ContractCriterion.objects.filter(id=second.id).update(text="At least 500 words")
    freelancer = visitor(owner(milestone.contract.freelancer), language=language, width=width, javascript=javascript)
    page = freelancer.open(f"/milestones/{milestone.id}/deliver/")
    page.fill("[name=note]", "Banner")
    for box in page.locator("input[name^=met_]").all():
        box.check()
    page.set_input_files(
        "[name=files]",
        [
            {"name": "banner.png", "mimeType": "image/png", "buffer": picture()},
            {"name": "text.txt", "mimeType": "text/plain", "buffer": b"Far too short, but English and readable."},
        ],
    )
    page.click("button[value=review]")
    page.locator("button[value=send]").wait_for()
    if javascript:
        freelancer.check()
    assert page.locator(".finding .tag-ok").count() == 5
    assert page.locator(".finding .tag-bad").count() == 1
    assert not Deliverable.objects.exists()

    page.click("button[value=edit]")
    page.locator("button[value=review]").wait_for()
    assert page.input_value("[name=note]") == "Banner"
    page.click("button[value=review]")
    page.click("button[value=send]")
    page.wait_for_url(f"**/contracts/{milestone.contract_id}/")
    assert Deliverable.objects.get().files.count() == 2

    draw_previews()
    employer = visitor(owner(milestone.contract.employer), language=language, width=width, javascript=javascript)
    room = employer.open(f"/contracts/{milestone.contract_id}/")
    if javascript:
        employer.check()
    assert room.locator(".preview img").count() > 0
    assert room.locator(".finding .tag-bad").count() > 0
