"""The drawn pictures of the demo's people."""

import io

from PIL import Image

from apps.demo import artworks, portraits
from apps.demo.people import EMPLOYERS, FREELANCERS


def test_they_belong_to_people_of_the_demo_and_some_have_none():
    emails = {person.email for person in (*EMPLOYERS, *FREELANCERS)}

    assert set(portraits.PICTURES) < emails


def test_they_are_always_the_same_and_differ():
    drawn = [portraits.draw(picture, "a.png").read() for picture in portraits.PICTURES.values()]

    assert len(set(drawn)) == len(drawn)
    assert drawn == [portraits.draw(picture, "a.png").read() for picture in portraits.PICTURES.values()]
    assert Image.open(io.BytesIO(drawn[0])).size == (portraits.SIDE, portraits.SIDE)


def test_each_motif_of_a_portfolio_is_drawn_the_same_again():
    works = [work for person in FREELANCERS for work in person.portfolio if work.draws]
    drawn = [artworks.draw(work.draws, work.title).read() for work in works]

    assert {work.draws for work in works} == set(artworks.MOTIFS)
    assert drawn == [artworks.draw(work.draws, work.title).read() for work in works]
    assert all(work.shows for work in works)
