"""How a template is written, so that people can read it: docs/design.md says it in words."""

from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
COLUMNS_MAX = 120


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_is_laid_out(path):
    wrong = []
    for number, line in enumerate(path.read_text().split("\n"), start=1):
        if len(line) > COLUMNS_MAX:
            wrong.append(f"line {number} has {len(line)} columns")
        if "\t" in line:
            wrong.append(f"line {number} has a tab")
        if line != line.rstrip():
            wrong.append(f"line {number} ends in white space")
        if (len(line) - len(line.lstrip(" "))) % 2:
            wrong.append(f"line {number} is not indented by steps of two spaces")

    assert not wrong
