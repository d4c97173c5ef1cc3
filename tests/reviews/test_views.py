import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.reviews import operations
from apps.reviews.models import Review
from tests.make.agreed import ended_contract

pytestmark = pytest.mark.django_db
STARS = {"quality": "5", "communication": "4", "skill": "5", "text": "Fast and exact"}


@pytest.fixture
def contract(make):
    make.now = timezone.now()
    return ended_contract(make)


def _user(make, organization):
    return User.objects.get(id=make.actor(organization).user_id)


def test_both_sides_review_and_the_profile_shows_it(client, make, contract):
    client.force_login(_user(make, contract.employer))
    path = reverse("reviews:new", args=[contract.id])
    assert client.get(path).status_code == 200
    assert client.post(path, STARS).status_code == 302
    assert "Sealed" in client.get("/en/reviews/").content.decode()
    shown = reverse("reviews:of_organization", args=[contract.freelancer_id])
    assert "Fast and exact" not in client.get(shown).content.decode()

    client.force_login(_user(make, contract.freelancer))
    assert "Fast and exact" not in client.get("/en/reviews/").content.decode()
    client.post(path, STARS | {"text": "Clear brief"})
    assert "Fast and exact" in client.get(shown).content.decode()
    fragment = client.get(shown, headers={"HX-Request": "true"}).content.decode()
    assert "Fast and exact" in fragment
    assert "<html" not in fragment


def test_missing_stars_are_sent_back_with_the_words(client, make, contract):
    client.force_login(_user(make, contract.employer))
    answer = client.post(reverse("reviews:new", args=[contract.id]), {"text": "Kept words"})

    assert answer.status_code == 422
    assert "Kept words" in answer.content.decode()


def test_strangers_do_not_find_the_form(client, make, contract):
    client.force_login(make.user())
    assert client.get(reverse("reviews:new", args=[contract.id])).status_code == 404


def test_a_second_review_is_refused_with_a_page(client, make, contract):
    client.force_login(_user(make, contract.employer))
    path = reverse("reviews:new", args=[contract.id])
    client.post(path, STARS)
    assert client.get(path).status_code == 409


def test_the_subject_answers_on_a_page(client, make, contract):
    for side in (contract.employer, contract.freelancer):
        operations.submit(
            contract_id=contract.id, quality=4, communication=4, skill=4, text="Fine", source_language="en",
            actor=make.actor(side), now=timezone.now(),
        )  # fmt: skip
    review = Review.objects.get(subject=contract.freelancer)
    client.force_login(_user(make, contract.freelancer))
    path = reverse("reviews:reply", args=[review.id])
    assert client.get(path).status_code == 200
    assert client.post(path, {"reply": "Thank you"}).status_code == 302
    assert client.get(path).status_code == 409


def test_the_api_keeps_the_seal(make, contract):
    api = APIClient()
    api.force_login(_user(make, contract.employer))
    path = f"/api/v1/contracts/{contract.id}/reviews/"
    assert api.post(path, STARS).status_code == 201
    assert api.post(path, STARS).json()["code"] == "already_reviewed"
    assert len(api.get(path).json()) == 1
    api.force_login(_user(make, contract.freelancer))
    assert api.get(path).json() == []
    assert api.post(path, STARS | {"quality": 6}).status_code == 400
    assert api.post(path, STARS).status_code == 201
    assert len(api.get(path).json()) == 2
    rating = APIClient().get(f"/api/v1/organizations/{contract.freelancer_id}/rating/").json()
    assert (rating["count"], rating["overall"]) == (1, "4.7")
    assert len(APIClient().get(f"/api/v1/organizations/{contract.freelancer_id}/reviews/").json()["results"]) == 1
