import pytest
from django.utils import timezone, translation

from apps.common.money import Money
from apps.notifications import rules
from apps.notifications.catalogue.every_kind import KINDS
from apps.notifications.catalogue.kinds import DEFAULT_PACE, GROUP_DESCRIPTIONS, Group
from tests.conftest import NOON


def test_every_group_has_a_default_and_a_sentence():
    assert set(DEFAULT_PACE) == set(GROUP_DESCRIPTIONS) == set(Group)
    assert {kind.group for kind in KINDS.values()} <= set(Group)


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
@pytest.mark.parametrize("code", KINDS)
def test_every_kind_makes_whole_sentences(code, language):
    with translation.override(language):
        words = rules.words(code, {"task": "Logo", "count": 3, "days": 1, "amount": rules.money(Money(90000, "EUR"))})
        assert words.title
        assert words.body
        assert "%(" not in words.title + words.body


def test_values_are_written_as_the_reader_writes_them():
    params = {"task": "تصميم", "budget": rules.money(Money(125000, "USD")), "closes_at": rules.moment(NOON)}
    with translation.override("en"), timezone.override("Africa/Lagos"):
        words = rules.words("task_suits", params)
    assert "1,250.00" in words.body
    assert "13:00" in words.body or "1:00" in words.body
    assert "\u2068تصميم\u2069" in words.title
    assert words.subject == "A task that suits you: “تصميم”"


def test_numbers_choose_their_plural():
    assert rules.words("review_reminder", {"milestone": "M", "days": 1}).body.startswith("1 day is left")
    assert rules.words("review_reminder", {"milestone": "M", "days": 3}).body.startswith("3 days are left")


def test_reasons_are_codes_until_they_are_read():
    params = {"task": "Logo", "reason": rules.choice("decline_reason", "price")}
    assert "The price does not fit the budget" in rules.words("bid_declined", params).body
    params["reason"] = rules.choice("decline_reason", "a code of a later version")
    assert "a code of a later version" in rules.words("bid_declined", params).body


def test_a_percent_sign_in_somebodys_words_is_left_alone():
    assert "100%(sic)s" in rules.words("task_addendum", {"task": "100%(sic)s", "text": "50 % off"}).title


def test_an_unknown_kind_or_a_lost_value_fails_nobody():
    assert rules.words("from_the_future", {"x": 1}).title
    assert "–" in rules.words("bid_received", {}).title


def test_long_words_are_shortened():
    assert len(rules.text("word " * 500)) == rules.TEXT_MAX


@pytest.mark.parametrize(
    "mark", ["\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f", "\u202e", "\u061c", "\u200b"]
)
def test_a_subject_carries_no_unseen_marks(mark):
    subject = rules.Words(f"{mark}258.72 USD\u2069 was{mark} refunded", "").subject
    assert subject == "258.72 USD was refunded"
