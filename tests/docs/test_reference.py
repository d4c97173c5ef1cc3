"""The reference pages that are made from the program say what the program says."""

import pytest

from devstack.reference import pages

HINT = "run: python3 go.py docs"


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages.all_pages()


def test_every_page_is_up_to_date(made):
    outdated = [name for name, text in made.items() if not (pages.FOLDER / name).is_file()]
    outdated += [
        name for name, text in made.items() if name not in outdated and (pages.FOLDER / name).read_text() != text
    ]
    assert outdated == [], HINT


def test_no_page_is_left_of_what_the_program_no_longer_has(made):
    present = {path.relative_to(pages.FOLDER).as_posix() for path in (pages.FOLDER / "states").iterdir()}
    assert present == {name for name in made if name.startswith("states/")}, HINT


def test_the_chart_of_accounts_has_every_account(made):
    for code in ("`escrow:<escrow>`", "`payable:<organization>`", "`clearing:<processor>`", "`bank`"):
        assert code in made["chart-of-accounts.md"]


def test_every_entry_has_an_account(made):
    rows = [line.split(" | ") for line in made["journal-entries.md"].splitlines() if line.startswith("| `")]
    assert len(rows) > 20
    assert [row for row in rows if not any("`" in column for column in row[2:])] == []
