from datetime import date, timedelta

import pytest

from apps.compliance import operations, policies, queries
from apps.compliance.models import Corridor, Rail

DAY = date(2026, 10, 28)


@pytest.mark.parametrize("payee", ["NG", "CN", "EG", "FR", "JP"])
def test_a_german_employer_can_pay_listed_countries(db, payee):
    decision = policies.check_can_be_paid(payer_country="DE", payee_country=payee, on=DAY)
    assert decision.is_open
    assert decision.source


@pytest.mark.parametrize(
    ("payer", "payee", "refusal"),
    [
        ("DE", "IR", policies.Sanctioned),
        ("KP", "DE", policies.Sanctioned),
        ("DE", "RU", policies.CorridorRestricted),
        ("DE", "AQ", policies.CountryNotServed),
    ],
)
def test_a_closed_corridor_says_why(db, payer, payee, refusal):
    with pytest.raises(refusal) as raised:
        policies.check_can_be_paid(payer_country=payer, payee_country=payee, on=DAY)
    assert str(raised.value)


def test_nothing_is_open_before_its_date(db):
    before = date(2025, 12, 31)
    assert not policies.can_be_paid(payer_country="DE", payee_country="NG", on=before)


def test_the_pair_decides_before_the_country(db):
    Corridor.objects.create(
        payer_country="DE", payee_country="NG", is_open=False, rail=Rail.UNSUPPORTED, reason_code="rail_missing",
        effective_from=DAY, effective_to=DAY + timedelta(days=1), source="a test",
    )  # fmt: skip
    with pytest.raises(policies.RailMissing, match="a test"):
        policies.check_can_be_paid(payer_country="DE", payee_country="NG", on=DAY)
    assert policies.can_be_paid(payer_country="FR", payee_country="NG", on=DAY)
    assert policies.can_be_paid(payer_country="DE", payee_country="NG", on=DAY + timedelta(days=1))


def test_loading_the_tables_again_changes_nothing(db):
    first = operations.load_tables()
    assert operations.load_tables() == first


def test_withholding_names_its_jurisdiction(db):
    assert queries.withholding_bps(payer_country="IN", payee_country="NG", on=DAY) == (1000, "IN")
    assert queries.withholding_bps(payer_country="DE", payee_country="NG", on=DAY) == (0, "")
