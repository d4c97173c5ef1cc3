"""Files of reference rates as they come: daily, historic, broken."""

import zipfile

import pytest
from django.core.management import CommandError, call_command

from apps.pricing.models import FxRate

pytestmark = pytest.mark.django_db


def packed(path, text, encoding="utf-8"):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("eurofxref.csv", text.encode(encoding))
    return path


@pytest.mark.parametrize("text", [
    "Date, USD, JPY, \n27 November 2126, 1.1, 170.1, \n", "\ufeffDate,USD,\n2126-11-27,1.1,\n", "Date,USD\n2126-11-27,1.1\n",
])  # fmt: skip
@pytest.mark.parametrize("is_packed", [True, False])
def test_the_banks_files_are_read(tmp_path, text, is_packed):
    file = tmp_path / "rates"
    if is_packed:
        packed(file, text)
    else:
        file.write_text(text)
    call_command("import_fx_rates", file=file, verbosity=0)
    assert str(FxRate.objects.get(rate_date="2126-11-27", currency="USD").rate).startswith("1.1")


@pytest.mark.parametrize("body", [
    b"<html>503</html>", b"PK\x03\x04broken", b"", b"Date,USD\n2026-13-45,1.1\n", b"Date,USD\n2026-11-27,one\n", b"\xff\xfe\x00",
])  # fmt: skip
def test_anything_else_is_refused_with_a_sentence(tmp_path, body):
    file = tmp_path / "rates.zip"
    file.write_bytes(body)
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_fx_rates", file=file, verbosity=0)
