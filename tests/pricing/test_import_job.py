"""Newer rates come from where the operator says; where they do not, it is said before payments are refused."""

import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.pricing import operations
from apps.pricing.jobs import import_rates
from apps.pricing.models import FxRate
from apps.pricing.queries import rates

pytestmark = pytest.mark.django_db


def history(path, day) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("eurofxref-hist.csv", f"Date,USD,JPY,\n{day},1.25,160.5,\n")
    return str(path)


def test_a_file_of_the_operator_is_read_and_read_again(settings, tmp_path):
    today = timezone.now().date()
    settings.FX_RATES_SOURCE = history(tmp_path / "rates.zip", today)
    assert import_rates() == 2
    assert import_rates() == 0
    assert rates.newest_rate_date() == today
    assert rates.rates_age(today) == 0


@pytest.mark.parametrize("source", ["/nowhere/rates.zip", "https://127.0.0.1:1/rates.zip"])
def test_a_source_that_cannot_be_read_says_what_to_do_and_breaks_nothing(settings, source, caplog):
    settings.FX_RATES_SOURCE, settings.FX_RATE_BUSINESS_DAYS_MAX = source, 10_000
    before = FxRate.objects.count()
    assert import_rates() == 0
    assert FxRate.objects.count() == before
    assert source in caplog.text
    assert "import_fx_rates --file" in caplog.text


def test_damaged_files_are_refused(tmp_path):
    (tmp_path / "rates.zip").write_text("<html>Service unavailable</html>")
    with pytest.raises(operations.RatesUnavailable):
        operations.import_newest_rates(source=str(tmp_path / "rates.zip"), today=timezone.now().date())


def test_old_rates_are_said_before_they_are_refused(settings, caplog):
    FxRate.objects.all().delete()
    settings.FX_RATES_SOURCE, settings.FX_RATE_BUSINESS_DAYS_MAX = "/nowhere", 5
    import_rates()
    assert "infinitely many business days old" in caplog.text
    caplog.clear()
    day = timezone.now().date() - timedelta(days=6)
    FxRate.objects.create(rate_date=day, currency="USD", rate=1, source="ecb")
    import_rates()
    assert "business days old" in caplog.text
