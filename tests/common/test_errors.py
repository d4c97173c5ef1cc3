"""A refusal carries values; a page or the API words them for whoever reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone, translation

from apps.common import fmt
from apps.common.answers import problem_of
from apps.common.errors import IllegalTransition, Invalid
from apps.common.money import Money
from apps.tasks.states import TaskStatus


class TooMuch(Invalid):
    code = "too_much"
    message = "At most %(most)s until %(until)s (%(on)s) in %(country)s, %(times)s times."


@pytest.fixture
def refusal() -> TooMuch:
    return TooMuch(
        most=Money.of("1250.00", "EUR"),
        until=datetime(2026, 11, 30, 22, 30, tzinfo=UTC),
        on=date(2026, 12, 1),
        country=fmt.Country("DE"),
        times=3,
    )


@pytest.mark.parametrize(
    ("language", "zone", "sentence"),
    [
        ("en", "UTC", "At most 1,250.00\xa0EUR until Nov 30, 2026, 10:30\u202fPM (Dec 1, 2026) in Germany, 3 times."),
        ("zh-hans", "Asia/Shanghai", "At most 1,250.00\xa0EUR until 2026年12月1日 06:30 (2026年12月1日) in 德国, 3 times."),
    ],
)  # fmt: skip
def test_a_refusal_is_worded_when_it_is_read(refusal, language, zone, sentence):
    with translation.override(language), timezone.override(zone):
        assert str(refusal) == sentence


def test_the_api_answers_with_the_values_too(refusal):
    with translation.override("en"):
        body = problem_of(refusal)
    assert body["code"] == "too_much"
    assert body["values"] == {
        "most": {"amount_minor": 125_000, "currency": "EUR"},
        "until": "2026-11-30T22:30:00+00:00",
        "on": "2026-12-01",
        "country": "DE",
        "times": 3,
    }


def test_a_choice_reads_as_its_label_and_is_a_code_for_programs():
    refusal = IllegalTransition(state=TaskStatus.AWARDED)
    with translation.override("zh-hans"):
        assert f"“{TaskStatus.AWARDED.label}”" in str(refusal)
        assert problem_of(refusal)["values"] == {"state": "awarded"}


def test_a_list_reads_with_commas_and_is_a_list_for_programs():
    class Refusal(Invalid):
        message = "One of %(choices)s."

    assert str(Refusal(choices=["EUR", "USD"])) == "One of EUR, USD."
    assert str(Refusal(choices=[])) == "One of -."
    assert problem_of(Refusal(choices=["EUR", "USD"]))["values"] == {"choices": ["EUR", "USD"]}


def test_a_refusal_without_values_has_none():
    assert "values" not in problem_of(Invalid())
