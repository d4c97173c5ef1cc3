"""The reference pages that are made from the program say what the program says."""

import pytest

from devstack.reference import pages

HINT = "run: python3 go.py docs"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return pages.all_pages()


def test_every_page_is_up_to_date(texts):
    outdated = [name for name, text in texts.items() if not (pages.FOLDER / name).is_file()]
    outdated += [
        name for name, text in texts.items() if name not in outdated and (pages.FOLDER / name).read_text() != text
    ]
    assert outdated == [], HINT


def test_no_page_is_left_of_what_the_program_no_longer_has(texts):
    present = {path.relative_to(pages.FOLDER).as_posix() for path in (pages.FOLDER / "states").iterdir()}
    assert present == {name for name in texts if name.startswith("states/")}, HINT


def test_the_chart_of_accounts_has_every_account(texts):
    for code in ("`escrow:<escrow>`", "`payable:<organization>`", "`clearing:<processor>`", "`bank`"):
        assert code in texts["chart-of-accounts.md"]


def test_every_entry_has_an_account(texts):
    rows = [line.split(" | ") for line in texts["journal-entries.md"].splitlines() if line.startswith("| `")]
    assert len(rows) > 20
    assert [row for row in rows if not any("`" in column for column in row[2:])] == []
