from decimal import Decimal

import pytest

from apps.common import spreadsheets


def _sent(rows: list[list[object]]) -> str:
    return spreadsheets.download("x", rows).getvalue().decode()


def test_a_text_that_looks_like_a_formula_is_harmless_and_an_amount_stays_an_amount():
    assert _sent([["=1+1", "@x", "-", "Logo", Decimal("-5.00")]]) == "\ufeff'=1+1,'@x,'-,Logo,-5.00\r\n"


def test_the_file_has_its_name_and_says_its_encoding():
    answer = spreadsheets.download("spending-2026-11-22", [["a"]])
    assert answer["Content-Disposition"] == 'attachment; filename="spending-2026-11-22.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("text", ["=cmd", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝cmd", "＋1", "－1", "＠x"])
def test_no_text_becomes_a_formula(text):
    assert spreadsheets._cell(text) == f"'{text}"
