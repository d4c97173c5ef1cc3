"""Spans of time as people read them: a deadline is never later than it says."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from apps.common import currencies, fmt
from apps.common.money import Money
from apps.gateways.stripe import amounts

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "just now"), (-5 / 86_400, "just now"), (20 / 86_400, "in 20 seconds"), (1 / 24, "in 1 hour"), (1, "in 1 day"), (2.9, "in 2 days"), (11, "in 11 days"),
        (18, "in 2 weeks"), (45, "in 6 weeks"), (75, "in 2 months"), (400, "in 13 months"), (800, "in 2 years"),
        (-11, "11 days ago"), (-1.5, "1 day ago"),
    ],
)  # fmt: skip
def test_a_span_is_said_in_the_unit_that_does_not_round_it_away(days, expected):
    with translation.override("en"):
        assert fmt.relative(NOW + timedelta(days=days), NOW) == expected


@given(st.integers(1, 5 * 365 * 86_400))
def test_a_deadline_is_never_later_than_it_says(seconds):
    sizes = {
        "second": 1,
        "minute": 60,
        "hour": 3600,
        "day": 86_400,
        "week": 604_800,
        "month": 2_592_000,
        "year": 31_536_000,
    }
    with translation.override("en"):
        _in, number, unit = fmt.relative(NOW + timedelta(seconds=seconds), NOW).split()
    assert int(number) * sizes[unit.rstrip("s")] <= seconds


@pytest.mark.parametrize("code", sorted(currencies.exponents()))
def test_what_can_be_paid_goes_in_steps_that_the_processor_takes(code):
    step = currencies.payment_step(code)
    assert amounts.sendable(Money(7 * step, code)) == Money(7 * step, code)


def test_the_caribbean_guilder_is_legal_tender_of_two_countries():
    from apps.accounts.forms import currency_of

    assert (currencies.exponent("XCG"), currency_of("CW"), currency_of("SX")) == (2, "XCG", "XCG")


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox on Android"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
            "Safari/537.36 Edg/142.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/26.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15; 24031PN0DC) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
            "Chrome/130.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50",
            "WeChat on Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/142.0.0.0 Safari/537.36",
            "Chrome on macOS",
        ),
        ("curl/8.5.0", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_device_is_named_by_browser_and_system(user_agent, expected):
    with translation.override("en"):
        assert fmt.device(user_agent) == expected


def test_the_day_of_a_moment_is_that_of_the_reader():
    late = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
    with translation.override("en"), timezone.override("Europe/Berlin"):
        assert fmt.day(late) == "Nov 30, 2026"
        assert fmt.day(late.date()) == "Nov 29, 2026"
