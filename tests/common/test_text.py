"""Letters as they are read."""

import pytest

from apps.common import text
from ranking import plain_text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("work\ufb02ow", "workflow"),
        ("Photo\u00adshop", "Photoshop"),
        ("Kuber-\nnetes", "Kubernetes"),
        ("Kuber\u2010 \r\n  netes", "Kubernetes"),
        ("Kuber\u00ad\nnetes", "Kubernetes"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("\uff30\uff39", "PY"),
        ("zero\u200bwidth", "zerowidth"),
        ("Anna-\nMaria", "Anna-\nMaria"),
        ("2019-\n2021", "2019-\n2021"),
        ("skills -\npython", "skills -\npython"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_joined_reads_as_people_do(text, read):
    assert plain_text.joined(text)[0] == read


@pytest.mark.parametrize("text", ["a\ufb02b Kuber-\nnetes \u00adx", "", "\u00ad", "e\u0301e\u0301"])
def test_joined_knows_where_each_letter_was(text):
    read, places = plain_text.joined(text)
    assert len(read) == len(places)
    assert places == sorted(places)
    for letter, place in zip(read, places, strict=True):
        assert letter in plain_text.joined(text[place])[0] or text[place] == "e"


@pytest.mark.parametrize("name", ["\u200b", "\u3164", "\u2800", "\u00ad", " \t", "\u2066\u2069", "\ufe0f", "\u115f\u1160",
                                  "\U000e0101", "\u0000", "\ue000", "\u0301", "\ufffc"])  # fmt: skip
def test_a_name_of_which_nothing_is_seen_is_not_visible(name):
    assert not text.is_visible(name)


@pytest.mark.parametrize("name", ["A", "李", "أ", "\u200bA", "🙂", "-", "7", "किम"])
def test_a_name_of_which_something_is_seen_is_visible(name):
    assert text.is_visible(name)


@pytest.mark.parametrize("address", ["Ann+a@Example.org", "ann+b@example.org", "ANN@EXAMPLE.ORG"])
def test_one_mailbox_is_counted_as_one(address):
    assert text.mailbox_of(address) == "ann@example.org"


def test_a_mailbox_whose_name_is_a_tag_alone_stays_apart():
    assert text.mailbox_of("+a@example.org") == "+a@example.org"
