from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from apps.common.money import Money
from apps.pricing import operations, rules
from apps.pricing.models import FeeSchedule, FxRate
from apps.pricing.queries import fees, previews, rates

pytestmark = pytest.mark.django_db
ON = date(2026, 10, 28)


def test_the_mid_rate_is_crossed_through_the_euro():
    euro_dollar = rates.mid_rate("EUR", "USD", ON)
    yuan_dollar = rates.mid_rate("CNY", "USD", ON)
    euro_yuan = rates.mid_rate("EUR", "CNY", ON)

    assert euro_dollar.rate_date == ON
    assert euro_dollar.source == "ecb"
    assert yuan_dollar.value.quantize(Decimal("1e-9")) == (euro_dollar.value / euro_yuan.value).quantize(
        Decimal("1e-9")
    )


def test_the_mid_rate_of_a_weekend_is_of_the_friday_before():
    assert rates.mid_rate("EUR", "USD", date(2026, 10, 25)).rate_date == date(2026, 10, 23)


def test_the_same_currency_needs_no_rate():
    assert rates.mid_rate("KWD", "KWD", ON).value == 1


@pytest.mark.parametrize("currency", ["NGN", "KWD", "EGP"])
def test_a_currency_without_a_source_is_never_guessed(currency):
    with pytest.raises(rates.NoRate, match=currency):
        rates.mid_rate("EUR", currency, ON)
    assert not rates.is_convertible(currency, ON)


def test_a_rate_past_its_age_is_refused_by_its_date(settings):
    settings.FX_RATE_BUSINESS_DAYS_MAX = 5

    assert rates.mid_rate("EUR", "USD", date(2026, 11, 6)).rate_date == date(2026, 10, 30)
    with pytest.raises(rates.RateTooOld, match="2026"):
        rates.mid_rate("EUR", "USD", date(2026, 11, 9))


def test_a_rate_before_the_history_is_missing():
    with pytest.raises(rates.NoRate):
        rates.mid_rate("EUR", "USD", date(1990, 1, 1))


def test_a_page_of_amounts_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        table = rates.rate_table(ON)
    assert table.convert(Money.of("100.00", "USD"), "EUR") is not None
    assert table.convert(Money.of("100.00", "USD"), "NGN") is None


def test_importing_rates_again_changes_nothing():
    before = FxRate.objects.count()
    call_command("import_fx_rates", verbosity=0)

    assert FxRate.objects.count() == before > 10_000


def test_importing_without_a_file_says_so(tmp_path):
    from django.core.management import CommandError

    with pytest.raises(CommandError, match="no file of rates"):
        call_command("import_fx_rates", file=tmp_path / "none.zip", verbosity=0)


def test_fee_terms_prefer_the_pair_of_countries_and_the_latest_date():
    FeeSchedule.objects.create(
        payee_country="NG", commission_bps=800, employer_fee_bps=0, fx_margin_bps=0, effective_from=date(2026, 1, 1)
    )
    FeeSchedule.objects.create(
        payee_country="NG", commission_bps=700, employer_fee_bps=0, fx_margin_bps=0, effective_from=date(2026, 11, 1)
    )

    assert fees.fee_terms("DE", "NG", ON).commission_bps == 800
    assert fees.fee_terms("DE", "NG", date(2026, 11, 1)).commission_bps == 700
    assert fees.fee_terms("DE", "EG", ON).commission_bps == 1000
    with pytest.raises(rules.NoFeeSchedule):
        fees.fee_terms("DE", "EG", date(2001, 1, 1))


def test_loading_fees_again_changes_nothing():
    assert operations.load_fees() == operations.load_fees() == 2
    assert operations.load_commission_taxes() == operations.load_commission_taxes() == 7


def test_receive_preview_shows_every_step_and_the_rates_date():
    preview = previews.receive_preview(Money.of("900.00", "EUR"), "DE", "NG", "USD", ON)

    assert preview.commission == Money.of("90.00", "EUR")
    assert preview.net + preview.commission + preview.withheld == preview.gross
    assert preview.rate is not None
    assert preview.payout is not None
    assert preview.payout < preview.net.at_rate(preview.rate.value, "USD")
    assert any("2026" in note for note in preview.notes)


def test_receive_preview_without_a_rate_says_so_and_guesses_nothing():
    preview = previews.receive_preview(Money.of("900.00", "EUR"), "DE", "NG", "NGN", ON)

    assert preview.payout is None
    assert preview.rate is None
    assert "NGN" in preview.notes[-1]


def test_receive_preview_in_the_same_currency_converts_nothing():
    preview = previews.receive_preview(Money.of("900.00", "EUR"), "DE", "FR", "EUR", ON)

    assert preview.payout == preview.net


def test_the_most_specific_schedule_wins_then_the_longest_relationship():
    def row(commission_bps, **fields):
        FeeSchedule.objects.create(
            commission_bps=commission_bps,
            employer_fee_bps=0,
            fx_margin_bps=0,
            effective_from=date(2026, 1, 1),
            **fields,
        )

    row(500, payee_country="KE", paid_before_min=3)
    row(600, payee_country="KE", contract_type="milestones")
    row(550, payee_country="KE", contract_type="milestones", paid_before_min=3)

    def found(payee, paid):
        return fees.fee_terms("DE", payee, ON, paid_before=paid).commission_bps

    assert (found("KE", 0), found("KE", 2), found("KE", 3), found("KE", 30)) == (600, 600, 550, 550)
    assert (found("NG", 0), found("NG", 9), found("NG", 10)) == (1000, 1000, 800)


def test_tax_on_the_commission_depends_on_both_places_and_the_day(settings):
    assert fees.commission_tax("DE", ON) == (1900, "DE")
    assert fees.commission_tax("DE", date(2020, 1, 1)) == (0, "")
    assert fees.commission_tax("NG", ON) == (0, "")
    settings.PLATFORM_COUNTRY = "GB"
    assert fees.commission_tax("DE", ON) == (0, "")


def test_our_fee_to_an_employer_is_taxed_at_home_by_a_registered_marketplace_alone(settings):
    operations.load_commission_taxes()
    settings.PLATFORM_VAT_ID = "DE123456788"
    assert fees.employer_fee_tax("DE", ON) == (1900, "DE")
    assert fees.employer_fee_tax("AT", ON) == (0, "")
    settings.PLATFORM_VAT_ID = ""
    assert fees.employer_fee_tax("DE", ON) == (0, "")
