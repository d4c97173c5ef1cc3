"""The drawn pictures of the demo's people."""

import io

from PIL import Image

from apps.accounts.models import Organization
from apps.demo import portraits
from apps.demo.people import EMPLOYERS, FREELANCERS
from apps.demo.seeding import participants
from tests.conftest import NOON


def test_they_belong_to_people_of_the_demo_and_some_have_none():
    emails = {person.email for person in (*EMPLOYERS, *FREELANCERS)}

    assert set(portraits.PICTURES) < emails


def test_they_are_always_the_same_and_differ():
    drawn = [portraits.draw(picture, "a.png").read() for picture in portraits.PICTURES.values()]

    assert len(set(drawn)) == len(drawn)
    assert drawn == [portraits.draw(picture, "a.png").read() for picture in portraits.PICTURES.values()]
    assert Image.open(io.BytesIO(drawn[0])).size == (portraits.SIDE, portraits.SIDE)


def test_the_demo_gives_them_by_the_real_operation(db):
    participants.register_all(NOON)

    assert Organization.objects.exclude(picture="").count() == len(portraits.PICTURES)
