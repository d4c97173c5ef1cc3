from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from apps.common import business_days
from apps.common.money import Money
from apps.disputes import rules
from tests.conftest import NOON


@given(st.integers(0, 10**12), st.integers(0, 10_000), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_share_lies_between_nothing_and_the_whole(minor, share_bps, currency):
    whole = Money(minor, currency)

    part = rules.part_of(whole, share_bps)

    assert Money.zero(currency) <= part <= whole
    assert part + rules.part_of(whole, rules.WHOLE_BPS - share_bps) - whole in (Money(0, currency), Money(1, currency))


LAGOS = {"country": "NG", "time_zone": "Africa/Lagos"}
BERLIN = {"country": "DE", "time_zone": "Europe/Berlin"}


@given(st.integers(0, 100))
def test_the_answer_is_due_before_the_money_has_to_leave(days):
    last = NOON + timedelta(days=days)

    due = rules.answer_due_at(NOON, last, **LAGOS)

    assert NOON < due <= business_days.deadline(NOON, rules.ANSWER_DAYS, **LAGOS)
    if days:
        assert due < last
    assert rules.decide_by(due, last, **BERLIN) <= last


def test_each_side_has_business_days_of_its_own():
    answer = rules.answer_due_at(NOON, None, **LAGOS)
    assert answer == datetime(2026, 11, 4, 23, 59, 59, tzinfo=ZoneInfo("Africa/Lagos"))
    decision = rules.decide_by(answer, None, **BERLIN)
    assert decision == datetime(2026, 11, 18, 23, 59, 59, tzinfo=ZoneInfo("Europe/Berlin"))
