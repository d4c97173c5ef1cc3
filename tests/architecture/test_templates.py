"""How templates, styles and scripts are laid out, so that people can read them: docs/design.md says it in words."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COLUMNS_MAX = 120
SOURCES = [
    *(ROOT / "templates").rglob("*.html"),
    *(ROOT / "static" / "css").rglob("*.css"),
    *(path for path in (ROOT / "static" / "js").rglob("*.js") if "vendor" not in path.parts),
]


@pytest.mark.parametrize("path", sorted(SOURCES), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_is_laid_out(path):
    wrong = []
    for number, line in enumerate(path.read_text().split("\n"), start=1):
        if len(line) > COLUMNS_MAX:
            wrong.append(f"line {number} has {len(line)} columns")
        if "\t" in line:
            wrong.append(f"line {number} has a tab")
        if line != line.rstrip():
            wrong.append(f"line {number} ends in white space")
        indent = len(line) - len(line.lstrip(" "))
        if indent % 2 and not line.lstrip().startswith("*"):  # a comment of several lines hangs by one
            wrong.append(f"line {number} is not indented by steps of two spaces")

    assert not wrong
